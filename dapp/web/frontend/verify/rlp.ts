// Recursive length prefix (Ethereum yellow paper, appendix B): strict, since each value has one encoding only.
import type { Bytes } from "./bytes";

/** `raw` is the whole encoding; a string has `bytes`, a list `items`. */
export interface Item {
  raw: Bytes;
  bytes?: Bytes;
  items?: Item[];
}

const MAX_DEPTH = 12;

/** Throws RangeError for anything but one item and nothing behind it. */
export function decode(data: Bytes): Item {
  const item = read(data, 0, data.length, 0);
  if (item.raw.length !== data.length) throw new RangeError("bytes behind the RLP item");
  return item;
}

export function string(item: Item | undefined): Bytes {
  if (!item?.bytes) throw new RangeError("an RLP string was expected");
  return item.bytes;
}

export function list(item: Item | undefined): Item[] {
  if (!item?.items) throw new RangeError("an RLP list was expected");
  return item.items;
}

/** A number without leading zeros. */
export function integer(item: Item | undefined, maxBytes = 32): Bytes {
  const bytes = string(item);
  if (bytes.length > maxBytes || bytes[0] === 0) throw new RangeError("an RLP number was expected");
  return bytes;
}

export function encodeIndex(index: number): Bytes {
  if (index === 0) return Uint8Array.of(0x80);
  const bytes = [];
  for (let rest = index; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return index < 128 ? Uint8Array.from(bytes) : Uint8Array.from([0x80 + bytes.length, ...bytes]);
}

function read(data: Bytes, start: number, end: number, depth: number): Item {
  if (start >= end || depth > MAX_DEPTH) throw new RangeError("RLP ends early or is too deep");
  const first = data[start]!;
  if (first < 0x80) return { raw: data.subarray(start, start + 1), bytes: data.subarray(start, start + 1) };
  const isList = first >= 0xc0;
  const [from, size] = span(data, start, end, first - (isList ? 0xc0 : 0x80));
  const raw = data.subarray(start, from + size);
  if (isList) return { raw, items: readAll(data, from, from + size, depth + 1) };
  if (size === 1 && data[from]! < 0x80) throw new RangeError("RLP of one byte is longer than needed");
  return { raw, bytes: data.subarray(from, from + size) };
}

/** Where the payload begins and how long it is. */
function span(data: Bytes, start: number, end: number, prefix: number): [number, number] {
  let from = start + 1;
  let size = prefix;
  if (prefix > 55) {
    from += prefix - 55;
    if (prefix - 55 > 4 || from > end) throw new RangeError("RLP length is out of range");
    size = 0;
    for (const byte of data.subarray(start + 1, from)) size = size * 256 + byte;
    if (size < 56 || data[start + 1] === 0) throw new RangeError("RLP length is longer than needed");
  }
  if (from + size > end) throw new RangeError("RLP ends early");
  return [from, size];
}

function readAll(data: Bytes, start: number, end: number, depth: number): Item[] {
  const items = [];
  for (let at = start; at < end; ) {
    const item = read(data, at, end, depth);
    items.push(item);
    at += item.raw.length;
  }
  return items;
}
