// Bytes, hex and keccak-256.
import { keccak_256 } from "@noble/hashes/sha3.js";

export type Bytes = Uint8Array<ArrayBufferLike>;

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function hex(bytes: Bytes): string {
  let text = "0x";
  for (const byte of bytes) text += PAIRS[byte];
  return text;
}

/** Of text that is known to be 0x and pairs of hex digits. */
export function unhex(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length / 2 - 1);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = (digit(text, 2 * at + 2) << 4) | digit(text, 2 * at + 3);
  return bytes;
}

function digit(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 58 ? code - 48 : code - 87;
}

export function hash(bytes: Bytes): string {
  return hex(keccak_256(bytes));
}

export function number(bytes: Bytes): bigint {
  return bytes.length ? BigInt(hex(bytes)) : 0n;
}

/** 32 bytes, big-endian. */
export function word(value: bigint | number | string): string {
  return BigInt(value).toString(16).padStart(64, "0");
}
