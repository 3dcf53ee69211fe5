// One line at the foot of the page says what is going on; it outlives swaps and, once, a reload.

const KEEP = "redress.said";
/** Where it lies what was sent and is not known to be done. */
export const PENDING = "redress.pending";

export type Tone = "busy" | "done" | "failed";

export function report(text: string, tone: Tone, way = ""): void {
  const line = document.getElementById("progress");
  if (!line) return;
  line.dataset["tone"] = tone;
  line.querySelector("[data-text]")!.textContent = text;
  line.querySelector("[data-way]")!.textContent = way;
  line.hidden = text === "";
}

/** Shows `text` again after the next page load. */
export function carry(text: string): void {
  sessionStorage.setItem(KEEP, text);
}

export function start(): void {
  const line = document.getElementById("progress");
  line?.querySelector("button")?.addEventListener("click", () => report("", "done"));
  const kept = sessionStorage.getItem(KEEP);
  if (!kept) return;
  sessionStorage.removeItem(KEEP);
  report(kept, "done");
}
