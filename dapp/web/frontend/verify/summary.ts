// What is said of one case or organisation, without the events that it was worked out from.
import type { Event } from "./abi";
import type { Case } from "./case";
import type { Exhibit } from "./evidence";
import type { Fault } from "./fault";
import { tally } from "./fees";
import { OUTCOMES, type Phase, type Story } from "./story";

export type Kept = "kept" | "late" | "missed" | "open";

/** `seconds` are what was left, or what it was late by; of what was never done, as of the end or of block N. */
export interface Promised {
  what: string;
  due: number;
  at: number | undefined;
  state: Kept;
  seconds: number;
}

export interface RoundTold {
  seats: number;
  votes: number[];
  leaked: number;
  end: string;
  ruling: number | undefined;
}

export interface Told {
  organisation: number;
  filedAt: number;
  phase: Phase;
  amount: bigint;
  isNative: boolean;
  outcome: string;
  share: number | undefined;
  toCustomer: bigint;
  toOrganisation: bigint;
  cost: bigint;
  costToCustomer: bigint;
  fromBond: bigint;
  /** The house court has it: it can change while its trail does not. */
  isPending: boolean;
  isContested: boolean;
  isOutside: boolean;
  rounds: RoundTold[];
  promised: Promised[];
  anchored: AnchoredTold | undefined;
}

/** How a complaint came to the desk that was signed before, and put on chain with others. */
export interface AnchoredTold {
  at: number;
  sender: string;
  leaf: string;
  until: number;
}

/** Missing: all holds, but evidence is not here. Unknown: it has not changed since an earlier bundle, which is not here. */
export type State = "verified" | "missing" | "unknown" | "refused";

export interface Result {
  kind: "complaint" | "organisation";
  id: number;
  state: State;
  fault: Fault | undefined;
  events: number;
  /** Its word at N, where that is proven. */
  trail: string | undefined;
  told: Told | undefined;
  digests: Set<string>;
  exhibits: Exhibit[];
}

export function tell({ events, story, hearing }: Case, now: number): Told {
  const { filed, executed } = story;
  const rounds = hearing?.rounds.filter(({ round }) => round.isDrawn) ?? [];
  return {
    organisation: filed.number("organisation"),
    filedAt: filed.time,
    phase: story.phase(now),
    amount: filed.get("amount"),
    isNative: events.some((event) => (event.name === "Paid" ? event.get("token") === 0n : event.name === "Claimed")),
    outcome: executed ? OUTCOMES[executed.number("outcome")]! : "",
    share: executed?.number("share"),
    toCustomer: executed?.get("toCustomer") ?? 0n,
    toOrganisation: executed?.get("toOrganisation") ?? 0n,
    cost: executed?.get("cost") ?? 0n,
    costToCustomer: executed?.get("costToCustomer") ?? 0n,
    fromBond: executed?.get("fromBond") ?? 0n,
    isPending: story.phase(now) === "Escalated" && story.escalated?.get("isOutside") === 0n,
    isContested: story.isContested,
    isOutside: story.escalated?.get("isOutside") === 1n,
    rounds: rounds.map(({ round, end }) => ({
      seats: round.seats,
      votes: [...round.votes.values()],
      leaked: round.leaked.size,
      end: end?.name ?? "",
      ruling: round.hasMajority ? tally(round).ruling : undefined,
    })),
    promised: promises(story, now),
    anchored: story.anchored && anchored(story, story.anchored, events),
  };
}

function anchored(story: Story, event: Event, events: Event[]): AnchoredTold {
  const paid = events.find((one) => one.name === "Paid")!;
  return {
    at: event.number("anchoredAt"),
    sender: event.address("sender"),
    leaf: event.hash("leaf"),
    until: story.protectedUntil(paid.time),
  };
}

function promises(story: Story, now: number): Promised[] {
  // What is over before it was due has broken nothing.
  const over = story.withdrawn?.time ?? story.escalated?.time ?? story.executed?.time;
  const decided = story.deadlines.find((one) => one.what === "decide");
  if (decided) decided.at = story.accepted?.time ?? over;
  const order = ["acknowledge", "inform", "answer", "decide", "deliver", "confirm"];
  const sorted = [...story.deadlines].sort((a, b) => order.indexOf(a.what) - order.indexOf(b.what));
  return sorted.map(({ what, due, at }) => {
    const end = what === "confirm" ? now : (over ?? now);
    const seconds = Math.abs(due - (at ?? end));
    if (at !== undefined) return { what, due, at, state: at < due ? "kept" : "late", seconds };
    return { what, due, at, state: end < due ? "open" : "missed", seconds };
  });
}
