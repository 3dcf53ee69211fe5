// Who is accused goes on chain as a salted hash first; what opens it stays in this browser.
import type { Params } from "./act";
import { toHex } from "./cid";
import { keccak, words } from "./hash";
import { Sentence, say } from "./words";

interface Accusation {
  complaint: number;
  account: string;
  salt: string;
}

function slot(complaint: unknown): string {
  return `redress.accusation.${String(complaint)}`;
}

/** In place of the account its hash. */
export async function hide(_form: HTMLFormElement, found: Params): Promise<void> {
  const [complaint, account] = [Number(found["complaint"]), String(found["account"]).toLowerCase()];
  const salt = toHex(crypto.getRandomValues(new Uint8Array(32)));
  localStorage.setItem(slot(complaint), JSON.stringify({ complaint, account, salt } satisfies Accusation));
  found["accusation"] = keccak(words(account, salt));
  delete found["account"];
}

/** What was hidden in this browser before. */
export async function name(_form: HTMLFormElement, found: Params): Promise<void> {
  const text = localStorage.getItem(slot(found["complaint"]));
  if (!text) throw new Sentence(say("accusation-missing"), say("accusation-missing-way"));
  const { account, salt } = JSON.parse(text) as Accusation;
  Object.assign(found, { account, salt });
}
