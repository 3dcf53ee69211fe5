// What every page runs: the wallet button, the reader's own panel, forms, local times.
import { fail } from "./failure";
import * as progress from "./progress";
import { localTimes, showRole } from "./reader";
import * as wallet from "./wallet";

let isResumed = false;

function submitted(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (!form.dataset["act"]) return;
  event.preventDefault();
  // The rest is on its way: nobody sends twice meanwhile.
  if (form.hasAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "");
  void Promise.all([import("./steps"), wallet.settled]).then(([{ send }]) => send(form, event.submitter)).catch(fail).finally(() => form.removeAttribute("aria-busy"));
}

/** As long as the wallet is not heard, for whoever was connected last. */
function showReader(): void {
  showRole(wallet.shown());
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-connect]")) {
    button.disabled = false;
    button.title = wallet.me();
  }
}

async function inOrOut(button: HTMLElement): Promise<void> {
  const session = await import("./session");
  await (button.dataset["session"] === "sign-out" ? session.signOut() : session.signIn());
  changed();
}

/** Pages about one account are addressed by it: ?account=0x… */
function follow(): void {
  const page = document.querySelector<HTMLElement>("[data-per-account]");
  const here = new URL(location.href);
  if (!page || !wallet.me() || here.searchParams.get("account")?.toLowerCase() === wallet.me()) return;
  here.searchParams.set("account", wallet.me());
  location.replace(here);
}

/** Votes that this browser can open are looked after on every page. */
function remind(): void {
  if (Object.keys(localStorage).some((key) => key.startsWith("redress.watch."))) void import("./reminder").then(({ start }) => start()).catch(fail);
}

function changed(): void {
  showReader();
  remind();
  resume();
  void templates().catch(fail);
  document.dispatchEvent(new Event("redress:account"));
  follow();
}

/** Whether one of them stands in a part that this reader has, unfolded or not. */
function isShown(parts: string): boolean {
  return [...document.querySelectorAll(parts)].some((one) => !one.parentElement!.closest("[hidden]"));
}

async function templates(): Promise<void> {
  if (isShown("[data-templates], [data-templates-editor]")) (await import("./templates")).start(fail);
}

/** What was sent before a reload is waited for, once the wallet is there that can be asked; the relay needs none. */
function resume(): void {
  const pending = localStorage.getItem(progress.PENDING);
  if (!pending || isResumed || !(wallet.me() || (JSON.parse(pending) as { relay?: string }).relay)) return;
  isResumed = true;
  void import("./act").then(({ resumePending }) => resumePending()).catch(fail);
}

/** As `dress`; what was sent before its script was there is sent now. */
function dressed(): void {
  void dress().finally(() => document.dispatchEvent(new Event("redress:ready")));
}

/** What a part of the page needs, found by what it carries; again after every swap. */
async function dress(): Promise<void> {
  localTimes();
  showReader();
  if (document.getElementById("taken-back")) (await import("./live")).start();
  const drafts = document.querySelectorAll<HTMLFormElement>("form[data-draft]:not([data-kept])");
  if (drafts.length) {
    for (const form of drafts) form.dataset["kept"] = "";
    const { keepDraft } = await import("./drafts");
    drafts.forEach(keepDraft);
  }
  const statements = document.querySelectorAll<HTMLElement>("[data-statement]");
  if (statements.length) {
    const { watch } = await import("./statement");
    statements.forEach(watch);
  }
  if (document.querySelector("[data-private]")) void import("./private").then(({ start }) => start(fail)).catch(fail);
  const receipts = document.querySelectorAll<HTMLElement>("[data-receipt-box]");
  if (receipts.length) {
    const { showReceipt } = await import("./vote");
    receipts.forEach(showReceipt);
  }
  if (document.querySelector("[data-scale]")) (await import("./scale")).start();
  if (document.querySelector("[data-review]")) (await import("./review")).start();
  if (document.querySelector("[data-peak]")) (await import("./policy")).start();
  await templates();
  if (document.querySelector("[data-queue]")) (await import("./desk")).start();
  if (document.querySelector("[data-exhibit]")) void (await import("./exhibits")).check();
  if (document.querySelector("[data-proof]")) (await import("./proof")).start();
  if (document.querySelector("[data-leaf]")) (await import("./signed")).start();
  if (document.querySelector("[data-own]")) (await import("./own")).start(fail);
}

/** What the reader is filling in or has opened stays as it is when the page brings itself up to date. */
function hold(event: Event): void {
  const part = event.target as Element;
  if (part instanceof HTMLDetailsElement) part.toggleAttribute("hx-morph-skip", part.open);
  else part.closest("form[data-act]")?.setAttribute("hx-morph-skip", "");
}

function clicked(event: MouseEvent): void {
  const button = (event.target as Element).closest<HTMLElement>("[data-connect], [data-session]");
  if (!button) return;
  if (button.dataset["session"]) void inOrOut(button).catch(fail);
  else if (wallet.me()) wallet.disconnect(changed);
  else wallet.connect(changed).catch(fail);
}

progress.start();
document.addEventListener("submit", submitted);
document.addEventListener("click", clicked);
for (const kind of ["input", "change", "drop", "toggle"]) document.addEventListener(kind, hold, true);
for (const swapped of ["htmx:after:swap", "redress:swapped"]) document.addEventListener(swapped, dressed);
wallet.start(changed);
dressed();
remind();
resume();
