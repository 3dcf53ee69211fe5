// From the votes to the money: what follows from the record must be what was executed (step 8).
import type { Event } from "./abi";
import type { Hearing } from "./court";
import { demand } from "./fault";
import { checkPays, organisationCost, shareDown, tally, type Tally } from "./fees";
import { LEAKED, type Round } from "./round";
import { OUTCOMES, type Story } from "./story";

const CODE = "ruling-differs";
const GWEI = 10n ** 9n;
const ALL = 10_000n;
const DEPOSIT = 200n;
/** Every revealed vote is right, in a round that is void. */
const ANY: Tally = { low: 0, high: LEAKED, ruling: 0 };

/** What a court says, whichever it was. */
export interface Verdict {
  ruling: bigint;
  isRefused: boolean;
  /** Wei that arbitrators were paid. */
  cost: bigint;
}

/** Of each appeal and void round that there was; the end, if it came. */
export function decide({ rounds, concluded }: Hearing, escalated: Event): Verdict | undefined {
  const past: Round[] = [];
  for (const { round, end } of rounds) {
    if (end?.name === "Appealed") {
      past.push(round);
      demand(
        end.get("ruling") === BigInt(tally(round).ruling),
        CODE,
        "the ruling that was appealed is not the votes' median",
      );
    }
    if (end?.name === "RoundVoided") checkPays(end.list("pays"), round.ballots, round, ANY, 0n, round.feeGwei);
  }
  return concluded && conclude(past, rounds.at(-1)!.round, concluded, escalated);
}

function conclude(past: Round[], round: Round, concluded: Event, escalated: Event): Verdict {
  const decisive = round.hasMajority ? round : past.at(-1);
  const isSettled = !round.hasMajority && !round.isRefused;
  const found = decisive ? tally(decisive) : undefined;
  const ruling = isSettled ? 0n : BigInt(found?.ruling ?? 0);
  // Of parties who agreed the court says that it has refused.
  const isRefused = isSettled || !found;
  demand(
    concluded.get("ruling") === ruling && (concluded.get("refused") === 1n) === isRefused,
    CODE,
    "the ruling is not the votes' median",
  );
  const scored = [...past, ...(round.hasMajority ? [round] : [])].flatMap((one) => one.ballots);
  const pays = concluded.list("pays");
  const waiting = round.hasMajority ? [] : round.ballots;
  demand(pays.length === scored.length + waiting.length, CODE, "more or fewer seats were paid");
  if (found) checkPays(pays, scored, round, found, BigInt(scored.length) * round.feeGwei);
  for (const [at, ballot] of waiting.entries()) {
    const fee = ballot === LEAKED ? 0n : round.feeGwei;
    demand(pays[scored.length + at] === fee, CODE, "a seat that waited was paid something else");
  }
  return { ruling, isRefused, cost: cost(past, round, escalated) };
}

/** What was spent of what was advanced for the first panel (wei). */
function cost(past: Round[], round: Round, escalated: Event): bigint {
  const first = past[0] ?? round;
  const bounty = escalated.get("cost") / GWEI - BigInt(first.paidSeats) * first.feeGwei;
  if (past[0]) return (BigInt(first.seats) * first.feeGwei + bounty) * GWEI;
  const paid = round.hasMajority ? round.seats : round.ballots.filter((ballot) => ballot !== LEAKED).length;
  const drawn = round.isDrawn || round.voids > 0 ? bounty : 0n;
  return (BigInt(paid) * round.feeGwei + drawn) * GWEI;
}

/** Throws `ruling-differs` unless what was executed follows. @param funds Of the order or the claim, bound by a word. */
export function checkExecuted(story: Story, verdict: Verdict | undefined, round: number, funds: Event[]): void {
  const executed = story.executed!;
  const outcome = OUTCOMES[executed.number("outcome")]!;
  demand(executed.get("cost") === (verdict?.cost ?? 0n), CODE, "the costs are others");
  demand(executed.get("share") === share(story, verdict, outcome, round), CODE, "the share does not follow");
  checkDivision(story, funds, owed(story, verdict, outcome), outcome === "Ruled" || outcome === "Refused");
}

function share(story: Story, verdict: Verdict | undefined, outcome: string, round: number): bigint {
  if (outcome === "Defaulted") return story.filed.get("demand");
  if (outcome === "PledgeKept") return 0n;
  if (outcome === "Settled") return settled(story, round);
  if (outcome !== "Ruled" && outcome !== "Refused") return story.share;
  demand(verdict !== undefined && verdict.isRefused === (outcome === "Refused"), CODE, "the court said otherwise");
  return verdict.isRefused ? (story.offer + story.demand) / 2n : verdict.ruling;
}

/** Both sides' last word, about the round that was open. */
function settled(story: Story, round: number): bigint {
  const [other, last] = story.proposals.slice(-2);
  const agree = other && last && ["round", "share"].every((name) => other.get(name) === last.get(name));
  demand(
    Boolean(agree) && other!.get("byCustomer") !== last!.get("byCustomer") && last!.number("round") === round,
    CODE,
    "the two sides did not agree",
  );
  return last!.get("share");
}

/** Wei that the organisation owes of the costs. */
function owed(story: Story, verdict: Verdict | undefined, outcome: string): bigint {
  if (!verdict || outcome === "Settled") return 0n;
  if (story.allCosts && story.executed!.get("share") !== 0n) return verdict.cost;
  return verdict.isRefused ? verdict.cost / 2n : organisationCost(verdict.cost, story.demand, story.offer, verdict.ruling);
}

/** How much was free in a bond is another subject's story: of it no more than was owed is checked. */
function checkDivision(story: Story, funds: Event[], owed: bigint, isRuled: boolean): void {
  const executed = story.executed!;
  const amount = story.filed.get("amount");
  const award = shareDown(amount, executed.get("share"));
  const rest = amount - award;
  const isSponsored = story.escalated !== undefined && story.escalated.get("payer") !== story.filed.get("actor");
  const [toCustomer, toOrganisation] = [executed.get("toCustomer"), executed.get("toOrganisation")];
  const [costs, fromBond] = [executed.get("costToCustomer"), executed.get("fromBond")];
  const inside = costs - fromBond;
  demand(costs <= owed && inside >= 0n, CODE, "more costs were paid than owed");
  const split = funds.find((event) => event.name === "Split");
  if (story.isClaim) {
    demand(inside === 0n || (isRuled && !isSponsored), CODE, "costs were paid that nobody owed");
    demand(toCustomer === award + inside && toOrganisation === rest, CODE, "the claim was divided otherwise");
    checkClaim(split!, amount, award, inside, isRuled, executed.get("share"));
    return;
  }
  const isNative = funds[0]!.get("token") === 0n;
  const due = isNative && !isSponsored ? (owed < rest ? owed : rest) : 0n;
  demand(
    inside === due && toCustomer === award + due && toOrganisation === rest - due,
    CODE,
    "the order was divided otherwise",
  );
}

function checkClaim(split: Event, amount: bigint, award: bigint, costs: bigint, isRuled: boolean, share: bigint): void {
  const deposit = (amount * DEPOSIT + ALL - 1n) / ALL;
  const back = isRuled && share * 2n < ALL ? shareDown(deposit, share * 2n) : deposit;
  const expected = { costPaid: costs, fromFunding: isRuled ? 0n : award, depositBack: back };
  for (const [name, value] of Object.entries(expected)) demand(
    split.get(name) === value,
    CODE,
    `a claim's ${name} is another`,
  );
}
