// Votes, medians and pay (contracts/libraries/Median.sol, Fees.sol; contracts/Verdicts.sol). Shares in basis points.
import { demand } from "./fault";
import { LEAKED, NO_VOTE, type Round } from "./round";

const CODE = "ruling-differs";
const ALL = 10_000n;
const FULL_PAY_WITHIN = 1000;
const FULL_PENALTY_FROM = 2500;

/** The two votes in the middle, and the ruling between them. */
export interface Tally {
  low: number;
  high: number;
  ruling: number;
}

export function tally(round: Round): Tally {
  const votes = [...round.votes.values()].sort((a, b) => a - b);
  const [low, high] = [votes[Math.floor((votes.length - 1) / 2)]!, votes[Math.floor(votes.length / 2)]!];
  return { low, high, ruling: Math.floor((low + high) / 2) };
}

export function shareDown(amount: bigint, share: bigint): bigint {
  return (amount * share) / ALL;
}

/** The organisation's part of `cost`: as far as its number was from the ruling, in proportion. */
export function organisationCost(cost: bigint, demanded: bigint, offered: bigint, ruling: bigint): bigint {
  const [customer, organisation] = [apart(demanded, ruling), apart(offered, ruling)];
  demand(customer + organisation > 0n, "record-senseless", "a demand that is the offer");
  return (cost * organisation) / (customer + organisation);
}

function apart(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}

/** What a seat gains or loses (gwei) whose vote is not near the ruling: the most that it can lose. */
function farPay(ballot: number, found: Tally, round: Round): bigint {
  const [fee, lock] = [round.feeGwei, round.lockGwei];
  if (ballot === NO_VOTE) return -lock;
  if (ballot === LEAKED) return 0n;
  const far = BigInt(Math.max(found.low - ballot, ballot - found.high));
  const worst = lock / 2n;
  if (far >= FULL_PENALTY_FROM) return -worst;
  const steps = BigInt(FULL_PENALTY_FROM - FULL_PAY_WITHIN);
  return fee - ((fee + worst) * (far - BigInt(FULL_PAY_WITHIN)) + steps - 1n) / steps;
}

/**
 * Checks what seats were paid: the far ones by their distance, the near ones what is left of the fees. A position pays no
 * more than it holds, which only the chain knows: a loss may be smaller than due.
 */
export function checkPays(pays: bigint[], ballots: number[], round: Round, found: Tally, fees: bigint, most?: bigint): void {
  const [from, to] = [found.low - FULL_PAY_WITHIN, Math.min(found.high + FULL_PAY_WITHIN, LEAKED - 1)];
  const isNear = (ballot: number): boolean => ballot >= from && ballot <= to;
  let [pot, near] = [fees, 0n];
  for (const [seat, ballot] of ballots.entries()) {
    if (isNear(ballot)) near += 1n;
    else {
      const [pay, due] = [pays[seat] ?? 1n, farPay(ballot, found, round)];
      demand(
        due < 0n ? pay >= due && pay <= 0n : pay === due,
        CODE,
        `what seat ${seat} was paid does not follow from its vote`,
      );
      pot -= pay;
    }
  }
  if (near === 0n) return;
  const share = pot / near;
  const each = most !== undefined && share > most ? most : share;
  let odd = each === most ? 0n : pot - each * near;
  for (const [seat, ballot] of ballots.entries()) {
    if (!isNear(ballot)) continue;
    demand(pays[seat] === each + odd, CODE, `what seat ${seat} was paid does not follow from its vote`);
    odd = 0n;
  }
}
