// From the block's hash to words and receipts (docs/audit.md, steps 2 to 4 and 9).
import { hash, hex, number, unhex, word } from "./bytes";
import { demand, under } from "./fault";
import type { Claim, Log } from "./form";
import { decode, encodeIndex, integer, list, string, type Item } from "./rlp";
import { breathe } from "./stream";
import { Nodes } from "./trie";

interface Header {
  hash: string;
  parent: string;
  stateRoot: string;
  receiptsRoot: string;
  number: number;
  time: number;
  isUsed: boolean;
}

interface Account {
  storageRoot: string;
  codeHash: string;
}

/** EIP-2935: the hashes of the last 8191 blocks. */
const HISTORY = "0x0000f90827f1c53a10cb7a02335b175320002935";
const HISTORY_BLOCKS = 8191;
const HEADER_FIELDS = 15;
const BLOOM_BYTES = 256;
const ZERO = "0x" + "0".repeat(64);

export class Proofs {
  readonly #nodes = new Nodes();
  readonly #headers = new Map<number, Header>();
  readonly #accounts = new Map<string, Account>();
  readonly #claim: Claim;
  #top!: Header;

  private constructor(claim: Claim) {
    this.#claim = claim;
  }

  /** Checks steps 2 and 3 for a block that the reader trusts. */
  static async of(claim: Claim, trusted: string): Promise<Proofs> {
    const proofs = new Proofs(claim);
    await proofs.#load(claim.nodes);
    under("block-unproven", () => proofs.#readHeaders(trusted));
    for (const [name, { address, codeHash }] of claim.contracts) {
      under("contract-unproven", () => {
        const account = proofs.#account(proofs.#top, address);
        demand(account?.codeHash === codeHash, "contract-unproven", `${name} is not what was said`);
        proofs.#accounts.set(name, account);
      });
    }
    return proofs;
  }

  /** When the trusted block was made. */
  get time(): number {
    return this.#top.time;
  }

  async #load(nodes: string[]): Promise<void> {
    let before = "";
    for (const text of nodes) {
      await breathe();
      const name = this.#nodes.add(unhex(text));
      demand(before < name, "bundle-form", "the nodes are not sorted by their hash");
      before = name;
    }
  }

  #readHeaders(trusted: string): void {
    const headers = this.#claim.headers.map(readHeader);
    const [top] = headers;
    demand(top?.hash === trusted, "block-unproven", "the first header is not of the block that is trusted");
    demand(
      top.hash === this.#claim.block.hash && top.number === this.#claim.block.number,
      "block-unproven",
      "the block has another number or hash than it says",
    );
    this.#top = top;
    top.isUsed = true;
    let before: Header | undefined;
    // Of the headers so far, those that may be the highest to know one below, from the highest down.
    let knowing = 0;
    for (const header of headers) {
      demand(!before || header.number < before.number, "block-unproven", "the headers do not go down");
      if (before && header.number === before.number - 1) {
        demand(header.hash === before.parent, "block-unproven", `block ${header.number} is not the parent of the next`);
        before.isUsed = true;
      } else if (before) {
        while (headers[knowing]!.number > header.number + HISTORY_BLOCKS) knowing += 1;
        const at = headers[knowing]!;
        demand(
          at.number > header.number && this.#ancestor(at, header.number) === header.hash,
          "block-unproven",
          `block ${header.number} is not in the chain`,
        );
        at.isUsed = true;
      }
      this.#headers.set(header.number, header);
      before = header;
    }
  }

  #ancestor(at: Header, number: number): string {
    const account = this.#account(at, HISTORY);
    return account ? this.#stored(account.storageRoot, word(number % HISTORY_BLOCKS)) : ZERO;
  }

  #account(at: Header, address: string): Account | undefined {
    const found = this.#nodes.get(at.stateRoot, unhex(hash(unhex(address))));
    if (!found) return undefined;
    const parts = list(decode(found));
    if (parts.length !== 4) throw new RangeError("an account has four fields");
    integer(parts[0], 8);
    integer(parts[1]);
    return { storageRoot: sized(parts[2]), codeHash: sized(parts[3]) };
  }

  #stored(root: string, slot: string): string {
    const found = this.#nodes.get(root, unhex(hash(unhex("0x" + slot))));
    // Some nodes keep a leaf of zero where a word was deleted.
    return found ? "0x" + word(number(integer(decode(found)))) : ZERO;
  }

  /** The word at N in a slot of a contract, or in a mapping there by one key after another. Throws `word-unproven`. */
  word(contract: string, slot: number, ...keys: (number | bigint)[]): string {
    return under("word-unproven", () => {
      const place = keys.reduce<string>((at, key) => hash(unhex("0x" + word(key) + at)).slice(2), word(slot));
      return this.#stored(this.#accounts.get(contract)!.storageRoot, place);
    });
  }

  /** Throws `receipt-unproven` unless the event's receipt has it. */
  receipt(log: Log): void {
    const code = "receipt-unproven";
    under(code, () => {
      const { block, transaction, log: place } = log.receipt!;
      const header = this.#headers.get(block);
      demand(header !== undefined, code, `block ${block} is not there`);
      header.isUsed = true;
      demand(header.time === log.time, code, "the event is of another time");
      const found = this.#nodes.get(header.receiptsRoot, encodeIndex(transaction));
      demand(found !== undefined, code, "there is no such receipt");
      const logs = readReceipt(found);
      demand(place < logs.length, code, "there is no such log");
      const [address, topics, data] = list(logs[place]);
      const address_ = this.#claim.contracts.get(log.contract)!.address;
      const same = hex(string(address)) === address_ && hex(string(data)) === log.data && list(logs[place]).length === 3;
      demand(
        same && list(topics).map((topic) => hex(string(topic))).join() === log.topics.join(),
        code,
        "the log says something else",
      );
    });
  }

  /** Throws `bundle-form` if something is there that no proof needed. */
  done(): void {
    const idle = [...this.#headers.values()].filter((header) => !header.isUsed).length;
    demand(this.#nodes.idle + idle === 0, "bundle-form", "the bundle holds nodes or headers that no proof needs");
  }
}

function readHeader(text: string): Header {
  const data = unhex(text);
  const parts = list(decode(data));
  if (parts.length < HEADER_FIELDS) throw new RangeError("a header has more fields");
  return {
    hash: hash(data),
    parent: sized(parts[0]),
    stateRoot: sized(parts[3]),
    receiptsRoot: sized(parts[5]),
    number: small(parts[8]),
    time: small(parts[11]),
    isUsed: false,
  };
}

function readReceipt(encoded: Uint8Array): Item[] {
  const kind = encoded[0]!;
  const isTyped = kind < 0x80;
  if (isTyped && (kind < 1 || kind > 4)) throw new RangeError("a receipt of an unknown type");
  const parts = list(decode(isTyped ? encoded.subarray(1) : encoded));
  const status = string(parts[0]);
  integer(parts[1]);
  if (string(parts[2]).length !== BLOOM_BYTES) throw new RangeError("a bloom has 256 bytes");
  if (parts.length !== 4 || status.length !== 1 || status[0] !== 1) throw new RangeError("the transaction failed, or a receipt has other fields");
  return list(parts[3]);
}

/** 32 bytes. */
function sized(item: Item | undefined): string {
  const bytes = string(item);
  if (bytes.length !== 32) throw new RangeError("a hash has 32 bytes");
  return hex(bytes);
}

function small(item: Item | undefined): number {
  const value = Number(number(integer(item, 8)));
  if (!Number.isSafeInteger(value)) throw new RangeError("a number is too large");
  return value;
}
