// The week as 7 × 24 squares: pressed ones are peak hours.
import type { Params } from "./act";

function squares(part: ParentNode): HTMLInputElement[] {
  return [...part.querySelectorAll<HTMLInputElement>("[data-peak] input[type=checkbox]")];
}

/** Bit h of the mask is hour h of the week, from Monday 00:00 UTC. A string: it does not fit a number. */
export async function collect(form: HTMLFormElement, found: Params): Promise<void> {
  let mask = 0n;
  for (const square of squares(form)) if (square.checked) mask |= 1n << BigInt(square.value);
  (found["policy"] as Params)["peak_mask"] = mask.toString();
}

/** Rows and columns switch all their hours at once. */
export function start(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-hours]")) {
    if (button.dataset["ready"]) continue;
    button.dataset["ready"] = "1";
    button.addEventListener("click", () => {
      const hours = new Set(button.dataset["hours"]!.split(" "));
      const own = squares(button.form!).filter((square) => hours.has(square.value));
      const on = !own.every((square) => square.checked);
      for (const square of own) square.checked = on;
      own[0]?.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}
