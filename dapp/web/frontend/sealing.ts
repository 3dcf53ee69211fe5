// A statement with private parts: sealed here, sent sealed, and its key envelope made for those who may read.
import { fileCid } from "./cid";
import { clerkKey, manifestOf, store } from "./envelopes";
import { kept, makeKey, recipientOf, recipientsOf } from "./keyring";
import { report } from "./progress";
import { makeEnvelope, type Sealing, sealFiles } from "./seal";
import { signedIn } from "./session";
import { type Chosen, compare, transfer } from "./statement";
import { me } from "./wallet";
import { say, Sentence } from "./words";

const MESSAGE = "message.txt";

interface Part {
  file: File;
  kind: string;
  isPrivate: boolean;
  /** A message has one that nobody sees. */
  row: HTMLElement;
}

/** Puts text and files into `body`, private ones sealed, and stores all; the digest for the chain. */
export async function submit(statement: HTMLElement, body: FormData, text: string, files: Chosen[]): Promise<string> {
  // A key that only this browser knows of will do: others need it on chain, its owner does not.
  const own = (await recipientOf(me())) ?? kept()[0]?.recipient ?? (await makeKey());
  const others = await recipientsOf(readersOf(statement));
  const parts = partsOf(statement, body, text, files);
  const secret = parts.filter((part) => part.isPrivate);
  report(say("sealing"), "busy");
  const sealing = await sealFiles(secret, progressOf(secret));
  const sent = put(body, parts, sealing);
  report(say("uploading"), "busy");
  const stored = await transfer(body, sent);
  await compare(stored, sent);
  const clerk = statement.querySelector<HTMLInputElement>("[data-clerk] input:checked") ? await clerkKey() : null;
  const recipients = [own, ...others.values(), ...(clerk ? [clerk] : [])];
  const envelope = await makeEnvelope(await manifestOf(stored.digest), sealing, [...new Set(recipients)]);
  if (!stored.envelope_token) await signedIn();
  await store(stored.digest, [me(), ...others.keys(), ...(clerk ? ["clerk"] : [])], envelope, stored.envelope_token);
  return stored.digest;
}

/** Who may read beside the author: in the case, or about the order that is chosen. */
export function readersOf(statement: HTMLElement): string[] {
  const order = statement.closest("form")?.querySelector<HTMLInputElement>("input[name=order]:checked");
  const accounts = (order?.dataset["readers"] ?? statement.dataset["readers"] ?? "").split(" ");
  return accounts.filter((account) => account && account !== me());
}

/** The message first: it tells what the files show. */
function partsOf(statement: HTMLElement, body: FormData, text: string, files: Chosen[]): Part[] {
  const parts: Part[] = files.map(({ file, row }) => ({
    file,
    kind: row.querySelector("select")?.value ?? "file",
    isPrivate: row.querySelector<HTMLInputElement>("[data-seal]")?.checked ?? false,
    row,
  }));
  if (!text) return parts;
  if (!statement.querySelector("[data-seal=text]:checked")) {
    body.append("text", text);
    return parts;
  }
  if (parts.some((part) => part.file.name.toLowerCase() === MESSAGE)) throw new Sentence(say("message-name-taken"));
  const file = new File([text.replaceAll("\r\n", "\n")], MESSAGE, { type: "text/plain" });
  return [{ file, kind: "file", isPrivate: true, row: document.createElement("li") }, ...parts];
}

/** Sealing is the first half of each bar, sending the second. */
function progressOf(parts: Part[]): (done: number) => void {
  return (done) => {
    for (const { file, row } of parts) {
      const bar = row.querySelector("progress");
      if (bar) bar.value = Math.min(1, done / Math.max(1, file.size)) / 2;
      done = Math.max(0, done - file.size);
    }
  };
}

/** Into the form, in order. What is sealed goes without its name and kind. */
function put(body: FormData, parts: Part[], sealing: Sealing): Chosen[] {
  const sealed = [...sealing.items];
  body.append("sealed_to", sealing.recipient);
  return parts.map(({ file, kind, isPrivate, row }) => {
    const item = isPrivate ? sealed.shift()! : null;
    const bytes = item ? new File([item.bytes], "sealed.age") : file;
    body.append("files", bytes);
    body.append("kind", item ? "file" : kind);
    body.append("commitment", item?.commitment ?? "");
    return { file: bytes, row: row as HTMLLIElement, cid: item ? Promise.resolve(item.cid) : fileCid(file), half: item !== null };
  });
}
