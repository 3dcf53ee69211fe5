// The queue of a desk: what is chosen stays so over every update of the page; their first replies are one transaction.
import type { Params } from "./act";
import { knows, say, Sentence } from "./words";

const chosen = new Set<string>();
let focused = "";

function part<T extends HTMLElement>(selector: string): T {
  return document.querySelector<T>(selector)!;
}

function boxes(): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>("[data-queue] [data-pick]")];
}

/** On a page that was just opened, and after each of its updates. */
export function start(): void {
  const queue = part("[data-queue]");
  if (queue.dataset["ready"] === undefined) listen(queue);
  queue.dataset["ready"] = "";
  // Not every browser moves a row without taking the focus from it.
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus({ preventScroll: true });
  focused = "";
  show();
}

function listen(queue: HTMLElement): void {
  document.addEventListener("htmx:before:swap", () => (focused = document.activeElement?.id ?? ""));
  queue.addEventListener("change", ({ target }) => {
    const box = target as HTMLInputElement;
    if (box.checked) chosen.add(box.dataset["pick"]!);
    else chosen.delete(box.dataset["pick"]!);
    show();
  });
  part<HTMLInputElement>("[data-pick-all]").addEventListener("change", ({ target }) => {
    for (const box of boxes()) {
      if ((target as HTMLInputElement).checked) chosen.add(box.dataset["pick"]!);
      else chosen.delete(box.dataset["pick"]!);
    }
    show();
  });
  part("[data-pick-open]").addEventListener("click", open);
  part("[data-many-close]").addEventListener("click", close);
  const form = part<HTMLFormElement>("[data-many] form");
  form.addEventListener("failed", (event) => leaveOut((event as CustomEvent).detail));
  form.addEventListener("acted", () => {
    chosen.clear();
    form.reset();
    close();
    queue.dispatchEvent(new Event("refresh"));
  });
}

function show(): void {
  const there = boxes();
  const known = new Set(there.map((box) => box.dataset["pick"]!));
  // Whatever has gone from the page, or was answered by somebody else, is not chosen any more.
  for (const one of chosen) if (!known.has(one)) chosen.delete(one);
  for (const box of there) box.checked = chosen.has(box.dataset["pick"]!);
  const all = part<HTMLInputElement>("[data-pick-all]");
  all.checked = there.length > 0 && chosen.size === there.length;
  all.indeterminate = chosen.size > 0 && !all.checked;
  all.disabled = there.length === 0;
  part("[data-queue]").toggleAttribute("data-can-pick", !part("[data-picking]").hidden);
  part("[data-pick-said]").textContent = say("pick-all", { number: there.length });
  const button = part<HTMLButtonElement>("[data-pick-open]");
  button.disabled = chosen.size === 0;
  button.textContent = say("pick-open", { number: chosen.size });
  part("[data-many-title]").textContent = say("many-title", { number: chosen.size });
  part("[data-many-which]").textContent = say("many-which", { cases: numbers().join(", ") || "–" });
}

function open(): void {
  part("[data-many-refused]").hidden = true;
  part("[data-many]").hidden = false;
  part("[data-many-title]").focus();
}

function close(): void {
  part("[data-many]").hidden = true;
  part("[data-pick-open]").focus();
}

function numbers(): number[] {
  return [...chosen].map(Number).sort((one, other) => one - other);
}

/** Before the signature: which cases they are. */
export async function choose(_form: HTMLFormElement, found: Params): Promise<void> {
  if (!chosen.size) throw new Sentence(say("many-none"));
  found["complaints"] = numbers();
}

/** The service names those that cannot be acknowledged; the others are left to sign for. */
function leaveOut(error: { about?: { refused?: Record<string, { code: string; detail: string }> } }): void {
  const refused = Object.entries(error.about?.refused ?? {});
  const box = part("[data-many-refused]");
  box.hidden = refused.length === 0;
  box.querySelector("ul")!.replaceChildren(
    ...refused.map(([number, { code, detail }]) => {
      const line = document.createElement("li");
      const reason = knows(`error-${code}`) ? say(`error-${code}`) : detail;
      line.textContent = say("many-refused", { case: number, reason });
      chosen.delete(number);
      return line;
    }),
  );
  show();
}
