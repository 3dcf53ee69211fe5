// The house court's part of a case: its rounds, rebuilt from its events (contracts/Ballots.sol, Verdicts.sol).
import type { Event } from "./abi";
import { hash, unhex, word } from "./bytes";
import { demand } from "./fault";
import { Round } from "./round";

const CODE = "court-differs";
const SENSELESS = "record-senseless";
const MAX_VOTE = 10_000;
const MAX_POSITION = 1n << 26n;
/** In place of a round's word until it is armed. */
const AWAITED = 0n;
const ORDER = ["RoundArmed", "Drawn", "Committed", "Leaked", "Revealed"];

export interface Hearing {
  /** In their order; the last one is open, or the one that ended the dispute. */
  rounds: { round: Round; end: Event | undefined }[];
  concluded: Event | undefined;
}

export interface Place {
  chain: number;
  court: string;
  dispute: number;
}

/** Throws `event-misplaced` unless the events stand round by round, in each in the order of steps, votes by seat. */
export function checkSteps(events: Event[]): void {
  let [step, seat] = [0, -1];
  for (const [at, event] of events.entries()) {
    demand(events[at - 1]?.name !== "Concluded", "event-misplaced", `${event.name} comes after the end`);
    const next = ORDER.indexOf(event.name);
    const votes = event.name === "Revealed" ? event.number("seat") : -1;
    demand(
      next < 0 || next > step || (next === step && (votes < 0 || votes > seat)),
      "event-misplaced",
      `${event.name} is out of order`,
    );
    [step, seat] = next < 0 ? [0, -1] : [next, votes];
  }
}

/** Throws `court-differs` and `record-senseless`. @param terms The first round's word, in `Escalated`. */
export function hear(terms: bigint, events: Event[], place: Place): Hearing {
  let round = new Round(terms, "0x0");
  const rounds: Hearing["rounds"] = [];
  let concluded: Event | undefined;
  for (const event of events) {
    if (event.name === "RoundArmed") round = rearm(round, rounds.at(-1)?.round, event);
    else if (ORDER.includes(event.name)) act(round, event, place);
    else {
      rounds.push({ round, end: event });
      if (event.name === "Concluded") concluded = event;
      else round = leave(round, event);
    }
  }
  if (!concluded) rounds.push({ round, end: undefined });
  return { rounds, concluded };
}

/** After a void round (`last`) the next one is awaited; else the one that was missed is armed again. */
function rearm(round: Round, last: Round | undefined, event: Event): Round {
  const isVoid = round.armed === AWAITED;
  demand(isVoid || !round.isDrawn, SENSELESS, "a round that was drawn is armed again");
  const before = isVoid ? last! : round;
  demand(before.isRearmedAs(event.get("round"), isVoid ? 1 : 0, event.time), CODE, "a round is armed on other terms");
  return new Round(event.get("round"), round.prior);
}

/** What comes after a round that was void or appealed from. */
function leave(round: Round, event: Event): Round {
  const record = round.record;
  if (event.name === "RoundVoided") {
    demand(round.seats > 0 && !round.hasMajority, SENSELESS, "a round is void that was not");
    demand(event.hash("record") === record, CODE, "a void round's record is another");
    return new Round(AWAITED, record);
  }
  demand(event.name === "Appealed" && round.hasMajority, SENSELESS, "an appeal against no ruling");
  const isRight = round.isAppealedAs(event.get("round"), event.time) && event.number("appeals") === round.appeals + 1;
  demand(isRight, CODE, "an appeal is heard on other terms");
  return new Round(event.get("round"), record);
}

function act(round: Round, event: Event, place: Place): void {
  if (event.name === "Drawn") {
    const positions = event.list("positions");
    const fits = positions.length <= round.paidSeats && positions.every((position) => position < MAX_POSITION);
    demand(round.armed !== AWAITED, CODE, "a round was drawn that was not armed");
    demand(!round.isDrawn && fits, SENSELESS, "a draw that could not be");
    round.positions = positions;
    return;
  }
  const seat = event.number("seat");
  demand(seat < round.seats, SENSELESS, "there is no such seat");
  if (event.name === "Committed") round.commit(seat, event.hash("commitment"));
  else if (event.name === "Leaked") {
    demand(round.commitments.has(seat) && !round.leaked.has(seat), SENSELESS, "a leak of no hidden vote");
    round.leaked.add(seat);
  } else open(round, seat, event, place);
}

function open(round: Round, seat: number, event: Event, place: Place): void {
  const vote = event.get("vote");
  const ballot = [
    place.chain,
    place.court,
    place.dispute,
    round.number,
    seat,
    vote,
    event.hash("salt"),
    event.hash("reason"),
  ];
  const commitment = hash(unhex("0x" + ballot.map(word).join("")));
  demand(round.commitments.get(seat) === commitment, CODE, `the vote of seat ${seat} is not the one that was hidden`);
  demand(vote <= MAX_VOTE && !round.leaked.has(seat) && !round.votes.has(seat), SENSELESS, "a vote that cannot be");
  round.votes.set(seat, Number(vote));
}
