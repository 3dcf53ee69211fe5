// RFC 8785: JSON with one spelling. Numbers are whole here.
import { SealError } from "./errors";

export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = value as Record<string, unknown>;
  const keys = Object.keys(entries).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(entries[key])}`).join(",")}}`;
}

/** The object, if the bytes are its one spelling: no key twice, no other order, no space. Else an error of `code`. */
export function parseCanonical(data: Uint8Array, code: string): Record<string, unknown> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
    const value: unknown = JSON.parse(text);
    if (isObject(value) && canonical(value) === text) return value;
  } catch {
    // Not UTF-8, not JSON, or nested deeper than the stack.
  }
  throw new SealError(code, "not an object in canonical JSON");
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
