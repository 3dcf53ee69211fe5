// The order's reference goes on chain as a salted fingerprint; what opens it stays with the customer.
import type { Params } from "./act";
import { sha256, toHex } from "./cid";

export async function hide(_form: HTMLFormElement, found: Params): Promise<void> {
  const text = String(found["ref"]);
  const salt = toHex(crypto.getRandomValues(new Uint8Array(32)));
  const ref = toHex(await sha256(new TextEncoder().encode(salt + text)));
  localStorage.setItem(`redress.reference.${ref}`, JSON.stringify({ salt, text }));
  found["ref"] = ref;
}
