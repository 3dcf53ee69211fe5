// Trails (contracts/libraries/Trail.sol).
import type { Event } from "./abi";
import { hash, hex, unhex, word } from "./bytes";
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

const NAME = hex(new TextEncoder().encode("redress-trail/1")).slice(2);

export function foldFrom({ chain, contract }: Facts, subject: string | number, events: Event[]): string {
  const head = [4 * 32, chain, contract, subject, NAME.length / 2].map(word).join("");
  return events.reduce(foldOne, hash(unhex("0x" + head + NAME.padEnd(64, "0"))));
}

export function foldOne(trail: string, event: Event): string {
  const [said, actor] = [hash(unhex(event.words)), word(event.get("actor"))];
  return hash(unhex(trail + event.topic0.slice(2) + said.slice(2) + actor + word(event.time)));
}
