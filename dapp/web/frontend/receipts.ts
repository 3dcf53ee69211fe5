// What opens hidden votes, and when: kept in this browser alone.
import { keccak, words } from "./hash";

interface Reason {
  text: string;
  salt: string;
  digest: string;
}

export interface Receipt {
  schema: "redress-receipt/1";
  chain: number;
  court: string;
  dispute: number;
  round: number;
  seat: number;
  /** Basis points for the customer. */
  vote: number;
  salt: string;
  reason: Reason | null;
  commitment: string;
  /** Whose name the reasons bear; not in receipts of before. */
  author?: string;
}

/** Of one receipt; `opens` and `until` are Unix seconds, of the round as it was voted in. */
export interface Watch {
  /** Whose seat it is. */
  account: string;
  complaint: number;
  opens: number;
  until: number;
  /** To be opened without being asked. */
  auto: boolean;
}

const RECEIPT = "redress.receipt.";
const WATCH = "redress.watch.";
const ZERO = "0x" + "0".repeat(64);
const MOST_CHARS = 1 << 17;

export function keep(receipt: Receipt): void {
  localStorage.setItem(RECEIPT + receipt.commitment, JSON.stringify(receipt, null, 2));
}

export function textOf(commitment: string): string | null {
  return localStorage.getItem(RECEIPT + commitment);
}

export function watch(commitment: string, found: Watch): void {
  localStorage.setItem(WATCH + commitment, JSON.stringify(found));
}

export function watchOf(commitment: string): Watch | null {
  return JSON.parse(localStorage.getItem(WATCH + commitment) ?? "null") as Watch | null;
}

/** Commitments whose votes may still have to be opened. */
export function watched(): Map<string, Watch> {
  const found = new Map<string, Watch>();
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(WATCH)) continue;
    const commitment = key.slice(WATCH.length);
    const one = watchOf(commitment)!;
    if (one.until < Date.now() / 1000) localStorage.removeItem(key);
    else if (textOf(commitment)) found.set(commitment, one);
  }
  return found;
}

export function commitmentOf(one: Omit<Receipt, "commitment" | "schema">): string {
  return keccak(words(one.chain, one.court, one.dispute, one.round, one.seat, one.vote, one.salt, one.reason?.digest ?? ZERO));
}

/** Null for what is no receipt, or does not open what it says. */
export function parse(text: string): Receipt | null {
  if (text.length > MOST_CHARS) return null;
  try {
    const found = JSON.parse(text) as Receipt;
    return found.schema === "redress-receipt/1" && commitmentOf(found) === found.commitment ? found : null;
  } catch {
    return null;
  }
}
