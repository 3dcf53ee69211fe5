// Canonical JSON (RFC 8785): one value has one spelling, so that reading it back and comparing is the whole check.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const MAX_DEPTH = 16;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Throws for anything that is not the canonical form; integers below 2^53 are the only numbers. */
export function parse(data: Uint8Array): Json {
  const text = UTF8.decode(data);
  const value = JSON.parse(text) as Json;
  if (spell(value, 0) !== text) throw new SyntaxError("JSON is not in its canonical form");
  return value;
}

function spell(value: Json, depth: number): string {
  if (depth > MAX_DEPTH) throw new SyntaxError("JSON is too deep");
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new SyntaxError("a number is no integer below 2^53");
  if (typeof value === "string") return quote(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => spell(one, depth + 1)).join(",")}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${quote(name)}:${spell(value[name]!, depth + 1)}`).join(",")}}`;
}

function quote(text: string): string {
  // A lone surrogate has no UTF-8.
  if (/\p{Surrogate}/u.test(text)) throw new SyntaxError("a string holds half a character");
  return JSON.stringify(text);
}
