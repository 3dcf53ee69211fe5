// One case: is it genuine, complete, in order and paid as decided? (docs/audit.md, steps 4 to 9)
import { decodeAll, type Event } from "./abi";
import { checkSteps, hear, type Hearing } from "./court";
import { checkExecuted, decide, type Verdict } from "./decision";
import { demand, under } from "./fault";
import { facts, foldFrom } from "./fold";
import type { Claim, Record } from "./form";
import { checkOrder } from "./order";
import { hearOutside } from "./outside";
import type { Proofs } from "./proofs";
import { Story } from "./story";

const SLOT = { trail: 2, rounds: 6, commits: 7, seats: 8, prior: 14 };
const MISPLACED = "event-misplaced";
const GROUPS = ["OrderEscrow BondClaims", "ComplaintDesk", "ArbitrationCourt", "OutsideArbitrators", "AppealFund"];
const SECONDS_NOT_BOUND = ["Committed", "Revealed"];
/** Which events a case has, by contract; those that a word binds first. */
const BOUND: { [contract: string]: string[] } = {
  OrderEscrow: ["Paid", "OrderFrozen", "Split"],
  BondClaims: ["Claimed", "Split"],
  ArbitrationCourt: ["Committed", "Revealed"],
  OutsideArbitrators: ["Opened", "Concluded", "Settled"],
};
const RECEIPTED: { [contract: string]: string[] } = {
  OrderEscrow: ["OrderFrozen"],
  BondClaims: ["Funded", "FundingWithdrawn"],
  ArbitrationCourt: ["RoundArmed", "Drawn", "Leaked", "RoundVoided", "Appealed", "Concluded"],
  OutsideArbitrators: ["Ruling", "Appealed", "RulingIgnored"],
  AppealFund: ["Contributed", "Appealed", "Refunded", "Resolved", "FeesReturned", "ShareWithdrawn"],
};
const ECHOES = ["Dispute", "Evidence", "MetaEvidence"];

export interface Case {
  /** All of it, as in the record. */
  events: Event[];
  story: Story;
  hearing: Hearing | undefined;
}

/** Steps 4, 5 and 9: the events, if they are genuine and complete. Throws the fault that is found first. */
export function readCase(record: Record, claim: Claim, proofs: Proofs): Event[] {
  const word = proofs.word("ComplaintDesk", SLOT.trail, record.id);
  const events = decodeAll(record.events!, (name) => claim.contracts.has(name));
  under(MISPLACED, () => checkPlaces(events, record.id));
  const places = new Map<string, number[]>();
  for (const log of record.events!) {
    if (!log.receipt) continue;
    checkOrderOf(places, log.contract, [log.receipt.block, log.receipt.transaction, log.receipt.log]);
    proofs.receipt(log);
  }
  const desk = events.filter((event) => event.contract === "ComplaintDesk");
  const folded = desk.some((event) => event.name === "Filed") ? foldFrom(facts(claim, "ComplaintDesk"), record.id, desk) : "";
  demand(folded === word, "trail-differs", "the events do not give the trail");
  return events;
}

/** The other steps. Throws the fault that is found first. */
export function checkCase(record: Record, events: Event[], claim: Claim, proofs: Proofs): Case {
  return under("record-senseless", () => follow(record, claim, proofs, events));
}

function follow(record: Record, claim: Claim, proofs: Proofs, events: Event[]): Case {
  const of = (contract: string): Event[] => events.filter((event) => event.contract === contract);
  const [filed, ...later] = of("ComplaintDesk");
  const claims = of("BondClaims");
  const isClaim = claims.length > 0;
  demand(
    filed !== undefined && !(isClaim && of("OrderEscrow").length),
    "record-senseless",
    "no filing, or two kinds of money",
  );
  const story = new Story(filed, isClaim, later);
  const kept = isClaim ? "BondClaims" : "OrderEscrow";
  const funds = of(kept).filter((event) => !event.receipt);
  under("order-differs", () => checkOrder(story, funds, facts(claim, kept)));
  under("record-senseless", () => checkReceipted(story, events));
  const isOutside = story.escalated?.get("isOutside") === 1n;
  const court = of("ArbitrationCourt");
  demand(isOutside || !of("OutsideArbitrators").length, "court-differs", "a hearing outside that nobody asked for");
  demand(
    (story.escalated && !isOutside) || court.length + of("AppealFund").length === 0,
    "court-differs",
    "a hearing that nobody asked for",
  );
  let [hearing, verdict]: [Hearing | undefined, Verdict | undefined] = [undefined, undefined];
  if (isOutside) verdict = under("court-differs", () => hearOutside(story, of("OutsideArbitrators")));
  else if (story.escalated) {
    hearing = under("court-differs", () => hearHouse(story, court, record.id, claim, proofs));
    under("court-differs", () => checkAppeals(hearing!, of("AppealFund")));
    verdict = under("ruling-differs", () => decide(hearing!, story.escalated!));
  } else demand(!story.executed || story.executed.get("record") === 0n, "court-differs", "a record of no hearing");
  if (story.executed) under("ruling-differs", () => checkExecuted(story, verdict, hearing?.rounds.at(-1)?.round.number ?? 0, funds));
  return { events, story, hearing };
}

/** The rounds give the record that was executed; while they go on, the court's words at N. */
function hearHouse(story: Story, events: Event[], dispute: number, claim: Claim, proofs: Proofs): Hearing {
  const court = claim.contracts.get("ArbitrationCourt")!.address;
  const hearing = hear(story.escalated!.get("terms"), events, { chain: claim.chain, court, dispute });
  const { round } = hearing.rounds.at(-1)!;
  demand(
    (hearing.concluded !== undefined) === (story.executed !== undefined),
    "court-differs",
    "the dispute ended otherwise",
  );
  if (story.executed) {
    demand(round.record === story.executed.hash("record"), "court-differs", "the court's record is another");
    demand(hearing.concluded!.time === story.executed.time, "court-differs", "the court ended at another time");
    return hearing;
  }
  const word = (slot: number, ...keys: number[]): bigint => BigInt(proofs.word("ArbitrationCourt", slot, dispute, ...keys));
  demand(word(SLOT.rounds) === round.word, "court-differs", "the round's word is another");
  demand(word(SLOT.commits) === round.accumulated, "court-differs", "the commitments are others");
  for (const [place, more] of round.more.entries()) {
    demand(word(SLOT.seats, round.number * 8 + place) === more, "court-differs", "the seats are others");
  }
  if (round.number > 0) demand(
    word(SLOT.prior) === BigInt(round.prior),
    "court-differs",
    "the record of earlier rounds is another",
  );
  return hearing;
}

/** Only the fund brings appeals about complaints, and says so each time. */
function checkAppeals({ rounds }: Hearing, events: Event[]): void {
  const brought = events.filter((event) => event.name === "Appealed");
  const heard = rounds.flatMap(({ end }) => (end?.name === "Appealed" ? [end] : []));
  const same = (event: Event, at: number): boolean => {
    const isPot = (one: Event): boolean => one.name === "Contributed" && ["level", "higher"].every((name) => one.get(name) === event.get(name));
    const raised = events.filter(isPot).reduce((sum, one) => sum + one.get("amount"), 0n);
    const isPaid = raised === event.get("cost") + event.get("stake");
    return isPaid && event.number("level") === at && event.get("rulingBefore") === heard[at]?.get("ruling");
  };
  demand(
    brought.length === heard.length && brought.every(same),
    "court-differs",
    "the appeals are not those that were paid for",
  );
}

/** Each event is of a kind that a case has, proven as that kind is, and where it belongs. */
function checkPlaces(events: Event[], id: number): void {
  let [group, rank] = [0, 0];
  const filed = events.find((event) => event.contract === "ComplaintDesk" && event.name === "Filed");
  for (const event of events) {
    const at = GROUPS.findIndex((names) => names.split(" ").includes(event.contract));
    demand(at >= group, MISPLACED, `${event.name} is out of order`);
    if (at > group) [group, rank] = [at, 0];
    const key = ["complaint", "dispute"].find((name) => event.has(name));
    const isOurs = (!key || event.get(key) === BigInt(id)) && (!event.has("key") || !filed || event.get("key") === filed.get("orderKey"));
    demand(isOurs, MISPLACED, `${event.name} is of another case`);
    const known = event.contract === "ComplaintDesk" ? !event.receipt && !ECHOES.includes(event.name) : isOf(event);
    demand(known, MISPLACED, `${event.name} does not belong here, or is proven otherwise`);
    const hasTime = !(event.contract === "ArbitrationCourt" && SECONDS_NOT_BOUND.includes(event.name));
    demand(hasTime === event.time >= 0, MISPLACED, `${event.name} has a time, or none`);
    if (event.contract !== "ArbitrationCourt") demand(rankOf(event) >= rank, MISPLACED, `${event.name} is out of order`);
    rank = rankOf(event);
  }
  checkSteps(events.filter((event) => event.contract === "ArbitrationCourt"));
}

/** What a word binds comes first, and of that the end last. */
function rankOf(event: Event): number {
  if (event.receipt) return 2;
  return ["Split", "Concluded", "Settled"].includes(event.name) ? 1 : 0;
}

function isOf(event: Event): boolean {
  return Boolean((event.receipt ? RECEIPTED : BOUND)[event.contract]?.includes(event.name));
}

/** Receipts' places go up within each contract. */
function checkOrderOf(places: Map<string, number[]>, contract: string, place: number[]): void {
  const before = places.get(contract) ?? [-1];
  const at = place.findIndex((value, index) => value !== before[index]);
  demand(at >= 0 && place[at]! > (before[at] ?? -1), MISPLACED, "receipts are out of order");
  places.set(contract, place);
}

/** What no word orders must still be of this case, and of a time that can be. */
function checkReceipted(story: Story, events: Event[]): void {
  for (const event of events) {
    if (!event.receipt || event.name !== "OrderFrozen") continue;
    const until = story.withdrawn?.time ?? Infinity;
    const fits = event.hash("key") === story.filed.hash("orderKey") && event.time >= story.filed.time && event.time <= until;
    demand(fits && !story.executed, "record-senseless", "the order was frozen at another time");
  }
}
