// The CID of a file in the profile unixfs-v1-2025: 1 MiB raw leaves, at most 1024 links a node.
// The same arithmetic as evidence/unixfs.py; tests/e2e compares the two.

const CHUNK_BYTES = 1 << 20;
const MAX_LINKS = 1024;
const RAW = 0x55;
const DAG_PB = 0x70;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

interface Part {
  cid: Uint8Array;
  size: number;
  tsize: number;
}

export async function sha256(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

export function toHex(bytes: Uint8Array): string {
  return "0x" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The CID of the raw block whose SHA-256 is `digest` (0x…): how a manifest is found. */
export function manifestCid(digest: string): string {
  const bytes = Uint8Array.from(digest.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return spell(join([Uint8Array.of(1, RAW, 0x12, 0x20), bytes]));
}

export async function fileCid(file: Blob, progress: (share: number) => void = () => {}): Promise<string> {
  const levels: Part[][] = [[]];
  const add = async (level: number, part: Part): Promise<void> => {
    const parts = (levels[level] ??= []);
    if (parts.length === MAX_LINKS) await add(level + 1, await close(level));
    levels[level]!.push(part);
  };
  const close = async (level: number): Promise<Part> => {
    const parts = levels[level]!;
    levels[level] = [];
    return node(parts);
  };
  for (let start = 0; start < file.size || start === 0; start += CHUNK_BYTES) {
    const chunk = new Uint8Array(await file.slice(start, start + CHUNK_BYTES).arrayBuffer());
    await add(0, { cid: await cid(RAW, chunk), size: chunk.length, tsize: chunk.length });
    progress(Math.min(1, (start + chunk.length) / Math.max(1, file.size)));
  }
  let level = 0;
  for (; level < levels.length - 1; level += 1) await add(level + 1, await close(level));
  const top = levels[level]!;
  return spell((top.length === 1 ? top[0]! : await node(top)).cid);
}

async function node(parts: Part[]): Promise<Part> {
  const links = parts.map((part) =>
    bytesField(2, join([bytesField(1, part.cid), bytesField(2, new Uint8Array()), numberField(3, part.tsize)])),
  );
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const sizes = parts.map((part) => numberField(4, part.size));
  const data = join([numberField(1, 2), numberField(3, size), ...sizes]);
  const block = join([...links, bytesField(1, data)]);
  const below = parts.reduce((sum, part) => sum + part.tsize, 0);
  return { cid: await cid(DAG_PB, block), size, tsize: block.length + below };
}

async function cid(codec: number, block: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return join([Uint8Array.of(1, codec, 0x12, 0x20), await sha256(block)]);
}

function spell(bytes: Uint8Array): string {
  let bits = 0;
  let value = 0;
  let out = "b";
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) out += ALPHABET[(value >> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return bits ? out + ALPHABET[(value << (5 - bits)) & 31] : out;
}

function varint(value: number): number[] {
  const out = [];
  for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) | 128);
  return [...out, value];
}

function numberField(number: number, value: number): Uint8Array {
  return Uint8Array.from([number << 3, ...varint(value)]);
}

function bytesField(number: number, value: Uint8Array): Uint8Array {
  return join([Uint8Array.from([(number << 3) | 2, ...varint(value.length)]), value]);
}

function join(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
