// A zip of known members (PKWARE APPNOTE 6.3), read strictly: nothing before, between or behind them.
import { demand, Fault } from "./fault";

export interface Member {
  name: string;
  /** Bytes when unpacked, as the directory says; `open` gives exactly as many. */
  size: number;
  open(): AsyncGenerator<Uint8Array<ArrayBuffer>>;
}

interface Entry {
  name: string;
  flags: number;
  method: number;
  crc: number;
  packed: number;
  size: number;
  offset: number;
}

const FORM = "bundle-form";
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const SLICE = 1 << 20;
const MAX_DIRECTORY = 4096;

/** The members in the file's order. Throws `bundle-form`. */
export async function members(file: Blob): Promise<Member[]> {
  demand(file.size >= END_BYTES, FORM, "not a zip file");
  const end = await view(file, file.size - END_BYTES, END_BYTES);
  demand(end.getUint32(0, true) === 0x06054b50, FORM, "the zip's directory is not at its end");
  const count = end.getUint16(10, true);
  const [size, start] = [end.getUint32(12, true), end.getUint32(16, true)];
  const single = end.getUint32(4, true) === 0 && end.getUint16(8, true) === count && end.getUint16(20, true) === 0;
  demand(
    single && size <= MAX_DIRECTORY && start + size + END_BYTES === file.size,
    FORM,
    "the zip's directory is malformed",
  );
  const found = directory(await view(file, start, size), count);
  let at = 0;
  const members = [];
  for (const entry of found) {
    const from = await local(file, entry, at);
    at = from + entry.packed;
    members.push({ name: entry.name, size: entry.size, open: () => unpack(file.slice(from, from + entry.packed), entry) });
  }
  demand(at === start, FORM, "there are bytes between the zip's members");
  demand(new Set(found.map((entry) => entry.name)).size === found.length, FORM, "two members of the zip bear one name");
  return members;
}

async function view(file: Blob, from: number, size: number): Promise<DataView> {
  const data = await file.slice(from, from + size).arrayBuffer();
  demand(data.byteLength === size, FORM, "the zip ends early");
  return new DataView(data);
}

function directory(view: DataView, count: number): Entry[] {
  const found: Entry[] = [];
  let at = 0;
  while (at + CENTRAL_BYTES <= view.byteLength && found.length < count) {
    const short = (offset: number): number => view.getUint16(at + offset, true);
    const long = (offset: number): number => view.getUint32(at + offset, true);
    const names = short(28);
    demand(
      long(0) === 0x02014b50 && at + CENTRAL_BYTES + names <= view.byteLength,
      FORM,
      "the zip's directory is malformed",
    );
    demand(short(30) === 0 && short(32) === 0 && short(34) === 0, FORM, "a zip entry has extra fields");
    const name = ascii(view, at + CENTRAL_BYTES, names);
    found.push({ name, flags: short(8), method: short(10), crc: long(16), packed: long(20), size: long(24), offset: long(42) });
    at += CENTRAL_BYTES + names;
  }
  demand(found.length === count && at === view.byteLength, FORM, "the zip's directory is malformed");
  for (const { flags, method, packed, size } of found) {
    demand(flags === 0, FORM, "a zip entry is encrypted or unusual");
    demand(method === 0 || method === 8, FORM, "a zip entry is neither stored nor deflated");
    demand(method === 8 || packed === size, FORM, "a stored zip entry has two sizes");
  }
  return found;
}

/** Where the data of an entry begins, whose local header must be at `at` and say the same. */
async function local(file: Blob, entry: Entry, at: number): Promise<number> {
  demand(entry.offset === at, FORM, "the zip's members do not follow one another");
  const head = await view(file, at, LOCAL_BYTES);
  const names = head.getUint16(26, true);
  demand(head.getUint32(0, true) === 0x04034b50 && names === entry.name.length, FORM, "a zip member has no header");
  const same = head.getUint16(6, true) === entry.flags && head.getUint16(8, true) === entry.method;
  const sizes = [head.getUint32(14, true), head.getUint32(18, true), head.getUint32(22, true)];
  const known = [entry.crc, entry.packed, entry.size];
  demand(same && sizes.every((value, place) => value === known[place]), FORM, "a zip member differs from the directory");
  demand(head.getUint16(28, true) === 0, FORM, "a zip entry has extra fields");
  const name = ascii(await view(file, at + LOCAL_BYTES, names), 0, names);
  demand(name === entry.name, FORM, "a zip member has two names");
  return at + LOCAL_BYTES + names;
}

function ascii(view: DataView, from: number, size: number): string {
  let text = "";
  for (let at = from; at < from + size; at += 1) text += String.fromCharCode(view.getUint8(at));
  return text;
}

async function* unpack(packed: Blob, entry: Entry): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let [size, crc] = [0, 0];
  try {
    for await (const piece of entry.method === 0 ? slices(packed) : inflated(packed)) {
      size += piece.length;
      demand(size <= entry.size, FORM, "a member is larger than it says");
      crc = crc32(crc, piece);
      yield piece;
    }
  } catch (error) {
    throw error instanceof Fault ? error : new Fault(FORM, "a member cannot be unpacked");
  }
  demand(size === entry.size && crc === entry.crc, FORM, "a member is damaged");
}

async function* slices(blob: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < blob.size; at += SLICE) yield new Uint8Array(await blob.slice(at, at + SLICE).arrayBuffer());
}

async function* inflated(blob: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = blob.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value as Uint8Array<ArrayBuffer>;
  } finally {
    // Whoever stops early has seen enough; what the rest says does not matter.
    reader.cancel().catch(() => {});
  }
}

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(before: number, data: Uint8Array): number {
  let value = ~before;
  for (const byte of data) value = CRC[(value ^ byte) & 255]! ^ (value >>> 8);
  return ~value >>> 0;
}
