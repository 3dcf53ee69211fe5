// Trails (contracts/libraries/Trail.sol).
import { fold, genesis } from "../trail";
import type { Event } from "./abi";
import type { Claim } from "./form";

/** Whose trail it is. */
export interface Facts {
  chain: number;
  /** The contract that keeps the trail. */
  contract: string;
  desk: string;
}

export function facts(claim: Claim, contract: string): Facts {
  const at = (name: string): string => claim.contracts.get(name)?.address ?? "0x" + "0".repeat(40);
  return { chain: claim.chain, contract: at(contract), desk: at("ComplaintDesk") };
}

export function foldFrom({ chain, contract }: Facts, subject: string | number, events: Event[]): string {
  return events.reduce(foldOne, genesis(chain, contract, subject));
}

export function foldOne(trail: string, event: Event): string {
  return fold(trail, { topic0: event.topic0, words: event.words, actor: event.address("actor"), timestamp: event.time });
}
