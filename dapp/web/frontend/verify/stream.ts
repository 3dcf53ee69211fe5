// A member of the bundle, read once from its beginning, hashed on the way, in slices that leave the page alive.
import { sha256 } from "@noble/hashes/sha2.js";
import { hex } from "./bytes";
import { demand } from "./fault";
import type { Member } from "./zip";

const SLICE_MILLISECONDS = 40;
const NEWLINE = 10;
let since = performance.now();

/** Lets the page draw and listen, if it is time. */
export async function breathe(): Promise<void> {
  if (performance.now() - since < SLICE_MILLISECONDS) return;
  await new Promise((resolve) => setTimeout(resolve));
  since = performance.now();
}

export class Stream {
  readonly #source: AsyncGenerator<Uint8Array<ArrayBuffer>>;
  readonly #hash = sha256.create();
  #piece = new Uint8Array();
  #at = 0;
  /** Bytes read so far. */
  size = 0;

  constructor(
    private readonly member: Member,
    private readonly progress: (bytes: number) => void = () => {},
    /** Where it ends before it should. */
    private readonly code = "bundle-form",
  ) {
    this.#source = member.open();
  }

  /** Exactly `count` bytes; throws where the member ends before. */
  async take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    if (count <= this.#piece.length - this.#at) return this.#piece.slice(this.#at, (this.#at += count));
    demand(this.size + count <= this.member.size + this.#piece.length, this.code, `${this.member.name} ends early`);
    const out = new Uint8Array(count);
    for (let filled = 0; filled < count; ) {
      demand(await this.#more(), this.code, `${this.member.name} ends early`);
      const part = this.#piece.subarray(this.#at, this.#at + count - filled);
      out.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    return out;
  }

  /** The next line without its LF, or nothing at the end. */
  async line(limit: number): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    let length = 0;
    while (await this.#more()) {
      const end = this.#piece.indexOf(NEWLINE, this.#at);
      const part = this.#piece.slice(this.#at, end < 0 ? undefined : end);
      parts.push(part);
      length += part.length;
      demand(length <= limit, "bundle-form", `a line of ${this.member.name} is too long`);
      this.#at = end < 0 ? this.#piece.length : end + 1;
      if (end >= 0) return joined(parts, length);
    }
    demand(parts.length === 0, "bundle-form", `${this.member.name} does not end its last line`);
    return undefined;
  }

  async isOver(): Promise<boolean> {
    return !(await this.#more());
  }

  async drain(): Promise<void> {
    while (await this.#more()) this.#at = this.#piece.length;
  }

  /** Of all that was read. */
  digest(): string {
    return hex(this.#hash.digest());
  }

  async #more(): Promise<boolean> {
    while (this.#at === this.#piece.length) {
      await breathe();
      const next = await this.#source.next();
      if (next.done) return false;
      [this.#piece, this.#at] = [next.value, 0];
      this.size += next.value.length;
      this.#hash.update(next.value);
      this.progress(next.value.length);
    }
    return true;
  }
}

export async function all(member: Member, limit: number): Promise<Uint8Array> {
  demand(member.size <= limit, "bundle-form", `${member.name} is too large`);
  const stream = new Stream(member);
  const data = await stream.take(member.size);
  demand(await stream.isOver(), "bundle-form", `${member.name} is larger than it says`);
  return data;
}

function joined(parts: Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
