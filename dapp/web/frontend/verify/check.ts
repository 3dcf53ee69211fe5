// Checks a bundle from its first byte to its verdict (docs/audit.md); asks nobody anything.
import { decode, isKnown, type Event } from "./abi";
import { readBlocks } from "./car";
import { checkCase, readCase } from "./case";
import { inspect, Named, type Exhibit, type Inspected } from "./evidence";
import { asFault, attempt, demand, Fault } from "./fault";
import { EVIDENCE, MANDATORY, readClaim, readRecord, RECORDS, type Claim, type Log, type Part, type Record } from "./form";
import { checkOrganisation, ComplaintsTrail } from "./organisation";
import { Proofs } from "./proofs";
import { all, breathe, Stream } from "./stream";
import { tell, type Result, type State } from "./summary";
import { checkPrevious, type Previous } from "./verdict";
import { members, type Member } from "./zip";

const FORM = "bundle-form";
const MAX_CLAIM_BYTES = 256 << 20;
const MAX_LINE_BYTES = 32 << 20;
const COUNTS: { [kind in Record["kind"]]: [string, number] } = {
  complaint: ["ComplaintDesk", 0],
  organisation: ["OrganisationRegistry", 2],
};
const TRAILS: typeof COUNTS = { complaint: ["ComplaintDesk", 2], organisation: ["OrganisationRegistry", 3] };
const CLAIM = "bundle.json";

export interface Checked {
  state: State;
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
export async function check(file: Blob, trust: Trust, progress: Progress = () => {}, previous?: Previous): Promise<Checked> {
  const checked: Checked = { state: "refused", fault: undefined, claim: undefined, time: 0, results: [] };
  try {
    await run(file, trust, progress, previous, checked);
  } catch (error) {
    checked.fault = asFault(error, FORM);
    checked.state = "refused";
  }
  return checked;
}

async function run(
  file: Blob,
  trust: Trust,
  progress: Progress,
  previous: Previous | undefined,
  checked: Checked,
): Promise<void> {
  const found = new Map((await members(file)).map((member) => [member.name, member]));
  const names = [...found.keys()].join();
  demand(
    names === [CLAIM, RECORDS].join() || names === [CLAIM, RECORDS, EVIDENCE].join(),
    FORM,
    "the zip has other members",
  );
  const total = [...found.values()].reduce((sum, member) => sum + member.size, 0);
  let done = found.get(CLAIM)!.size;
  const advance = (bytes: number): void => progress((done += bytes), total);
  const claim = readClaim(await all(found.get(CLAIM)!, MAX_CLAIM_BYTES), isKnown);
  demand(
    (claim.evidence !== undefined) === found.has(EVIDENCE),
    FORM,
    "the evidence is there and not named, or the other way round",
  );
  checked.claim = claim;
  const proofs = await Proofs.of(claim, await trust(claim));
  checked.time = proofs.time;
  if (previous) checkPrevious(previous, claim);
  const isIncrement = claim.scope.kind === "history" && claim.scope.since !== null;
  const scope = new Counted(claim, isIncrement ? previous : undefined);
  const named = new Named();
  await readRecords(new Stream(found.get(RECORDS)!, advance), claim, proofs, scope, named, checked.results);
  const { exhibits, isExact } = await readEvidence(found.get(EVIDENCE), claim, named, advance);
  for (const result of checked.results) show(result, exhibits);
  checked.state = worst(checked.results);
  // Of a record that does not hold, not every proof was needed.
  if (checked.state === "refused") return;
  scope.check(proofs);
  demand(scope.named.size === claim.contracts.size, FORM, "a contract is named that has no events");
  proofs.done();
  demand(isExact, "evidence-differs", "there is evidence that no record names, or out of order");
}

async function readEvidence(
  member: Member | undefined,
  claim: Claim,
  named: Named,
  advance: (bytes: number) => void,
): Promise<Inspected> {
  if (!member) return inspect(named, { nodes: new Map(), kept: new Map() }, []);
  const { roots, ...said } = claim.evidence!;
  const stream = new Stream(member, advance, "evidence-differs");
  const blocks = await whole(stream, said, () => readBlocks(stream, roots, named.wanted));
  return inspect(named, blocks, roots);
}

async function readRecords(
  stream: Stream,
  claim: Claim,
  proofs: Proofs,
  scope: Counted,
  named: Named,
  results: Result[],
): Promise<void> {
  let lines = 0;
  await whole(stream, claim.records, async () => {
    for (let line = await stream.line(MAX_LINE_BYTES); line; line = await stream.line(MAX_LINE_BYTES)) {
      lines += 1;
      await breathe();
      const record = readRecord(line);
      scope.add(record);
      results.push(resultOf(record, claim, proofs, scope, named));
    }
  });
  demand(lines === claim.records.lines, FORM, "there are more or fewer records");
}

/** Reads a member to its end, whatever is found on the way: that it is not what was said comes first. */
async function whole<T>(stream: Stream, said: Part, work: () => Promise<T>): Promise<T> {
  let [failed, found]: [unknown, T | undefined] = [undefined, undefined];
  try {
    found = await work();
  } catch (error) {
    failed = error;
  }
  await stream.drain();
  demand(stream.size === said.size && stream.digest() === said.sha256, FORM, "a member has another size or hash");
  if (failed) throw failed;
  return found!;
}

function resultOf(record: Record, claim: Claim, proofs: Proofs, scope: Counted, named: Named): Result {
  const { kind, id } = record;
  const result: Result = {
    kind,
    id,
    state: "verified",
    fault: undefined,
    events: record.events?.length ?? 0,
    trail: undefined,
    told: undefined,
    digests: new Set(),
    exhibits: [],
  };
  try {
    if (!record.events) {
      result.trail = proofs.word(...TRAILS[kind], id);
      demand(result.trail === record.trail, "trail-differs", "it has changed since");
      const known = scope.previous?.trails.get(`${kind} ${id}`);
      demand(
        known === record.trail,
        "unknown",
        "it stands by its word alone: no earlier verdict says that it was verified as it is",
      );
      return result;
    }
    for (const log of record.events) {
      scope.named.add(log.contract);
      name(result, log, named);
    }
    result.trail = attempt(() => proofs.word(...TRAILS[kind], id));
    if (kind === "organisation") checkOrganisation(record, claim, proofs);
    else {
      const events = readCase(record, claim, proofs);
      scope.filed(events.find((event) => event.name === "Filed")!);
      result.told = tell(checkCase(record, events, claim, proofs), proofs.time);
    }
  } catch (error) {
    fail(result, asFault(error, "record-senseless"));
  }
  return result;
}

function fail(result: Result, fault: Fault): void {
  const states: { [code: string]: State } = { unknown: "unknown", "evidence-missing": "missing" };
  result.fault = fault;
  result.state = states[fault.code] ?? "refused";
}

/** Which argument names evidence. */
const NAMING: { [contract: string]: string } = {
  ComplaintDesk: "digest",
  ArbitrationCourt: "reason",
  OrganisationRegistry: "agreement",
};

function name(result: Result, log: Log, named: Named): void {
  const event = attempt(() => decode(log));
  const field = NAMING[log.contract] ?? "";
  if (!event?.has(field) || event.get(field) === 0n) return;
  const digest = event.hash(field);
  named.add(digest);
  result.digests.add(digest);
}

function show(result: Result, exhibits: Map<string, Exhibit>): void {
  result.exhibits = [...result.digests].map((digest) => exhibits.get(digest)!);
  if (result.state !== "verified") return;
  const state = ["differs", "missing"].find((one) => result.exhibits.some((exhibit) => exhibit.state === one));
  if (!state) return;
  fail(result, new Fault(`evidence-${state}`, "not all of its evidence is here and intact"));
}

function worst(results: Result[]): Checked["state"] {
  return (["refused", "missing", "unknown"] as const).find((state) => results.some((result) => result.state === state)) ?? "verified";
}

/** Whether the records are those that the scope names, all of them and in order. */
class Counted {
  readonly #last = { complaint: 0, organisation: 0 };
  readonly #count = { complaint: 0, organisation: 0 };
  readonly #against: ComplaintsTrail | undefined;
  #others = 0;
  /** The contracts that have events. */
  readonly named = new Set(MANDATORY);

  constructor(
    private readonly claim: Claim,
    readonly previous: Previous | undefined,
  ) {
    if (claim.scope.kind === "organisation") this.#against = new ComplaintsTrail(claim, claim.scope.organisation);
  }

  /** Throws `bundle-form`. */
  add({ kind, id }: Record): void {
    const { scope } = this.claim;
    demand(kind === "organisation" || this.#count.organisation === 0, FORM, "a case stands behind an organisation");
    demand(id > this.#last[kind], FORM, "the records are not by number");
    this.#last[kind] = id;
    this.#count[kind] += 1;
    const isOther =
      (scope.kind === "case" && !(kind === "complaint" && id === scope.complaint)) ||
      (scope.kind === "organisation" && kind === "organisation" && id !== scope.organisation);
    this.#others += isOther ? 1 : 0;
  }

  filed(event: Event): void {
    this.#against?.add(event);
  }

  /** Throws `scope-differs`, `count-differs`. */
  check(proofs: Proofs): void {
    const { scope } = this.claim;
    demand(this.#others === 0, "scope-differs", "the records are others than the scope names");
    if (scope.kind === "case") demand(this.#count.complaint === 1, "scope-differs", "the case is not there");
    if (scope.kind === "organisation") demand(
      this.#count.organisation === 1,
      "scope-differs",
      "the organisation is not there",
    );
    this.#against?.check(proofs);
    if (scope.kind !== "history") return;
    for (const [kind, place] of Object.entries(COUNTS)) {
      const found = BigInt(proofs.word(...place));
      const [count, last] = [this.#count[kind as Record["kind"]], this.#last[kind as Record["kind"]]];
      demand(BigInt(count) === found && count === last, "count-differs", `${kind}s are missing`);
    }
  }
}
