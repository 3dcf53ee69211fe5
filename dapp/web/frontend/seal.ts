// Files sealed in this browser before they leave it, and opened here; nothing else sees them plain.
// Streams: memory holds some MiB, whatever a file's size. The same format as evidence/seal.py.
import { sha256 as hasher } from "@noble/hashes/sha2.js";
import { Decrypter, Encrypter } from "age-encryption";
import { fileCid, toHex } from "./cid";
import { commitmentOf, type Enclosed, encodeEnvelope, type Envelope, isMediaType, parseEnvelope, sealedItems } from "./envelope";
import { keyOf, newKey } from "./keys";
import { SealError } from "./errors";

export { backUp, type Key, keyFrom, keyOf, newKey, recipientOfKey, recover } from "./keys";
export type { Enclosed, Envelope } from "./envelope";
export { SealError } from "./errors";

export interface Sealed {
  enclosed: Enclosed;
  /** What the manifest shows instead: 0x and 64 digits. */
  commitment: string;
  bytes: Blob;
  /** Of `bytes`. */
  cid: string;
}

/** The files of one submission, sealed to a key made for it. */
export interface Sealing {
  contentKey: string;
  recipient: string;
  items: Sealed[];
}

export interface Opened {
  name: string;
  /** As its author says; `file` itself has no type, since a page must never run it. */
  mediaType: string;
  kind: string;
  file: Blob;
}

/** Told how many bytes of how many are done. */
export type Progress = (done: number, of: number) => void;

const MAGIC = "age-encryption.org/v1\n";
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_RECIPIENTS = 64;
const MAX_SEALED_ENVELOPE_BYTES = (1 << 18) + 2 * MAX_HEADER_BYTES;
const PIECE_BYTES = 8 << 20;
const NOTHING = `0x${"0".repeat(64)}`;
const ANY_MEDIA_TYPE = "application/octet-stream";

export async function sealFiles(
  files: readonly { file: File; kind: string }[],
  progress: Progress = () => {},
): Promise<Sealing> {
  const { identity, recipient } = await newKey();
  // What an envelope could not say is refused before the work.
  const named = files.map(({ file, kind }) => describe(file, kind, file.size, NOTHING, NOTHING));
  await encodeEnvelope({ manifest: NOTHING, content_key: identity, items: named });
  const of = files.reduce((sum, { file }) => sum + file.size, 0);
  const items: Sealed[] = [];
  let before = 0;
  for (const { file, kind } of files) {
    items.push(await sealFile(file, kind, recipient, (done) => progress(before + done, of)));
    before += file.size;
  }
  return { contentKey: identity, recipient, items };
}

/** For people's own keys, once the manifest is known: it must list this very sealing. */
export async function makeEnvelope(
  manifest: Uint8Array<ArrayBuffer>,
  sealing: Sealing,
  recipients: readonly string[],
): Promise<Uint8Array> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", manifest));
  const envelope = envelopeOf(toHex(digest), sealing);
  const pairs = await sealedItems(manifest, envelope);
  if (!pairs.every(([item], at) => item.cid === sealing.items[at]!.cid)) {
    throw new SealError("envelope_mismatch", "the manifest names other sealed bytes");
  }
  return sealEnvelope(envelope, recipients);
}

/** Also for others later, by whoever could open it. */
export async function sealEnvelope(envelope: Envelope, recipients: readonly string[]): Promise<Uint8Array> {
  if (recipients.length < 1 || recipients.length > MAX_RECIPIENTS) {
    throw new SealError("recipient_count", `${recipients.length} recipients instead of 1 to ${MAX_RECIPIENTS}`);
  }
  return encrypter(recipients).encrypt(await encodeEnvelope(envelope));
}

export async function openEnvelope(sealed: Uint8Array<ArrayBuffer>, identity: string): Promise<Envelope> {
  if (sealed.length > MAX_SEALED_ENVELOPE_BYTES) {
    throw new SealError("envelope_too_large", `the envelope has ${sealed.length} bytes`);
  }
  const plain = await decrypted(new Blob([sealed]), identity, MAX_SEALED_ENVELOPE_BYTES, () => {});
  return parseEnvelope(new Uint8Array(await plain.file.arrayBuffer()));
}

/** The sealed item `number` (from 0, of the sealed ones), once all that its author bound holds. */
export async function openItem(
  manifest: Uint8Array<ArrayBuffer>,
  envelope: Envelope,
  number: number,
  sealed: Blob,
  progress: Progress = () => {},
): Promise<Opened> {
  const pair = (await sealedItems(manifest, envelope))[number];
  if (!pair) throw new SealError("envelope_mismatch", `there is no sealed item ${number}`);
  const [item, { name, media_type: mediaType, kind, size, sha256 }] = pair;
  if (sealed.size !== item.size) throw new SealError("sealed_mismatch", `${name}: another length than the manifest says`);
  if ((await fileCid(sealed)) !== item.cid) throw new SealError("block_mismatch", `${name}: not the bytes that were sealed`);
  const plain = await decrypted(sealed, envelope.content_key, size, (done) => progress(done, size));
  if (plain.size !== size || plain.sha256 !== sha256) {
    throw new SealError("plain_mismatch", `${name}: not what its author bound`);
  }
  return { name, mediaType, kind, file: plain.file };
}

async function sealFile(
  file: File,
  kind: string,
  recipient: string,
  progress: (done: number) => void,
): Promise<Sealed> {
  const tally = new Tally(Infinity, progress);
  const plain = file.stream().pipeThrough(tally.through());
  const bytes = await collect(await encrypter([recipient]).encrypt(plain)).catch((error) => {
    throw ours(error);
  });
  const salt = toHex(crypto.getRandomValues(new Uint8Array(32)));
  const enclosed = describe(file, kind, tally.size, tally.digest(), salt);
  return { enclosed, commitment: await commitmentOf(enclosed), bytes, cid: await fileCid(bytes) };
}

function describe(file: File, kind: string, size: number, sha256: string, salt: string): Enclosed {
  const type = file.type.split(";")[0]!.trim().toLowerCase();
  return { name: file.name, media_type: isMediaType(type) ? type : ANY_MEDIA_TYPE, kind, size, sha256, salt };
}

function envelopeOf(manifest: string, sealing: Sealing): Envelope {
  return { manifest, content_key: sealing.contentKey, items: sealing.items.map((item) => item.enclosed) };
}

function encrypter(recipients: readonly string[]): Encrypter {
  const age = new Encrypter();
  for (const recipient of recipients) {
    keyOf(recipient);
    age.addRecipient(recipient);
  }
  return age;
}

async function decrypted(
  sealed: Blob,
  identity: string,
  maxBytes: number,
  progress: (done: number) => void,
): Promise<{ file: Blob; size: number; sha256: string }> {
  // A header without an end would be read to the end of the file.
  const start = new TextDecoder("latin1").decode(await sealed.slice(0, MAX_HEADER_BYTES).arrayBuffer());
  if (!start.startsWith(MAGIC) || !start.includes("\n--- ")) {
    throw new SealError("sealed_invalid", "not an age file, or its header is cut off or too long");
  }
  const age = new Decrypter();
  age.addIdentity(identity);
  const tally = new Tally(maxBytes, progress);
  try {
    const plain = await age.decrypt(sealed.stream());
    const file = await collect(plain.pipeThrough(tally.through()));
    return { file, size: tally.size, sha256: tally.digest() };
  } catch (error) {
    throw ours(error);
  }
}

/** The one place where others' errors become ours. */
function ours(error: unknown): SealError {
  if (error instanceof SealError) return error;
  const isLost = error instanceof Error && (error.name === "NotReadableError" || error.message === "network error");
  if (isLost) return new SealError("file_unreadable", "the file was changed, or is too large for this browser");
  if (error instanceof Error && error.message.startsWith("no identity matched")) {
    return new SealError("identity_wrong", "this key does not open it: it is sealed to others");
  }
  return new SealError("sealed_invalid", "the sealed bytes are changed or cut off");
}

/** Counts and hashes what passes. */
class Tally {
  size = 0;
  readonly #hash = hasher.create();

  constructor(
    readonly maxBytes: number,
    readonly progress: (done: number) => void,
  ) {}

  through(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
    return new TransformStream({
      transform: (piece, controller) => {
        this.size += piece.length;
        if (this.size > this.maxBytes) {
          throw new SealError("plain_mismatch", "more bytes come out than the author said");
        }
        this.#hash.update(piece);
        this.progress(this.size);
        controller.enqueue(piece);
      },
    });
  }

  digest(): string {
    return toHex(this.#hash.digest());
  }
}

/** Into a blob, which the browser keeps on its disk where it is large. */
async function collect(stream: ReadableStream<Uint8Array>): Promise<Blob> {
  const blobs: Blob[] = [];
  let pieces: BlobPart[] = [];
  let size = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (value) {
      pieces.push(value as Uint8Array<ArrayBuffer>);
      size += value.length;
    }
    if (done || size >= PIECE_BYTES) {
      blobs.push(new Blob(pieces));
      pieces = [];
      size = 0;
    }
    if (done) return new Blob(blobs);
  }
}
