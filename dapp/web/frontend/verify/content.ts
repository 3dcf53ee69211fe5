// Content identifiers and the blocks they name (github.com/multiformats/cid, ipld.io/specs, specs.ipfs.tech/unixfs).
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { hex, unhex } from "./bytes";
import { protobuf, varint } from "./varint";

export interface Cid {
  /** What it is known by here: codec, hash function and digest; versions 0 and 1 of one block are one. */
  key: string;
  codec: number;
  hash: number;
  digest: string;
}

export const RAW = 0x55;
const DAG_PB = 0x70;
const IDENTITY = 0;
const SHA2_256 = 0x12;
const HASHES: { [code: number]: (block: Uint8Array) => Uint8Array } = {
  [IDENTITY]: (block) => block,
  [SHA2_256]: (block) => sha256(block),
  0x13: (block) => sha512(block),
};
const DIGEST_BYTES: { [code: number]: number } = { [SHA2_256]: 32, 0x13: 64 };
const MAX_DIGEST_BYTES = 128;
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
const BASE16 = "0123456789abcdef";

export function cidOf(codec: number, hash: number, digest: string): Cid {
  return { key: `${codec}-${hash}-${digest}`, codec, hash, digest };
}

/** Of the raw block whose SHA-256 this is. */
export function rawCid(digest: string): Cid {
  return cidOf(RAW, SHA2_256, digest);
}

/** The CID at `at` and the place after it. Throws RangeError, as all here does. */
export function readCid(data: Uint8Array, at: number): [Cid, number] {
  let [version, codec, hash, size] = [0, DAG_PB, 0, 0];
  if (data[at] !== SHA2_256 || data[at + 1] !== 32) {
    [version, at] = varint(data, at);
    [codec, at] = varint(data, at);
    if (version !== 1) throw new RangeError("a CID of no known version");
  }
  [hash, at] = varint(data, at);
  [size, at] = varint(data, at);
  const wrong = size > MAX_DIGEST_BYTES || size !== (DIGEST_BYTES[hash] ?? size);
  if (wrong || size > data.length - at) throw new RangeError("a CID is cut off or malformed");
  return [cidOf(codec, hash, hex(data.subarray(at, at + size))), at + size];
}

/** From text in base32, base58btc or base16, in its one spelling. */
export function parseCid(text: string): Cid {
  const isOld = text.length === 46 && text.startsWith("Qm");
  const [base, digits] = isOld ? ["z", text] : [text.slice(0, 1), text.slice(1)];
  const bits = { b: 5, f: 4 }[base];
  if (text.length > 512 || (!bits && base !== "z")) throw new RangeError("a CID in no known base");
  const data = bits ? unpacked(digits, bits) : base58(digits);
  const [cid, end] = readCid(data, 0);
  if (end !== data.length || isOld !== (data[0] === SHA2_256)) throw new RangeError("not a CID");
  return cid;
}

function unpacked(digits: string, bits: number): Uint8Array {
  const out = [];
  let [value, have] = [0, 0];
  for (const digit of digits) {
    const found = (bits === 5 ? BASE32 : BASE16).indexOf(digit);
    if (found < 0) throw new RangeError("not a digit");
    value = ((value << bits) | found) & 0xfff;
    have += bits;
    if (have < 8) continue;
    have -= 8;
    out.push((value >> have) & 255);
  }
  if (have >= bits || value & ((1 << have) - 1)) throw new RangeError("bits are left over");
  return Uint8Array.from(out);
}

function base58(digits: string): Uint8Array {
  let value = 0n;
  for (const digit of digits) {
    const found = BASE58.indexOf(digit);
    if (found < 0) throw new RangeError("not a digit");
    value = value * 58n + BigInt(found);
  }
  const text = value.toString(16);
  // No CID begins with a zero byte.
  return unhex("0x" + (text.length % 2 ? "0" : "") + text);
}

/** Whether the block is what the CID names; throws for a hash function that is not known here. */
export function isTrue(cid: Cid, block: Uint8Array): boolean {
  const digest = HASHES[cid.hash];
  if (!digest) throw new RangeError("an unknown hash function");
  return hex(digest(block)) === cid.digest;
}

/** The bytes of a block that its CID holds itself. */
export function inlined({ hash, digest }: Cid): Uint8Array | undefined {
  return hash === IDENTITY ? unhex(digest) : undefined;
}

/** A block of a file without its bytes: its parts, and how many bytes of file it holds itself and below each link. */
export interface Node {
  links: Cid[];
  own: number;
  below: number[];
}

const [FILE_RAW, FILE] = [0, 2];

export function readNode(cid: Cid, block: Uint8Array): Node {
  if (cid.codec === RAW) return { links: [], own: block.length, below: [] };
  if (cid.codec !== DAG_PB) throw new RangeError("a block of an unknown codec");
  const links: Cid[] = [];
  let data: Uint8Array | undefined;
  let isNamed = false;
  for (const [field, value] of protobuf(block)) {
    if (typeof value === "number" || field < 1 || field > 2) throw new RangeError("not a dag-pb node");
    if (field === 1 && data) throw new RangeError("dag-pb data twice");
    if (field === 1) data = value;
    else isNamed = readLink(value, links) || isNamed;
  }
  const file = readFile(data ?? new Uint8Array());
  if ((file.kind !== FILE && file.kind !== FILE_RAW) || isNamed || file.below.length !== links.length) throw new RangeError("not a file");
  return { links, own: file.own, below: file.below };
}

/** Whether the link has a name. */
function readLink(message: Uint8Array, links: Cid[]): boolean {
  let [last, isNamed] = [0, false];
  let cid: Cid | undefined;
  for (const [field, value] of protobuf(message)) {
    const isText = field === 1 || field === 2;
    if (field <= last || field > 3 || isText === (typeof value === "number")) throw new RangeError("a dag-pb link is malformed");
    last = field;
    if (field === 2) isNamed = (value as Uint8Array).length > 0;
    if (field !== 1) continue;
    const [found, end] = readCid(value as Uint8Array, 0);
    if (end !== (value as Uint8Array).length) throw new RangeError("bytes behind a CID");
    cid = found;
  }
  if (!cid) throw new RangeError("a dag-pb link without a CID");
  links.push(cid);
  return isNamed;
}

function readFile(message: Uint8Array): { kind: number; own: number; below: number[] } {
  const seen = new Map<number, number | Uint8Array>();
  const below: number[] = [];
  for (const [field, value] of protobuf(message)) {
    if (field === 4) below.push(...(typeof value === "number" ? [value] : packed(value)));
    else if (seen.has(field)) throw new RangeError("a UnixFS field twice");
    else seen.set(field, value);
  }
  const [kind, data, size] = [seen.get(1), seen.get(2) ?? new Uint8Array(), seen.get(3)];
  if (typeof kind !== "number" || typeof data === "number") throw new RangeError("not UnixFS");
  const total = below.reduce((sum, one) => sum + one, data.length);
  const isFile = kind === FILE || kind === FILE_RAW;
  if (isFile && size !== undefined && size !== total) throw new RangeError("a file's size is not the sum of its parts");
  return { kind, own: data.length, below };
}

/** Numbers one after another. */
function* packed(data: Uint8Array): Generator<number> {
  for (let [at, size] = [0, 0]; at < data.length; ) {
    [size, at] = varint(data, at);
    yield size;
  }
}
