// Checks a bundle from its first byte to its verdict (docs/audit.md); asks nobody anything.
import { isKnown, type Event } from "./abi";
import { readBlocks } from "./car";
import { checkCase } from "./case";
import { inspect, Named, type Exhibit } from "./evidence";
import { asFault, demand, Fault } from "./fault";
import { EVIDENCE, readClaim, readRecord, RECORDS, type Claim, type Record } from "./form";
import { checkOrganisation, ComplaintsTrail } from "./organisation";
import { Proofs } from "./proofs";
import { all, breathe, Stream } from "./stream";
import { tell, type Result } from "./summary";
import { members } from "./zip";

const FORM = "bundle-form";
const MAX_CLAIM_BYTES = 256 << 20;
const MAX_LINE_BYTES = 32 << 20;
const COUNTS: { [kind in Record["kind"]]: [string, number] } = { complaint: ["ComplaintDesk", 0], organisation: ["OrganisationRegistry", 2] };
const TRAILS: typeof COUNTS = { complaint: ["ComplaintDesk", 2], organisation: ["OrganisationRegistry", 3] };
const CLAIM = "bundle.json";

export interface Checked {
  state: "verified" | "refused" | "unknown";
  /** Of the whole bundle; each record has its own. */
  fault: Fault | undefined;
  claim: Claim | undefined;
  time: number;
  results: Result[];
}

/** Tells how far it is: bytes of all members. */
export type Progress = (done: number, all: number) => void;
/** The block's hash that the reader trusts, once the bundle has said which block it is about. */
export type Trust = (claim: Claim) => Promise<string>;

/** Never throws: what goes wrong is the verdict. */
export async function check(file: Blob, trust: Trust, progress: Progress = () => {}): Promise<Checked> {
  const checked: Checked = { state: "refused", fault: undefined, claim: undefined, time: 0, results: [] };
  try {
    await run(file, trust, progress, checked);
  } catch (error) {
    checked.fault = asFault(error, FORM);
    checked.state = "refused";
  }
  return checked;
}

async function run(file: Blob, trust: Trust, progress: Progress, checked: Checked): Promise<void> {
  const found = new Map((await members(file)).map((member) => [member.name, member]));
  const names = [...found.keys()].join();
  demand(names === [CLAIM, RECORDS].join() || names === [CLAIM, RECORDS, EVIDENCE].join(), FORM, "the zip has other members");
  const total = [...found.values()].reduce((sum, member) => sum + member.size, 0);
  let done = found.get(CLAIM)!.size;
  const advance = (bytes: number): void => progress((done += bytes), total);
  const claim = readClaim(await all(found.get(CLAIM)!, MAX_CLAIM_BYTES), isKnown);
  demand((claim.evidence !== undefined) === found.has(EVIDENCE), FORM, "the evidence is there and not named, or the other way round");
  checked.claim = claim;
  const proofs = await Proofs.of(claim, await trust(claim));
  checked.time = proofs.time;
  const records = new Stream(found.get(RECORDS)!, advance);
  const named = new Named();
  const scope = await readRecords(records, claim, proofs, named, checked.results);
  scope.check(proofs);
  proofs.done();
  let exhibits = inspect(named, { roots: [], nodes: new Map(), kept: new Map() }, []);
  if (claim.evidence) {
    const stream = new Stream(found.get(EVIDENCE)!, advance);
    exhibits = inspect(named, await readBlocks(stream, named.wanted), claim.evidence.roots);
    demand(stream.size === claim.evidence.size && stream.digest() === claim.evidence.sha256, FORM, "the evidence has another size or hash");
  }
  for (const result of checked.results) show(result, exhibits);
  checked.state = worst(checked.results);
}

async function readRecords(stream: Stream, claim: Claim, proofs: Proofs, named: Named, results: Result[]): Promise<Counted> {
  const scope = new Counted(claim);
  let lines = 0;
  for (let line = await stream.line(MAX_LINE_BYTES); line; line = await stream.line(MAX_LINE_BYTES)) {
    lines += 1;
    await breathe();
    const record = readRecord(line, claim);
    scope.add(record);
    results.push(resultOf(record, claim, proofs, scope, named));
  }
  const { records } = claim;
  demand(lines === records.lines && stream.size === records.size && stream.digest() === records.sha256, FORM, "the records have another size or hash");
  return scope;
}

function resultOf(record: Record, claim: Claim, proofs: Proofs, scope: Counted, named: Named): Result {
  const { kind, id } = record;
  const result: Result = { kind, id, state: "verified", fault: undefined, events: record.events?.length ?? 0, told: undefined, digests: [], exhibits: [] };
  try {
    if (!record.events) {
      demand(proofs.word(...TRAILS[kind], id) === record.trail, "trail-differs", "it has changed since");
      result.state = "unknown";
    } else if (kind === "organisation") {
      name(result, checkOrganisation(record, claim, proofs), named);
    } else {
      const found = checkCase(record, claim, proofs);
      scope.filed(found.story.filed);
      result.told = tell(found, proofs.time);
      name(result, found.events, named);
    }
  } catch (error) {
    result.fault = asFault(error, "record-senseless");
    result.state = "refused";
  }
  return result;
}

/** Which argument names evidence. */
const NAMING: { [contract: string]: string } = { ComplaintDesk: "digest", ArbitrationCourt: "reason", OrganisationRegistry: "agreement" };

function name(result: Result, events: Event[], named: Named): void {
  for (const event of events) {
    const field = NAMING[event.contract] ?? "";
    if (!event.has(field) || event.get(field) === 0n) continue;
    const digest = event.hash(field);
    named.add(digest);
    if (!result.digests.includes(digest)) result.digests.push(digest);
  }
}

function show(result: Result, exhibits: Map<string, Exhibit>): void {
  result.exhibits = result.digests.map((digest) => exhibits.get(digest)!);
  if (result.state !== "verified") return;
  const state = ["differs", "missing"].find((one) => result.exhibits.some((exhibit) => exhibit.state === one));
  if (!state) return;
  result.fault = new Fault(`evidence-${state}`, "not all of its evidence is here and intact");
  result.state = "refused";
}

function worst(results: Result[]): Checked["state"] {
  return (["refused", "unknown"] as const).find((state) => results.some((result) => result.state === state)) ?? "verified";
}

/** Whether the records are those that the scope names, all of them and in order. */
class Counted {
  readonly #last = { complaint: 0, organisation: 0 };
  readonly #count = { complaint: 0, organisation: 0 };
  readonly #against: ComplaintsTrail | undefined;

  constructor(private readonly claim: Claim) {
    if (claim.scope.kind === "organisation") this.#against = new ComplaintsTrail(claim, claim.scope.organisation);
  }

  /** Throws `bundle-form`, `scope-differs`. */
  add({ kind, id, events }: Record): void {
    const { scope } = this.claim;
    demand(kind === "organisation" || this.#count.organisation === 0, FORM, "a case stands behind an organisation");
    demand(id > this.#last[kind], FORM, "the records are not by number");
    demand(events !== undefined || (scope.kind === "history" && scope.since !== null), FORM, "only an increment leaves events out");
    this.#last[kind] = id;
    this.#count[kind] += 1;
    if (scope.kind === "case") demand(kind === "complaint" && id === scope.complaint, "scope-differs", "another case than the scope names");
    const isOther = scope.kind === "organisation" && kind === "organisation" && id !== scope.organisation;
    demand(!isOther, "scope-differs", "another organisation than the scope names");
  }

  filed(event: Event): void {
    this.#against?.add(event);
  }

  /** Throws `scope-differs`, `count-differs`. */
  check(proofs: Proofs): void {
    const { scope } = this.claim;
    if (scope.kind === "case") demand(this.#count.complaint === 1, "scope-differs", "the case is not there");
    if (scope.kind === "organisation") demand(this.#count.organisation === 1, "scope-differs", "the organisation is not there");
    this.#against?.check(proofs);
    if (scope.kind !== "history") return;
    for (const [kind, place] of Object.entries(COUNTS)) {
      const found = BigInt(proofs.word(...place));
      const [count, last] = [this.#count[kind as Record["kind"]], this.#last[kind as Record["kind"]]];
      demand(BigInt(count) === found && count === last, "count-differs", `${kind}s are missing`);
    }
  }
}
