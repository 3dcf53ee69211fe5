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
  const walk = new Walk(blocks);
  const exhibits = new Map([...named.digests].map((digest) => [digest, walk.exhibit(digest)]));
  const there = [...named.digests].filter((digest) => blocks.nodes.has(rawCid(digest).key));
  const inOrder = [...blocks.nodes.keys()].join() === [...walk.reached].join();
  return { exhibits, isExact: inOrder && there.join() === roots.join() };
}

interface Seen {
  state: State;
  /** Bytes of file below. */
  size: number;
}

/** Goes through all blocks once, parents first, links in their order, however often they are linked. */
class Walk {
  readonly reached = new Set<string>();
  readonly #seen = new Map<string, Seen>();

  constructor(private readonly blocks: Blocks) {}

  exhibit(digest: string): Exhibit {
    const { key } = rawCid(digest);
    if (!this.blocks.nodes.has(key)) return { digest, state: "missing", items: [] };
    this.reached.add(key);
    const data = this.blocks.kept.get(key);
    const manifest = data && attempt(() => readManifest(data));
    if (!manifest) return { digest, state: "differs", items: [] };
    const items = manifest.items.map(({ name, size, isSealed, cid }) => {
      const found = this.#look(cid, 0);
      const differs = found.state === "intact" && found.size !== size;
      return { name, size, isSealed, state: differs ? "differs" : found.state };
    });
    return { digest, state: worst(items.map((item) => item.state)), items };
  }

  #look(cid: Cid, depth: number): Seen {
    const before = this.#seen.get(cid.key);
    if (before) return before;
    if (depth > MAX_DEPTH) return { state: "differs", size: 0 };
    if (this.blocks.nodes.has(cid.key)) this.reached.add(cid.key);
    const node = this.#node(cid);
    const found: Seen = { state: node === "false" ? "differs" : node ? "intact" : "missing", size: 0 };
    if (node && node !== "false") {
      const parts = node.links.map((link) => this.#look(link, depth + 1));
      const fits = parts.every((part, at) => part.state !== "intact" || part.size === node.below[at]);
      found.state = worst([...parts.map((part) => part.state), fits ? "intact" : "differs"]);
      found.size = parts.reduce((sum, part) => sum + part.size, node.own);
    }
    this.#seen.set(cid.key, found);
    return found;
  }

  #node(cid: Cid): Node | "false" | undefined {
    const data = inlined(cid);
    return data ? (attempt(() => readNode(cid, data)) ?? "false") : this.blocks.nodes.get(cid.key);
  }
}

function worst(states: State[]): State {
  if (states.includes("differs")) return "differs";
  return states.includes("missing") ? "missing" : "intact";
}
