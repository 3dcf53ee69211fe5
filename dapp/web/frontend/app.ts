// What every page runs: the wallet button, the reader's own panel, forms, local times.
import { act, type Before, fail, resumePending } from "./act";
import { keepDraft } from "./drafts";
import * as progress from "./progress";
import * as wallet from "./wallet";
import { say } from "./words";

const upload: Before = async (form, found) => (await import("./statement")).upload(form, found);
const steps: Record<string, Before> = {
  commit: async (form, found) => (await import("./vote")).commit(form, found),
  reveal: async (form, found) => (await import("./vote")).reveal(form, found),
  pay: async (form, found) => (await import("./pay")).hide(form, found),
  policy: async (form, found) => (await import("./policy")).collect(form, found),
};

function submitted(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (!form.dataset["act"]) return;
  event.preventDefault();
  const own = steps[form.dataset["before"] ?? ""];
  void act(form, own ? [own, upload] : [upload]);
}

/** The parts of the page that are the reader's: by role, by account. */
function showRole(): void {
  const me = wallet.me();
  for (const part of document.querySelectorAll<HTMLElement>("[data-accounts]")) {
    part.hidden = !me || !(part.dataset["accounts"] === "any" || part.dataset["accounts"]!.split(" ").includes(me));
  }
  for (const part of document.querySelectorAll<HTMLElement>("[data-strangers]")) {
    part.hidden = !!me && document.querySelector("[data-accounts~='" + me + "']") !== null;
  }
  for (const part of document.querySelectorAll<HTMLElement>("[data-unconnected]")) part.hidden = !!me;
  for (const name of document.querySelectorAll<HTMLElement>("[data-account]")) {
    name.classList.toggle("mine", name.dataset["account"] === me);
  }
  for (const button of document.querySelectorAll<HTMLElement>("[data-connect]")) {
    button.textContent = me ? short(me) : say("connect");
    button.title = me;
  }
  showSession(me);
}

/** In and out again, for the connected account; out also where no wallet is. */
function showSession(me: string): void {
  const button = document.querySelector<HTMLElement>("[data-session]")!;
  const signedIn = localStorage.getItem("redress.session");
  button.hidden = !me && !signedIn;
  button.dataset["session"] = signedIn && (!me || me === signedIn) ? "sign-out" : "sign-in";
  button.textContent = say(button.dataset["session"]);
}

async function inOrOut(button: HTMLElement): Promise<void> {
  const session = await import("./session");
  await (button.dataset["session"] === "sign-out" ? session.signOut() : session.signIn());
  showRole();
}

function short(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}

/** Pages about one account are addressed by it: ?account=0x… */
function follow(): void {
  const page = document.querySelector<HTMLElement>("[data-per-account]");
  const here = new URL(location.href);
  if (!page || !wallet.me() || here.searchParams.get("account")?.toLowerCase() === wallet.me()) return;
  here.searchParams.set("account", wallet.me());
  location.replace(here);
}

function changed(): void {
  showRole();
  follow();
}

function localTimes(): void {
  const language = document.documentElement.lang;
  const formats: Record<string, Intl.DateTimeFormat> = {
    moment: new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" }),
    time: new Intl.DateTimeFormat(language, { timeStyle: "short", hourCycle: "h23" }),
  };
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-local]")) {
    time.title = time.dateTime;
    time.textContent = formats[time.dataset["local"]!]!.format(new Date(time.dateTime));
    delete time.dataset["local"];
  }
}

/** What a part of the page needs, found by what it carries; again after every swap. */
async function dress(): Promise<void> {
  localTimes();
  showRole();
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-draft]:not([data-kept])")) {
    form.dataset["kept"] = "";
    keepDraft(form);
  }
  const statements = document.querySelectorAll<HTMLElement>("[data-statement]");
  if (statements.length) {
    const { watch } = await import("./statement");
    statements.forEach(watch);
  }
  const reveals = document.querySelectorAll<HTMLFormElement>("form[data-before=reveal]");
  if (reveals.length) {
    const { showReceipt } = await import("./vote");
    reveals.forEach(showReceipt);
  }
  if (document.querySelector("[data-review]")) (await import("./review")).start();
  if (document.querySelector("[data-peak]")) (await import("./policy")).start();
  if (document.querySelector("[data-exhibit]")) void (await import("./exhibits")).check();
  if (document.querySelector("[data-proof]")) (await import("./proof")).start();
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
document.addEventListener("htmx:after:swap", () => void dress());
wallet.start(changed);
void dress();
void resumePending();
