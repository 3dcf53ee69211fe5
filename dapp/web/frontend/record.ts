// The court's record of a dispute (dapp/domain/record.py): it binds every seat, commitment and vote to what was executed.
import { keccak, words } from "./hash";

export interface CourtEvent {
  contract: string;
  name: string;
  args: Record<string, unknown>;
}

interface Round {
  armed: bigint;
  isDrawn: boolean;
  positions: number[];
  commitments: Map<number, string>;
  votes: Map<number, number>;
  leaked: Set<number>;
  chain: bigint;
}

const HEADER = (1n << 104n) - 1n;
const SEATS = 0x1fn << 85n;
const DRAWN = 1n << 98n;
const NO_VOTE = 0x3fff;
const LEAKED = 0x3ffe;
const ZERO = "0x" + "0".repeat(64);

/** Whether the rounds' events give the records that were executed, and each vote its commitment. */
export function votesAgree(events: CourtEvent[], chainId: string, court: string, dispute: string): boolean {
  let prior = ZERO;
  let round: Round | undefined;
  for (const { contract, name, args } of events) {
    if (contract === "ComplaintDesk") {
      if (name === "Escalated" && !args["isOutside"]) round = armed(args["terms"]);
      if (name === "Executed" && args["record"] !== prior) return false;
    }
    if (contract === "OutsideArbitrators" && args["record"]) prior = String(args["record"]);
    if (contract !== "ArbitrationCourt" || !round) continue;
    if (name === "RoundVoided" || name === "Concluded" || name === "Appealed") prior = recordOf(prior, round);
    if (name === "RoundVoided" && args["record"] !== prior) return false;
    if (name === "RoundArmed" || name === "Appealed") round = armed(args["round"]);
    else if (!hear(round, name, args, [chainId, court, dispute])) return false;
  }
  return true;
}

/** False where an opened vote is not the one that was hidden. */
function hear(round: Round, name: string, args: Record<string, unknown>, place: string[]): boolean {
  const seat = Number(args["seat"]);
  if (name === "Drawn") [round.isDrawn, round.positions] = [true, args["positions"] as number[]];
  if (name === "Leaked") round.leaked.add(seat);
  if (name === "Committed") {
    round.chain = BigInt(keccak(words((round.chain << 8n) | BigInt(seat), String(args["commitment"])))) & ((1n << 224n) - 1n);
    round.commitments.set(seat, String(args["commitment"]));
  }
  if (name === "Revealed") {
    const { vote, salt, reason } = args as { vote: number; salt: string; reason: string };
    round.votes.set(seat, Number(vote));
    return round.commitments.get(seat) === keccak(words(...place, numberOf(round), seat, vote, salt, reason));
  }
  return true;
}

function armed(word: unknown): Round {
  return {
    armed: BigInt(word as string),
    isDrawn: false,
    positions: [],
    commitments: new Map(),
    votes: new Map(),
    leaked: new Set(),
    chain: 0n,
  };
}

/** After each appeal there is one round, and two more at most in place of void ones. */
function numberOf(round: Round): bigint {
  return ((round.armed >> 96n) & 3n) * 3n + ((round.armed >> 94n) & 3n);
}

function recordOf(prior: string, round: Round): string {
  const seats = round.positions.map((position, seat) => {
    const unseen = round.leaked.has(seat) ? LEAKED : NO_VOTE;
    return BigInt(position) | (BigInt(round.votes.get(seat) ?? unseen) << 26n);
  });
  const more = [];
  for (let first = 3; first < seats.length; first += 6) more.push(pack(seats.slice(first, first + 6)));
  let bitmap = 0n;
  for (const seat of round.commitments.keys()) if (!round.leaked.has(seat)) bitmap |= 1n << BigInt(seat);
  return keccak(words(prior, wordOf(round, seats), 128, (round.chain << 32n) | bitmap, more.length, ...more));
}

/** The round's storage word as it ended (types/Round.sol). */
function wordOf(round: Round, seats: bigint[]): bigint {
  if (!round.isDrawn) return round.armed;
  const header = (round.armed & HEADER & ~SEATS) | DRAWN | (BigInt(seats.length) << 85n);
  const armedAt = (round.armed >> 160n) & 0xffffffffn;
  return header | (BigInt(round.votes.size) << 99n) | (armedAt << 104n) | (pack(seats.slice(0, 3)) << 136n);
}

function pack(seats: bigint[]): bigint {
  return seats.reduce((sum, seat, place) => sum | (seat << BigInt(40 * place)), 0n);
}
