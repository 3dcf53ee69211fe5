// What the desk's events tell, held against its rules (contracts/Answers.sol, ComplaintDesk.sol, libraries/Phases.sol).
import type { Event } from "./abi";
import { demand } from "./fault";

export type Phase =
  | "Filed" | "Asked" | "Overdue" | "Offered" | "Lapsed" | "Pledged" | "Broken" | "Delivered" | "Kept"
  | "Escalated" | "Paid" | "Closed" | "Confirmed" | "Withdrawn";

export const OUTCOMES = [
  "",
  "Accepted",
  "AcceptedBySilence",
  "Defaulted",
  "Ruled",
  "Refused",
  "Settled",
  "PledgeBroken",
  "PledgeKept",
];

/** A window of the rules: what was due by whom, when, and when it was done. */
export interface Deadline {
  what: "acknowledge" | "answer" | "inform" | "decide" | "deliver" | "confirm";
  due: number;
  at: number | undefined;
}

interface Pledge {
  hours: number;
  refund: bigint;
}

const CODE = "record-senseless";
const HOUR = 3600;
const DAY = 24 * HOUR;
const OFFER_WINDOW = 7 * DAY;
const REPLY_WINDOW = 72 * HOUR;
const OFFER_STEP = 500n;
const OPEN: Phase[] = ["Filed", "Asked", "Offered"];
/** What `execute` and its like can do, by the phase. */
const ENDINGS: { [outcome: string]: Phase[] } = {
  Accepted: ["Offered"],
  AcceptedBySilence: ["Lapsed"],
  Defaulted: ["Overdue"],
  Ruled: ["Escalated"],
  Refused: ["Escalated"],
  Settled: ["Escalated"],
  PledgeBroken: ["Broken"],
  PledgeKept: ["Delivered", "Kept"],
};

export class Story {
  readonly deadlines: Deadline[] = [];
  escalated: Event | undefined;
  executed: Event | undefined;
  withdrawn: Event | undefined;
  anchored: Event | undefined;
  /** Of a pledge. */
  accepted: Event | undefined;
  /** Of a claim that nobody answered the organisation pays all costs. */
  allCosts = false;
  isContested = false;
  readonly proposals: Event[] = [];
  #state: Phase = "Filed";
  #deadline: number;
  /** Minutes: before the answer deadline the first reply is due, or in Asked what was left to answer. */
  #minutes: number;
  #offer = 0n;
  #offers = 0;
  #asks = 0;
  #isAcknowledged = false;
  #isAccusing = false;
  /** How many events came after the filing. */
  #place = 0;
  #pledge: Pledge | undefined;
  readonly #raters = new Set<bigint>();

  /** Throws `record-senseless`. @param events The desk's, as they came. */
  constructor(
    readonly filed: Event,
    readonly isClaim: boolean,
    events: Event[],
  ) {
    demand(filed.name === "Filed", CODE, "the record does not begin with a filing");
    this.#deadline = filed.number("answerDeadline");
    this.#minutes = (this.#deadline - filed.number("acknowledgeDeadline")) / 60;
    this.#checkClock();
    this.deadlines.push({ what: "acknowledge", due: filed.number("acknowledgeDeadline"), at: undefined });
    this.deadlines.push({ what: "answer", due: this.#deadline, at: undefined });
    let before = filed.time;
    for (const event of events) {
      const step = this.#steps[event.name];
      demand(step !== undefined && event.time >= before, CODE, `${event.name} is out of place`);
      step(event, this.phase(event.time));
      before = event.time;
      this.#place += 1;
    }
  }

  get demand(): bigint {
    return (this.escalated ?? this.filed).get("demand");
  }

  /** The cash that the customer could have had at escalation. */
  get offer(): bigint {
    return this.escalated?.get("offer") ?? 0n;
  }

  /** The share that the desk's own rules lead to, where no court decides. */
  get share(): bigint {
    return this.#offer;
  }

  /** Until when an order paid then is protected. */
  protectedUntil(paid: number): number {
    return paid + Number((this.filed.get("policy") >> 232n) & 0xfffn) * HOUR;
  }

  phase(time: number): Phase {
    const isOver = time >= this.#deadline;
    const after: { [state: string]: Phase } = {
      Filed: "Overdue",
      Offered: "Lapsed",
      Paid: "Closed",
      Pledged: "Broken",
      Delivered: "Kept",
    };
    if (this.#state !== "Asked") return (isOver && after[this.#state]) || this.#state;
    if (!isOver) return "Asked";
    return time >= this.#answerDeadline ? "Overdue" : "Filed";
  }

  /** In Asked: as it will be without a reply. */
  get #answerDeadline(): number {
    return this.#state === "Asked" ? this.#resumed(this.#deadline) : this.#deadline;
  }

  #resumed(time: number): number {
    return time + Math.max(DAY, this.#minutes * 60);
  }

  /** The clock that the policy named (contracts/types/Policy.sol). */
  #checkClock(): void {
    const { filed } = this;
    const policy = filed.get("policy");
    const field = (shift: number, mask: bigint): number => Number((policy >> BigInt(shift)) & mask);
    const hour = BigInt((Math.floor(filed.time / HOUR) + 72) % 168);
    const promised = field(((policy >> hour) & 1n) === 1n ? 168 : 188, 0xfffffn);
    const answer = field(208, 0xfffn) * HOUR;
    const minutes = Math.floor((answer - promised) / 60);
    demand(this.#deadline === filed.time + answer && this.#minutes === minutes, CODE, "the clock is not the policy's");
  }

  #due(what: Deadline["what"]): Deadline {
    return this.deadlines.filter((one) => one.what === what).at(-1)!;
  }

  readonly #steps: { [name: string]: (event: Event, phase: Phase) => void } = {
    FiledAnchored: (event) => {
      const isFirst = this.#place === 0 && event.time === this.filed.time && !this.isClaim;
      const isOfCustomer = event.get("actor") === this.filed.get("actor");
      demand(isFirst && isOfCustomer && event.number("anchoredAt") <= event.time, CODE, "an anchoring out of place");
      this.anchored = event;
    },
    Acknowledged: (event, phase) => {
      demand((phase === "Filed" || phase === "Asked") && !this.#isAcknowledged, CODE, "a second first reply");
      this.#isAcknowledged = true;
      this.#due("acknowledge").at = event.time;
    },
    InformationRequested: (event, phase) => {
      demand(phase === "Filed" && this.#isAcknowledged && this.#asks < 2, CODE, "a question out of place");
      const left = Math.floor((this.#answerDeadline - event.time + 59) / 60);
      [this.#state, this.#minutes] = ["Asked", left];
      this.#asks += 1;
      this.#until(event, event.time + REPLY_WINDOW);
      this.deadlines.push({ what: "inform", due: this.#deadline, at: undefined });
      this.#due("answer").due = this.#answerDeadline;
    },
    Informed: (event, phase) => {
      demand(phase === "Asked", CODE, "a reply to no question");
      this.#until(event, this.#resumed(event.time), "answerDeadline");
      [this.#state, this.#minutes] = ["Filed", 0];
      this.#due("inform").at = event.time;
      this.#due("answer").due = this.#deadline;
    },
    Offered: (event, phase) => {
      const least = this.#offers === 0 ? 0n : (phase === "Offered" ? this.#offer : 0n) + OFFER_STEP;
      demand(event.get("share") >= least, CODE, "an offer that is no better");
      this.#offered(event, phase, event.get("share"));
    },
    PledgeOffered: (event, phase) => {
      demand(this.#offers === 0, CODE, "a pledge after an offer");
      this.#offered(event, phase, 0n);
      this.#pledge = { hours: event.number("dueHours"), refund: event.get("refund") };
    },
    PledgeAccepted: (event, phase) => {
      const pledge = this.#pledge;
      const isDue = (phase === "Offered" || phase === "Lapsed") && this.#offer === 0n && pledge !== undefined;
      demand(isDue && event.get("refund") === pledge.refund, CODE, "no such pledge");
      this.#until(event, event.time + pledge.hours * HOUR);
      [this.#state, this.#offer, this.accepted] = ["Pledged", pledge.refund, event];
      this.deadlines.push({ what: "deliver", due: this.#deadline, at: undefined });
    },
    Delivered: (event, phase) => {
      demand(phase === "Pledged", CODE, "a delivery of nothing");
      this.#until(event, event.time + OFFER_WINDOW);
      this.#state = "Delivered";
      this.#due("deliver").at = event.time;
    },
    Reopened: (event, phase) => {
      demand(phase === "Delivered", CODE, "nothing to reopen");
      this.#until(event, event.time + OFFER_WINDOW);
      [this.#state, this.#offer, this.#pledge] = ["Offered", 0n, undefined];
    },
    Withdrawn: (event, phase) => {
      const bySilence = phase === "Lapsed" && this.#offer === 0n && !this.#pledge;
      demand(OPEN.includes(phase) || bySilence || (this.isClaim && phase === "Overdue"), CODE, "nothing to withdraw");
      [this.#state, this.withdrawn] = ["Withdrawn", event];
    },
    Escalated: (event, phase) => {
      this.allCosts = this.isClaim && phase === "Overdue";
      demand(phase === "Offered" || this.allCosts, CODE, "an escalation out of place");
      const [asked, offered] = [event.get("demand"), event.get("offer")];
      const fits = this.allCosts ? asked === this.demand && offered === 0n : asked > offered && offered === this.#offer;
      demand(fits, CODE, "an escalation on other numbers");
      [this.#state, this.escalated, this.#offer] = ["Escalated", event, offered];
    },
    SettlementProposed: (event, phase) => {
      demand(phase === "Escalated", CODE, "a settlement of nothing");
      this.proposals.push(event);
    },
    Executed: (event, phase) => {
      const outcome = OUTCOMES[event.number("outcome")] ?? "";
      demand(ENDINGS[outcome]?.includes(phase) ?? false, CODE, "an ending that could not be");
      demand(outcome !== "Defaulted" || !this.isClaim, CODE, "silence proves no claim");
      const confirm = Number((this.filed.get("policy") >> 220n) & 0xfffn) * HOUR;
      this.#until(event, event.time + confirm, "confirmDeadline");
      [this.#state, this.executed] = ["Paid", event];
      this.deadlines.push({ what: "confirm", due: this.#deadline, at: undefined });
    },
    Confirmed: (event, phase) => {
      demand(phase === "Paid", CODE, "nothing to confirm");
      this.#state = "Confirmed";
      this.#due("confirm").at = event.time;
    },
    Rated: (event, phase) => {
      const side = event.get("byCustomer");
      demand((phase === "Confirmed" || phase === "Closed") && !this.#raters.has(side), CODE, "a rating out of place");
      this.#raters.add(side);
    },
    EvidenceSubmitted: (_, phase) => {
      demand([...OPEN, "Pledged", "Delivered", "Escalated"].includes(phase), CODE, "evidence out of place");
    },
    Contested: (_, phase) => {
      demand(OPEN.includes(phase) && this.#isAcknowledged && !this.isContested, CODE, "nothing to contest");
      this.isContested = true;
    },
    Accused: (_, phase) => {
      demand(OPEN.includes(phase) && !this.#isAccusing, CODE, "an accusation out of place");
      this.#isAccusing = true;
    },
    AccusedNamed: (_, phase) => demand(OPEN.includes(phase) && this.#isAccusing, CODE, "nobody was accused"),
  };

  #offered(event: Event, phase: Phase, share: bigint): void {
    this.#offers += 1;
    const isNext = event.number("number") === this.#offers && this.#offers <= 4 && this.#isAcknowledged;
    demand(OPEN.includes(phase) && isNext, CODE, "an offer out of place");
    this.#until(event, event.time + OFFER_WINDOW);
    [this.#state, this.#offer, this.#minutes] = ["Offered", share, 0];
    this.#due("answer").at ??= event.time;
    if (this.#offers === 1) this.deadlines.push({ what: "decide", due: 0, at: undefined });
    this.#due("decide").due = this.#deadline;
  }

  /** The event's own deadline must be the one that the rules give. */
  #until(event: Event, deadline: number, name = "deadline"): void {
    demand(event.number(name) === deadline, CODE, `${event.name} names another deadline`);
    this.#deadline = deadline;
  }
}
