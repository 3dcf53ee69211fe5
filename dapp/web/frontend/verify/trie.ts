// Proofs in Ethereum's Merkle Patricia trie (yellow paper, appendix D).
import { hash, hex, type Bytes } from "./bytes";
import { decode, list, string, type Item } from "./rlp";

const EMPTY_ROOT = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";

/** The nodes of all proofs, by their hash. A missing one throws: it proves neither presence nor absence. */
export class Nodes {
  readonly #encoded = new Map<string, Bytes>();
  readonly #used = new Set<string>();

  add(encoded: Bytes): string {
    const name = hash(encoded);
    this.#encoded.set(name, encoded);
    return name;
  }

  /** How many nodes no proof has needed. */
  get idle(): number {
    return this.#encoded.size - this.#used.size;
  }

  /** What the trie has under `key`; nothing if it is proven absent. */
  get(root: string, key: Bytes): Bytes | undefined {
    if (root === EMPTY_ROOT) return undefined;
    const path = Array.from(key).flatMap((byte) => [byte >> 4, byte & 15]);
    let node = this.#load(root);
    for (let at = 0; ; ) {
      if (node.length === 17) {
        if (at === path.length) return value(node[16]);
        const next = this.#child(node[path[at]!]!);
        if (!next) return undefined;
        [node, at] = [next, at + 1];
        continue;
      }
      const [steps, isLeaf] = short(node);
      if (steps.some((step, place) => step !== path[at + place])) return undefined;
      at += steps.length;
      if (isLeaf) return at === path.length ? value(node[1]) : undefined;
      const next = this.#child(node[1]!);
      if (!next) throw new RangeError("an extension leads nowhere");
      node = next;
    }
  }

  #load(name: string): Item[] {
    const encoded = this.#encoded.get(name);
    if (!encoded) throw new RangeError(`a trie node is missing: ${name}`);
    this.#used.add(name);
    return shaped(decode(encoded));
  }

  /** A reference of 32 bytes, a short node in place, or nothing. */
  #child(item: Item): Item[] | undefined {
    if (item.items) {
      if (item.raw.length >= 32) throw new RangeError("a node in place is too long");
      return shaped(item);
    }
    const name = string(item);
    if (name.length === 0) return undefined;
    if (name.length !== 32) throw new RangeError("a reference has 32 bytes");
    return this.#load(hex(name));
  }
}

function shaped(item: Item): Item[] {
  const parts = list(item);
  if (parts.length !== 2 && parts.length !== 17) throw new RangeError("a trie node has 2 or 17 parts");
  return parts;
}

function value(item: Item | undefined): Bytes | undefined {
  const bytes = string(item);
  return bytes.length ? bytes : undefined;
}

/** The nibbles of a leaf or an extension: the first one says which, and whether their number is odd. */
function short(node: Item[]): [number[], boolean] {
  const packed = string(node[0]);
  const nibbles = Array.from(packed).flatMap((byte) => [byte >> 4, byte & 15]);
  const flag = nibbles[0] ?? 4;
  const isLeaf = flag >= 2;
  if (flag > 3 || (flag % 2 === 0 && nibbles[1] !== 0)) throw new RangeError("a trie path is malformed");
  const steps = nibbles.slice(flag % 2 ? 1 : 2);
  if (!isLeaf && steps.length === 0) throw new RangeError("an extension is empty");
  if (isLeaf && !value(node[1])) throw new RangeError("a leaf is empty");
  return [steps, isLeaf];
}
