// A round's storage word (contracts/types/Round.sol, Track.sol), and what it comes to when seats vote.
import { hash, unhex, word } from "./bytes";

export const NO_VOTE = 0x3fff;
export const LEAKED = 0x3ffe;
const SEATS_IN_ROUND = 3;
const SEATS_IN_WORD = 6;
const MAX_SEATS = 31;
const VOTED_AND_SEATS = (0x1fn << 85n) | (1n << 98n) | (0x1fn << 99n);
const HEADER = (1n << 104n) - 1n;
const REARMED = HEADER & ~VOTED_AND_SEATS;
const CHAIN_BITS = 224;

function bits(value: bigint, from: number, count: number): number {
  return Number((value >> BigInt(from)) & ((1n << BigInt(count)) - 1n));
}

export class Round {
  positions: bigint[] | undefined;
  readonly commitments = new Map<number, string>();
  readonly votes = new Map<number, number>();
  readonly leaked = new Set<number>();
  #chain = 0n;

  /** @param armed The word as the round was armed, undrawn. */
  constructor(
    readonly armed: bigint,
    readonly prior: string,
  ) {}

  get feeGwei(): bigint {
    return this.armed & 0x3fffffffn;
  }

  get lockGwei(): bigint {
    return (this.armed >> 30n) & 0x3ffffffffn;
  }

  /** Of hand-over, commit, reveal: hours. */
  get hours(): [number, number, number] {
    return [bits(this.armed, 64, 7), bits(this.armed, 71, 7), bits(this.armed, 78, 7)];
  }

  get paidSeats(): number {
    return bits(this.armed, 90, 4) * 2 + 1;
  }

  get voids(): number {
    return bits(this.armed, 94, 2);
  }

  get appeals(): number {
    return bits(this.armed, 96, 2);
  }

  /** Each panel of a dispute has a number of its own. */
  get number(): number {
    return this.appeals * 3 + this.voids;
  }

  get armedBlock(): number {
    return bits(this.armed, 104, 32);
  }

  get armedAt(): number {
    return bits(this.armed, 160, 32);
  }

  get isDrawn(): boolean {
    return this.positions !== undefined;
  }

  get seats(): number {
    return this.positions?.length ?? 0;
  }

  get hasMajority(): boolean {
    return this.isDrawn && this.votes.size > Math.floor(this.seats / 2);
  }

  /** No ruling can come of its votes. */
  get isRefused(): boolean {
    return this.voids === 2 || (this.isDrawn && this.seats === 0);
  }

  /** By seat: a vote, LEAKED or NO_VOTE. */
  get ballots(): number[] {
    return (this.positions ?? []).map((_, seat) => this.votes.get(seat) ?? (this.leaked.has(seat) ? LEAKED : NO_VOTE));
  }

  commit(seat: number, commitment: string): void {
    const input = word((this.#chain << 8n) | BigInt(seat)) + commitment.slice(2);
    this.#chain = BigInt.asUintN(CHAIN_BITS, BigInt(hash(unhex("0x" + input))));
    this.commitments.set(seat, commitment);
  }

  /** The chain of commitments 224 | by seat, whether its vote is hidden or open 32. */
  get accumulated(): bigint {
    let committed = 0n;
    for (const seat of this.commitments.keys()) if (!this.leaked.has(seat)) committed |= 1n << BigInt(seat);
    return (this.#chain << 32n) | committed;
  }

  /** As it stands in storage, without the seats from the fourth on. */
  get word(): bigint {
    if (!this.isDrawn) return this.armed;
    const header = (this.armed & REARMED) | (1n << 98n) | (BigInt(this.seats) << 85n) | (BigInt(this.votes.size) << 99n);
    return header | (BigInt(this.armedAt) << 104n) | (packed(this.#seatWords.slice(0, SEATS_IN_ROUND)) << 136n);
  }

  /** The words of the seats from the fourth on. */
  get more(): bigint[] {
    const seats = this.#seatWords.slice(SEATS_IN_ROUND);
    const found = [];
    for (let at = 0; at < seats.length; at += SEATS_IN_WORD) found.push(packed(seats.slice(at, at + SEATS_IN_WORD)));
    return found;
  }

  get #seatWords(): bigint[] {
    const ballots = this.ballots;
    return (this.positions ?? []).map((position, seat) => position | (BigInt(ballots[seat]!) << 26n));
  }

  /** Binds this round and those before it. */
  get record(): string {
    const more = this.more;
    const prior = this.number === 0 ? 0n : BigInt(this.prior);
    return hash(unhex("0x" + [prior, this.word, 128n, this.accumulated, more.length, ...more].map(word).join("")));
  }

  /** Whether `next` is this round armed again: void or missed. */
  isRearmedAs(next: bigint, voids: 0 | 1, time: number): boolean {
    const header = (this.armed & REARMED) + (BigInt(voids) << 94n);
    return (next & HEADER) === (header | (BigInt(this.paidSeats) << 85n)) && bits(next, 160, 96) === time;
  }

  /** Whether `next` is the larger round of an appeal from this one. */
  isAppealedAs(next: bigint, time: number): boolean {
    const seats = BigInt(Math.min(2 * this.paidSeats + 1, MAX_SEATS));
    const kept = this.armed & REARMED & ~((0xfn << 90n) | (3n << 94n));
    const header = (kept + (1n << 96n)) | ((seats >> 1n) << 90n) | (seats << 85n);
    return (next & HEADER) === header && bits(next, 160, 96) === time;
  }
}

function packed(seats: bigint[]): bigint {
  return seats.reduce((sum, seat, place) => sum | (seat << BigInt(40 * place)), 0n);
}
