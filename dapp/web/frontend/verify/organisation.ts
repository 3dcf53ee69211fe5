// One organisation: its own trail, and that of the complaints against it (docs/audit.md, step 5).
import { decodeAll, type Event } from "./abi";
import { demand, under } from "./fault";
import { facts, foldFrom, foldOne } from "./fold";
import type { Claim, Record } from "./form";
import type { Proofs } from "./proofs";

const CONTRACT = "OrganisationRegistry";
const SLOT = { trail: 3, ofComplaints: 3 };
const NOT_FOLDED = ["CreditWithdrawn", "Credited", "PauseSet"];
const NONE = "0x" + "0".repeat(64);

/** Throws `event-misplaced`, `trail-differs`, `record-senseless`. */
export function checkOrganisation(record: Record, claim: Claim, proofs: Proofs): Event[] {
  const events = decodeAll(record.events!, (name) => claim.contracts.has(name));
  const isOurs = (event: Event): boolean => event.contract === CONTRACT && !event.receipt && event.time >= 0 && !NOT_FOLDED.includes(event.name);
  demand(events.every(isOurs), "event-misplaced", "an event that no organisation has");
  under("trail-differs", () => {
    const isHere = (event: Event): boolean => Number(event.get("organisation")) === record.id;
    demand(events.every(isHere), "event-misplaced", "an event of another organisation");
    const folded = events.length ? foldFrom(facts(claim, CONTRACT), record.id, events) : "";
    demand(folded === proofs.word(CONTRACT, SLOT.trail, record.id), "trail-differs", "the events do not give the trail");
  });
  demand(events[0]?.name === "OrganisationRegistered", "record-senseless", "the record does not begin with a registration");
  return events;
}

/** The trail of the complaints against an organisation: every `Filed` of them, folded one by one. */
export class ComplaintsTrail {
  #trail = NONE;

  constructor(
    private readonly claim: Claim,
    private readonly organisation: number,
  ) {}

  /** Throws `scope-differs` for a complaint against another. */
  add(filed: Event): void {
    demand(Number(filed.get("organisation")) === this.organisation, "scope-differs", "a case against another organisation");
    this.#trail = this.#trail === NONE ? foldFrom(facts(this.claim, "ComplaintDesk"), this.organisation, [filed]) : foldOne(this.#trail, filed);
  }

  /** Throws `count-differs`. */
  check(proofs: Proofs): void {
    const found = proofs.word("ComplaintDesk", SLOT.ofComplaints, this.organisation);
    demand(found === this.#trail, "count-differs", "the cases are not all against this organisation");
  }
}
