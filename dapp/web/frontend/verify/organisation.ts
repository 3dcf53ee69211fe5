// One organisation: its own trail, and that of the complaints against it (docs/audit.md, step 5).
import { decodeAll, type Event } from "./abi";
import { demand } from "./fault";
import { facts, foldFrom, foldOne } from "./fold";
import type { Claim, Record } from "./form";
import type { Proofs } from "./proofs";

const CONTRACT = "OrganisationRegistry";
const SLOT = { trail: 3, ofComplaints: 3 };
const NONE = "0x" + "0".repeat(64);

/** Throws `word-unproven`, `event-misplaced`, `record-senseless`, `trail-differs`. */
export function checkOrganisation(record: Record, claim: Claim, proofs: Proofs): void {
  const word = proofs.word(CONTRACT, SLOT.trail, record.id);
  const events = decodeAll(record.events!, (name) => claim.contracts.has(name));
  const isOurs = (event: Event): boolean => event.contract === CONTRACT && !event.receipt && event.time >= 0;
  const isHere = (event: Event): boolean => isOurs(event) && event.get("organisation") === BigInt(record.id);
  demand(events.every(isHere), "event-misplaced", "an event that this organisation does not have");
  const folded = events.length ? foldFrom(facts(claim, CONTRACT), record.id, events) : "";
  demand(folded === word, "trail-differs", "the events do not give the trail");
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
