// The week as 7 × 24 squares: pressed ones are peak hours. What a new policy changes is said before it is signed.
import type { Params } from "./act";
import { rove } from "./grid";
import { say } from "./words";

type Terms = Record<string, string | number>;

function squares(part: ParentNode): HTMLInputElement[] {
  return [...part.querySelectorAll<HTMLInputElement>("[data-peak] input[type=checkbox]")];
}

/** Bit h of the mask is hour h of the week, from Monday 00:00 UTC. */
function maskOf(part: ParentNode): bigint {
  let mask = 0n;
  for (const square of squares(part)) if (square.checked) mask |= 1n << BigInt(square.value);
  return mask;
}

/** A string: the mask does not fit a number. */
export async function collect(form: HTMLFormElement, found: Params): Promise<void> {
  (found["policy"] as Params)["peak_mask"] = maskOf(form).toString();
}

export function start(): void {
  for (const table of document.querySelectorAll<HTMLTableElement>("[data-peak]")) {
    if (table.dataset["peak"]) continue;
    table.dataset["peak"] = "on";
    const form = table.closest("form")!;
    rove(table);
    for (const button of table.querySelectorAll<HTMLButtonElement>("[data-hours]")) button.addEventListener("click", () => switchAll(form, button));
    form.addEventListener("input", () => tell(form));
    tell(form);
  }
}

/** Rows and columns switch all their hours at once. */
function switchAll(form: HTMLFormElement, button: HTMLButtonElement): void {
  const hours = new Set(button.dataset["hours"]!.split(" "));
  const own = squares(form).filter((square) => hours.has(square.value));
  const on = !own.every((square) => square.checked);
  for (const square of own) square.checked = on;
  own[0]?.dispatchEvent(new Event("input", { bubbles: true }));
}

function tell(form: HTMLFormElement): void {
  const days = dayNames(form);
  const place = form.querySelector("[data-peak-said]");
  const words = weekWords(maskOf(form), days);
  if (place && place.textContent !== words) place.textContent = words;
  if (form.dataset["current"]) difference(form, JSON.parse(form.dataset["current"]) as Terms, days);
}

function dayNames(form: HTMLFormElement): string[] {
  return [...form.querySelectorAll<HTMLElement>("[data-day]")].map((one) => one.dataset["day"]!);
}

/** "Mon–Fri 09–18; Sun 00–24". */
export function weekWords(mask: bigint, days: string[]): string {
  if (mask === 0n) return say("peak-none");
  if (mask === (1n << 168n) - 1n) return say("peak-all");
  const found: { first: number; last: number; times: string }[] = [];
  for (let day = 0; day < 7; day += 1) {
    const times = dayWords(Number((mask >> BigInt(24 * day)) & 0xffffffn));
    const before = found.at(-1);
    if (before?.times === times && before.last === day - 1) before.last = day;
    else if (times) found.push({ first: day, last: day, times });
  }
  return found.map(({ first, last, times }) => `${first === last ? days[first] : `${days[first]}–${days[last]}`} ${times}`).join("; ");
}

function dayWords(hours: number): string {
  const ranges: string[] = [];
  for (let hour = 0; hour < 24; hour += 1) {
    if (!((hours >> hour) & 1)) continue;
    let end = hour;
    while (end < 24 && (hours >> end) & 1) end += 1;
    ranges.push(`${two(hour)}–${two(end)}`);
    hour = end;
  }
  return ranges.join(", ");
}

function two(hour: number): string {
  return String(hour).padStart(2, "0");
}

/** Figure by figure, against the policy in force. */
function difference(form: HTMLFormElement, current: Terms, days: string[]): void {
  const box = form.querySelector<HTMLElement>("[data-difference]")!;
  const lines: string[] = [];
  for (const [name, before] of Object.entries(current)) {
    const field = form.elements.namedItem(`policy.${name}`);
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) continue;
    const was = field.dataset["as"] === "minutes" ? String(Number(before) / 60) : String(before);
    if (field.value === was) continue;
    lines.push(say("policy-change", { field: field.labels?.[0]?.textContent ?? name, before: shown(field, was), after: shown(field, field.value) }));
  }
  const [before, after] = [BigInt(current["peak_mask"]!), maskOf(form)];
  if (after & ~before) lines.push(say("policy-gained", { hours: weekWords(after & ~before, days) }));
  if (before & ~after) lines.push(say("policy-lost", { hours: weekWords(before & ~after, days) }));
  box.hidden = false;
  box.querySelector<HTMLElement>("[data-same]")!.hidden = lines.length > 0;
  box.querySelector("ul")!.replaceChildren(
    ...lines.map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    }),
  );
}

function shown(field: HTMLInputElement | HTMLSelectElement, value: string): string {
  if (field instanceof HTMLInputElement) return value || "–";
  return [...field.options].find((option) => option.value === value)?.textContent ?? value;
}
