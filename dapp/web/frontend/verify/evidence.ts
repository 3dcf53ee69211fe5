// Evidence: what the records name, and what of it the bundle holds (docs/audit.md, step 10).
import type { Blocks } from "./car";
import { rawCid, type Cid, type Node } from "./content";
import { demand } from "./fault";
import type { Manifest } from "./manifest";
import { readManifest } from "./manifest";

export type State = "intact" | "missing" | "differs";

export interface Exhibit {
  digest: string;
  state: State;
  items: { name: string; size: number; isSealed: boolean; state: State }[];
}

const FORM = "bundle-form";
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

/** Of each digest that is named. Throws `bundle-form` for blocks that hang on nothing or are out of place. */
export function inspect(named: Named, blocks: Blocks, roots: string[]): Map<string, Exhibit> {
  const found = new Map<string, Exhibit>();
  const reached = new Set<string>();
  const there = [...named.digests].filter((digest) => blocks.nodes.has(rawCid(digest).key));
  demand(there.join() === roots.join(), FORM, "the roots are not the manifests that are named and there");
  const heads = blocks.roots.map((cid) => cid.key).join();
  demand(heads === roots.map((digest) => rawCid(digest).key).join(), FORM, "the evidence has other roots than it says");
  for (const digest of named.digests) found.set(digest, exhibit(digest, blocks, reached));
  demand([...blocks.nodes.keys()].join() === [...reached].join(), FORM, "the evidence holds blocks that hang on nothing, or out of order");
  return found;
}

function exhibit(digest: string, blocks: Blocks, reached: Set<string>): Exhibit {
  const { key } = rawCid(digest);
  if (!blocks.nodes.has(key)) return { digest, state: "missing", items: [] };
  reached.add(key);
  const manifest = manifestOf(blocks.kept.get(key));
  if (!manifest) return { digest, state: "differs", items: [] };
  const items = manifest.items.map(({ name, size, isSealed, cid }) => ({ name, size, isSealed, state: walk(cid, size, blocks, reached) }));
  return { digest, state: worst(items.map((item) => item.state)), items };
}

function worst(states: State[]): State {
  if (states.includes("differs")) return "differs";
  return states.includes("missing") ? "missing" : "intact";
}

function manifestOf(data: Uint8Array | undefined): Manifest | undefined {
  if (!data) return undefined;
  try {
    return readManifest(data);
  } catch {
    return undefined;
  }
}

/** Goes through all below an item, parents first, links in their order. */
function walk(root: Cid, size: number, blocks: Blocks, reached: Set<string>): State {
  let state: State = "intact";
  const pending = [{ cid: root, depth: 0 }];
  const seen = new Set<string>();
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (seen.has(next.cid.key)) continue;
    seen.add(next.cid.key);
    const node = nodeOf(next.cid, blocks);
    if (!node) state = state === "differs" ? state : "missing";
    else if (node === "false" || next.depth > MAX_DEPTH) state = "differs";
    if (!node) continue;
    reached.add(next.cid.key);
    if (node !== "false") for (const cid of [...node.links].reverse()) pending.push({ cid, depth: next.depth + 1 });
  }
  if (state !== "intact") return state;
  return sizeOf(root, blocks, new Map()) === size ? "intact" : "differs";
}

function nodeOf(cid: Cid, blocks: Blocks): Node | "false" | undefined {
  // An identity CID holds its bytes itself; nothing of ours is written so.
  return blocks.nodes.get(cid.key);
}

/** Bytes of file below; NaN where a node says another number of a part than the part does. All blocks are there. */
function sizeOf(cid: Cid, blocks: Blocks, known: Map<string, number>): number {
  const before = known.get(cid.key);
  if (before !== undefined) return before;
  const node = blocks.nodes.get(cid.key) as Node;
  let total = node.own;
  for (const [at, link] of node.links.entries()) {
    const part = sizeOf(link, blocks, known);
    total += node.below && node.below[at] !== part ? NaN : part;
  }
  known.set(cid.key, total);
  return total;
}
