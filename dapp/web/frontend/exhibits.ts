// Evidence on the case page, hashed again by the reader's browser: small files at once, large ones on the proof page.
import { fileCid } from "./cid";
import { say } from "./words";

const known = new Map<string, "right" | "wrong" | "missing">();

export async function check(): Promise<void> {
  for (const place of document.querySelectorAll<HTMLElement>("[data-exhibit]")) {
    const cid = place.dataset["exhibit"]!;
    if (!known.has(cid) && !("now" in place.dataset)) continue;
    if (!known.has(cid)) known.set(cid, await judge(cid));
    const found = known.get(cid)!;
    place.dataset["state"] = found === "missing" ? "open" : found;
    place.textContent = say(`exhibit-${found}`);
  }
}

async function judge(cid: string): Promise<"right" | "wrong" | "missing"> {
  const response = await fetch(`/ipfs/${cid}`).catch(() => null);
  if (!response?.ok) return "missing";
  return (await fileCid(await response.blob())) === cid ? "right" : "wrong";
}
