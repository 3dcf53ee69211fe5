// The reader's own pages: forms with data-send go to the API as JSON, and the parts with data-fresh show what came of it.
import { params, type Params } from "./act";
import { type Fields, json } from "./api";
import { report } from "./progress";
import { current, signIn, signOut } from "./session";
import { knows, say, Sentence } from "./words";

const ASKED = "redress.own";
let listens = false;

/** `fail` says to the reader what went wrong. */
export function start(fail: (error: unknown) => void): void {
  showZone();
  if (listens) return;
  listens = true;
  document.addEventListener("submit", (event) => void submitted(event).catch(fail));
  document.addEventListener("click", (event) => void clicked(event.target as Element).catch(fail));
  document.addEventListener("redress:account", () => void compare().catch(fail));
  void compare().catch(fail);
}

/** Loads the page again where it was made for somebody signed in and nobody is, or the other way about. */
async function compare(): Promise<void> {
  const { own, signed } = document.querySelector<HTMLElement>("[data-own]")!.dataset;
  const hint = localStorage.getItem("redress.session") === own ? "in" : "out";
  const told = hint === signed ? signed : (await current())?.account.toLowerCase() === own ? "in" : "out";
  if (told === signed || sessionStorage.getItem(ASKED) === own! + told) return sessionStorage.removeItem(ASKED);
  sessionStorage.setItem(ASKED, own! + told);
  location.replace(location.href);
}

async function submitted(event: SubmitEvent): Promise<void> {
  const form = event.target as HTMLFormElement;
  if (!form.dataset["send"]) return;
  event.preventDefault();
  // A disabled button would lose the focus.
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  unmark(form);
  try {
    const answer = await send(form);
    if (form.dataset["keep"] === undefined) form.reset();
    await refresh();
    show(form, answer);
    report(form.dataset["done"]!, "done");
  } catch (error) {
    if (!(error instanceof Sentence) || !mark(form, error)) throw error;
  } finally {
    form.ariaBusy = "false";
  }
}

function send(form: HTMLFormElement): Promise<Record<string, unknown> | undefined> {
  const [method, path] = form.dataset["send"]!.split(" ") as [string, string];
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  return json(path, method === "DELETE" ? { method } : { method, headers, body: JSON.stringify(body(form)) });
}

/** All kinds is null: those to come are among them. */
function body(form: HTMLFormElement): Params {
  const kinds = [...form.querySelectorAll<HTMLInputElement>("[data-kind]")];
  const chosen = kinds.filter((kind) => kind.checked).map((kind) => kind.value);
  return { ...params(form), ...(kinds.length ? { kinds: chosen.length < kinds.length ? chosen : null } : {}) };
}

/** What the service tells this once. */
function show(form: HTMLFormElement, answer: Record<string, unknown> | undefined): void {
  const { once, into } = form.dataset;
  const value = once && answer?.[once];
  if (!value) return;
  const part = document.getElementById(into!)!;
  const field = part.querySelector("input")!;
  part.hidden = false;
  field.value = String(value);
  field.focus();
  field.select();
}

/** The parts with data-fresh as the server has them now; the focus stays near where it was. */
async function refresh(): Promise<void> {
  const response = await fetch(location.href);
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of document.querySelectorAll<HTMLElement>("[data-fresh]")) {
    const next = fresh.getElementById(part.id);
    if (!next) continue;
    const hadFocus = part.contains(document.activeElement);
    part.replaceWith(next);
    if (hadFocus) next.focus();
  }
  document.dispatchEvent(new Event("redress:swapped"));
}

/** Says at the fields what is wrong with them; false where there is no such field. */
function mark(form: HTMLFormElement, refused: Sentence): boolean {
  const { field: one, faults = [] } = (refused.about ?? {}) as Fields;
  const names = [one ?? "", ...faults.map((fault) => fault.field.replace(/^body\./, ""))];
  const fields = names.map((name) => field(form, name)).filter((one) => one !== null);
  for (const [place, one] of fields.entries()) {
    const name = one.getAttribute("name") ?? one.dataset["field"]!;
    const text = document.createElement("small");
    text.className = "fault";
    text.id = `fault-${place}`;
    const key = `field-${name.split(".")[0]!.replaceAll("_", "-")}`;
    text.textContent = knows(key) ? say(key) : `${refused.message} ${refused.way}`.trim();
    for (const input of one.matches("fieldset") ? one.querySelectorAll("input") : [one]) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-errormessage", text.id);
    }
    if (one.matches("fieldset")) one.append(text);
    else one.after(text);
  }
  const first = fields[0];
  (first?.matches("fieldset") ? first.querySelector("input") : first)?.focus();
  return first !== undefined;
}

function field(form: HTMLFormElement, name: string): HTMLElement | null {
  if (!name) return null;
  const [first] = name.split(".");
  return form.querySelector<HTMLElement>(`[name="${name}"], [data-field="${first}"]`);
}

function unmark(form: HTMLFormElement): void {
  for (const text of form.querySelectorAll(".fault")) text.remove();
  for (const input of form.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-errormessage");
  }
}

async function clicked(target: Element): Promise<void> {
  const button = target.closest<HTMLElement>("[data-enter], [data-leave], [data-copy], [data-again], [data-zone-here]");
  if (!button) return;
  const { copy, zoneHere } = button.dataset;
  if (copy) await copied(document.getElementById(copy) as HTMLInputElement);
  else if (zoneHere) useZone(button, document.getElementById(zoneHere) as HTMLInputElement);
  else if ("again" in button.dataset) await refresh();
  else {
    await ("enter" in button.dataset ? signIn() : signOut(true));
    await compare();
  }
}

async function copied(source: HTMLInputElement): Promise<void> {
  source.select();
  // Nothing there but over https: then the reader copies what is marked.
  if (!navigator.clipboard) return;
  await navigator.clipboard.writeText(source.value);
  report(say("copied"), "done");
}

function useZone(button: HTMLElement, into: HTMLInputElement): void {
  into.value = zone();
  into.focus();
  button.hidden = true;
}

function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The name of the zone that `time[data-local]` is shown in. */
function showZone(): void {
  for (const name of document.querySelectorAll<HTMLElement>("[data-zone]")) name.textContent = zone();
  const button = document.querySelector<HTMLElement>("[data-zone-here]");
  const into = document.querySelector<HTMLInputElement>("[name=time_zone]");
  if (!button || !into) return;
  button.hidden = into.value === zone();
  const known = Intl.supportedValuesOf("timeZone").map((one) => Object.assign(document.createElement("option"), { value: one }));
  into.list!.replaceChildren(...known);
}
