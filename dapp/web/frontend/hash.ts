// Keccak and the ABI's 32-byte words: what the contracts hash.
import { keccak_256 } from "@noble/hashes/sha3.js";
import { toHex } from "./cid";

export function keccak(data: string): string {
  return toHex(keccak_256(fromHex(data)));
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function utf8(text: string): string {
  return toHex(new TextEncoder().encode(text));
}

/** Static values one after another: numbers, addresses and 32-byte strings, left-padded to 32 bytes each. */
export function words(...values: (string | number | bigint)[]): string {
  return "0x" + values.map((value) => BigInt(value).toString(16).padStart(64, "0")).join("");
}

/** The first four bytes of a call. */
export function selector(signature: string): string {
  return keccak(utf8(signature)).slice(0, 10);
}
