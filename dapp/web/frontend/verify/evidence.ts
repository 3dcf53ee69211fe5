// Evidence: what the records name, and what of it the bundle holds (docs/audit.md, step 10).
import type { Blocks } from "./car";
import { inlined, rawCid, readNode, type Cid, type Node } from "./content";
import { attempt } from "./fault";
import { readManifest } from "./manifest";

export type State = "intact" | "missing" | "differs";

export interface Exhibit {
  digest: string;
  state: State;
  items: { name: string; size: number; isSealed: boolean; state: State }[];
}

const MAX_DEPTH = 128;

/** The digests that the records name, in the order in which they are first named. */
export class Named {
  readonly digests = new Set<string>();

  add(digest: string): void {
    if (BigInt(digest) !== 0n) this.digests.add(digest);
  }

  /** What a reader of the blocks must keep the bytes of. */
  get wanted(): Set<string> {
    return new Set([...this.digests].map((digest) => rawCid(digest).key));
  }
}

export interface Inspected {
  exhibits: Map<string, Exhibit>;
  /** Whether the bundle holds just what is named, in order. */
  isExact: boolean;
}

/** What became of each digest that is named. */
export function inspect(named: Named, blocks: Blocks, roots: string[]): Inspected {
  const exhibits = new Map<string, Exhibit>();
  const reached = new Set<string>();
  for (const digest of named.digests) exhibits.set(digest, exhibit(digest, blocks, reached));
  const there = [...named.digests].filter((digest) => blocks.nodes.has(rawCid(digest).key));
  const inOrder = [...blocks.nodes.keys()].join() === [...reached].join();
  return { exhibits, isExact: inOrder && there.join() === roots.join() };
}

function exhibit(digest: string, blocks: Blocks, reached: Set<string>): Exhibit {
  const { key } = rawCid(digest);
  if (!blocks.nodes.has(key)) return { digest, state: "missing", items: [] };
  reached.add(key);
  const data = blocks.kept.get(key);
  const manifest = data && attempt(() => readManifest(data));
  if (!manifest) return { digest, state: "differs", items: [] };
  const items = manifest.items.map(({ name, size, isSealed, cid }) => ({ name, size, isSealed, state: walk(cid, size, blocks, reached) }));
  return { digest, state: worst(items.map((item) => item.state)), items };
}

function worst(states: State[]): State {
  if (states.includes("differs")) return "differs";
  return states.includes("missing") ? "missing" : "intact";
}

/** Goes through all below an item, parents first, links in their order. */
function walk(root: Cid, size: number, blocks: Blocks, reached: Set<string>): State {
  let state: State = "intact";
  const pending = [{ cid: root, depth: 0 }];
  const seen = new Set<string>();
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { cid, depth } = next;
    if (seen.has(cid.key)) continue;
    seen.add(cid.key);
    if (blocks.nodes.has(cid.key)) reached.add(cid.key);
    const node = nodeOf(cid, blocks);
    if (!node && state === "intact") state = "missing";
    if (node === "false" || depth > MAX_DEPTH) state = "differs";
    else if (node) for (const link of [...node.links].reverse()) pending.push({ cid: link, depth: depth + 1 });
  }
  if (state !== "intact") return state;
  return sizeOf(root, blocks, new Map()) === size ? "intact" : "differs";
}

function nodeOf(cid: Cid, blocks: Blocks): Node | "false" | undefined {
  const data = inlined(cid);
  return data ? (attempt(() => readNode(cid, data)) ?? "false") : blocks.nodes.get(cid.key);
}

/** Bytes of file below; NaN where a node says another number of a part than the part does. All blocks are there. */
function sizeOf(cid: Cid, blocks: Blocks, known: Map<string, number>): number {
  const before = known.get(cid.key);
  if (before !== undefined) return before;
  const node = nodeOf(cid, blocks) as Node;
  let total = node.own;
  for (const [at, link] of node.links.entries()) {
    const part = sizeOf(link, blocks, known);
    total += node.below[at] === part ? part : NaN;
  }
  known.set(cid.key, total);
  return total;
}
