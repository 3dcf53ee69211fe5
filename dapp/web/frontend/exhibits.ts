// Evidence on the case page, hashed again by the reader's browser: small files at once, large ones on the proof page.
// A picture is shown only once it has been.
import { fileCid } from "./cid";
import { say } from "./words";

interface Verdict {
  state: "right" | "wrong" | "missing";
  file: Blob | null;
}

const known = new Map<string, Promise<Verdict>>();

export async function check(): Promise<void> {
  for (const place of document.querySelectorAll<HTMLElement>("[data-exhibit]")) {
    const cid = place.dataset["exhibit"]!;
    if (!("now" in place.dataset)) continue;
    if (!known.has(cid)) known.set(cid, judge(cid));
    const { state, file } = await known.get(cid)!;
    place.dataset["state"] = state === "missing" ? "away" : state;
    place.textContent = say(`exhibit-${state}`);
    if (state === "right") show(place.closest("li")?.querySelector<HTMLElement>("[data-picture]"), file!);
  }
}

async function judge(cid: string): Promise<Verdict> {
  const response = await fetch(`/ipfs/${cid}`).catch(() => null);
  if (!response?.ok) return { state: "missing", file: null };
  const file = await response.blob();
  return { state: (await fileCid(file)) === cid ? "right" : "wrong", file };
}

/** What strangers sent is served as bytes to be saved; as a picture it appears through its own data. */
function show(place: HTMLElement | null | undefined, file: Blob): void {
  if (!place || place.firstChild) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    const image = new Image(64, 64);
    image.alt = "";
    image.src = String(reader.result);
    place.replaceChildren(image);
  });
  reader.readAsDataURL(new Blob([file], { type: place.dataset["picture"]! }));
}
