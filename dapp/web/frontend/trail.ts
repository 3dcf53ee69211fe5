// The trail (libraries/Trail.sol): each event folded into one word.
import { keccak, utf8, words } from "./hash";

export interface Folded {
  topic0: string;
  /** All arguments as declared, 32 bytes each. */
  words: string;
  actor: string;
  timestamp: number;
}

export function genesis(chainId: number, contract: string, subject: string | number): string {
  const text = utf8("redress-trail/1");
  const padded = text.slice(2).padEnd(64, "0");
  return keccak(words(128, chainId, contract, subject, 15) + padded);
}

export function fold(trail: string, event: Folded): string {
  return keccak(words(trail, event.topic0, keccak(event.words), event.actor, event.timestamp));
}
