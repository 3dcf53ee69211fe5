// A private file opened in this browser for somebody it was sealed to: shown once all that its author bound holds.
import { envelopeOf, manifestOf, raw } from "./envelopes";
import { told } from "./keyring";
import { type Opened, openItem } from "./seal";
import { say } from "./words";

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const MAX_TEXT_BYTES = 1 << 16;

/** `exhibit` says which: the digest, the number among the sealed ones of its manifest, the CID. */
export async function open(exhibit: HTMLElement): Promise<void> {
  const { sealed: digest, number, cid } = exhibit.dataset;
  const line = exhibit.querySelector<HTMLElement>("[data-opening]")!;
  // What is open stays so when the page brings itself up to date.
  exhibit.setAttribute("hx-morph-skip", "");
  try {
    mark(line, "open", say("seal-opening"));
    const envelope = await envelopeOf(digest!);
    const manifest = await manifestOf(digest!);
    const opened = await openItem(manifest, envelope, Number(number), await raw(`/ipfs/${cid}`));
    await show(exhibit, opened);
    mark(line, "right", say("seal-opened"));
    exhibit.querySelector("[data-open]")?.remove();
  } catch (error) {
    mark(line, "wrong", told(error));
  }
}

function mark(line: HTMLElement, state: string, text: string): void {
  line.hidden = false;
  line.dataset["state"] = state;
  line.textContent = text;
}

async function show(exhibit: HTMLElement, { name, mediaType, file }: Opened): Promise<void> {
  exhibit.querySelector("[data-name]")!.textContent = name;
  exhibit.querySelector("[data-type]")!.textContent = mediaType;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.textContent = say("seal-save");
  link.className = "button quiet";
  const parts: HTMLElement[] = [link];
  if (PICTURES.includes(mediaType)) parts.unshift(await picture(file, mediaType, name));
  if (mediaType === "text/plain" && file.size <= MAX_TEXT_BYTES) parts.unshift(await words(file));
  exhibit.querySelector("[data-shown]")!.replaceChildren(...parts);
}

/** Through its own data: nothing that a stranger sent gets an address of this site. */
function picture(file: Blob, type: string, name: string): Promise<HTMLElement> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("error", () => reject(reader.error));
    reader.addEventListener("load", () => {
      const image = new Image();
      image.alt = name;
      image.src = String(reader.result);
      resolve(image);
    });
    reader.readAsDataURL(new Blob([file], { type }));
  });
}

async function words(file: Blob): Promise<HTMLElement> {
  const quote = document.createElement("blockquote");
  quote.dir = "auto";
  quote.textContent = await file.text();
  return quote;
}
