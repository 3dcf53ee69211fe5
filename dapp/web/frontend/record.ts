// The court's record of a round (ArbitrationCourt._record): it binds every seat, commitment and vote to the ruling.
import { keccak, words } from "./hash";

export interface CourtEvent {
  contract: string;
  name: string;
  args: Record<string, unknown>;
  timestamp: { unix: number };
}

interface Round {
  armed: bigint;
  drawnAt: number | null;
  positions: number[];
  commitments: Map<number, string>;
  votes: Map<number, number>;
  chain: bigint;
  bitmap: bigint;
}

const HEADER = (1n << 104n) - 1n;
const SEATS = 0x1fn << 85n;
const DRAWN = 1n << 97n;
const NO_VOTE = 0x3fff;
const ZERO = "0x" + "0".repeat(64);

/** Whether the rounds' events give the records that the court and the ruling name, and each vote its commitment. */
export function votesAgree(events: CourtEvent[], chainId: string, court: string, dispute: string): boolean {
  let prior = ZERO;
  let round: Round | undefined;
  for (const { contract, name, args, timestamp } of events) {
    if (name === "Ruled" && contract === "ComplaintDesk" && args["record"] !== prior) return false;
    if (contract !== "ArbitrationCourt") continue;
    if (name === "RoundArmed") round = armed(BigInt(args["round"] as string));
    if (!round) continue;
    const seat = Number(args["seat"]);
    if (name === "Drawn") [round.drawnAt, round.positions] = [timestamp.unix, args["positions"] as number[]];
    if (name === "Committed") commit(round, seat, String(args["commitment"]));
    if (name === "Revealed") {
      const { vote, salt, reason } = args as { vote: number; salt: string; reason: string };
      const voids = (round.armed >> 95n) & 3n;
      const opened = keccak(words(chainId, court, dispute, voids, seat, vote, salt, reason));
      if (round.commitments.get(seat) !== opened) return false;
      round.votes.set(seat, Number(vote));
    }
    if (name === "RoundVoided" || name === "Concluded") {
      prior = recordOf(prior, round);
      if (args["record"] !== prior) return false;
    }
  }
  return true;
}

function armed(word: bigint): Round {
  return {
    armed: word,
    drawnAt: null,
    positions: [],
    commitments: new Map(),
    votes: new Map(),
    chain: 0n,
    bitmap: 0n,
  };
}

function commit(round: Round, seat: number, commitment: string): void {
  round.chain = BigInt(keccak(words(round.chain, seat, commitment))) & ((1n << 224n) - 1n);
  round.bitmap |= 1n << BigInt(seat);
  round.commitments.set(seat, commitment);
}

function recordOf(prior: string, round: Round): string {
  const seats = round.positions.map(
    (position, seat) => BigInt(position) | (BigInt(round.votes.get(seat) ?? NO_VOTE) << 26n),
  );
  const more = [];
  for (let first = 3; first < seats.length; first += 6) more.push(pack(seats.slice(first, first + 6)));
  const commits = (round.chain << 32n) | round.bitmap;
  return keccak(words(prior, wordOf(round, seats), 128, commits, more.length, ...more));
}

/** The round's storage word before it was concluded (types/Round.sol). */
function wordOf(round: Round, seats: bigint[]): bigint {
  if (round.drawnAt === null) return round.armed;
  const header = (round.armed & HEADER & ~SEATS) | DRAWN | (BigInt(seats.length) << 85n);
  const counted = header | (BigInt(round.votes.size) << 99n);
  return counted | (BigInt(round.drawnAt) << 104n) | (pack(seats.slice(0, 3)) << 136n);
}

function pack(seats: bigint[]): bigint {
  return seats.reduce((sum, seat, place) => sum | (seat << BigInt(40 * place)), 0n);
}
