// CAR version 1 (ipld.io/specs/transport/car/carv1).
import { isTrue, RAW, rawCid, readCid, readNode, type Cid, type Node } from "./content";
import { attempt, demand, Fault, under } from "./fault";
import { MAX_MANIFEST_BYTES } from "./manifest";
import type { Stream } from "./stream";

const MAX_SECTION_BYTES = (2 << 20) + 160;
// 41 bytes a root, of as many as a bundle can name.
const MAX_HEADER_BYTES = 64 << 20;
const FORM = "evidence-differs";

export interface Blocks {
  /** "false" where a block is not what its CID names, or cannot be read. */
  nodes: Map<string, Node | "false">;
  /** Small raw blocks that were asked for. */
  kept: Map<string, Uint8Array>;
}

/** Reads all blocks, each checked against its CID; keeps the bytes of those in `wanted` and no others. */
export async function readBlocks(stream: Stream, roots: string[], wanted: Set<string>): Promise<Blocks> {
  const found: Blocks = { nodes: new Map(), kept: new Map() };
  const header = await section(stream, MAX_HEADER_BYTES);
  const names = under(FORM, () => readHeader(header)).map((cid) => cid.key);
  demand(
    names.join() === roots.map((digest) => rawCid(digest).key).join(),
    FORM,
    "the evidence has other roots than it says",
  );
  while (!(await stream.isOver())) addBlock(found, await section(stream, MAX_SECTION_BYTES), wanted);
  return found;
}

async function section(stream: Stream, limit: number): Promise<Uint8Array> {
  const size = await sectionSize(stream);
  demand(size > 0 && size <= limit, FORM, "a part of the evidence is too large");
  return stream.take(size);
}

async function sectionSize(stream: Stream): Promise<number> {
  let [value, factor] = [0, 1];
  for (let count = 0; count < 4; count += 1) {
    const byte = (await stream.take(1))[0]!;
    value += (byte & 127) * factor;
    factor *= 128;
    if (byte > 127) continue;
    demand(byte !== 0 || count === 0, FORM, "a length in the evidence is too long");
    return value;
  }
  throw new Fault(FORM, "a length in the evidence is too large");
}

function addBlock(found: Blocks, section: Uint8Array, wanted: Set<string>): void {
  const [cid, start] = under(FORM, () => readCid(section, 0));
  demand(!found.nodes.has(cid.key), FORM, "a block is there twice");
  const block = section.subarray(start);
  const node = attempt(() => (isTrue(cid, block) ? readNode(cid, block) : "false")) ?? "false";
  found.nodes.set(cid.key, node);
  const isSmall = cid.codec === RAW && block.length <= MAX_MANIFEST_BYTES;
  if (node !== "false" && isSmall && wanted.has(cid.key)) found.kept.set(cid.key, block.slice());
}

/** `{"roots": […], "version": 1}` in dag-cbor: one spelling. */
function readHeader(data: Uint8Array): Cid[] {
  const text = (from: number, size: number): string => String.fromCharCode(...data.subarray(from, from + size));
  if (text(0, 7) !== "\xa2\x65roots" || text(data.length - 9, 9) !== "\x67version\x01") throw new RangeError("not a CAR header of version 1");
  let [count, at] = cborHead(data, 7, 4);
  const roots = [];
  for (; count > 0; count -= 1) {
    if (data[at] !== 0xd8 || data[at + 1] !== 42) throw new RangeError("a root is no CID");
    const [size, from] = cborHead(data, at + 2, 2);
    const [cid, end] = readCid(data, from + 1);
    if (data[from] !== 0 || end !== from + size) throw new RangeError("a root is malformed");
    roots.push(cid);
    at = end;
  }
  if (at !== data.length - 9) throw new RangeError("bytes behind the roots");
  return roots;
}

/** The count behind a major type, in its shortest spelling. */
function cborHead(data: Uint8Array, at: number, major: number): [number, number] {
  const first = data[at] ?? 0;
  if (first >> 5 !== major) throw new RangeError("not the type that was expected");
  const info = first & 31;
  if (info < 24) return [info, at + 1];
  const size = 1 << (info - 24);
  let value = 0;
  for (const byte of data.subarray(at + 1, at + 1 + size)) value = value * 256 + byte;
  const least = info === 24 ? 24 : 2 ** (4 * size);
  if (info > 26 || value < least || at + 1 + size > data.length) throw new RangeError("a length is malformed");
  return [value, at + 1 + size];
}
