// What a bundle says of itself: `bundle.json` and the lines of `records.jsonl`.
import { under } from "./fault";
import { ADDRESS, datas, Fields, HASH, texts } from "./fields";
import { parse, type Json } from "./json";

export const RECORDS = "records.jsonl";
export const EVIDENCE = "evidence.car";

export interface Part {
  size: number;
  sha256: string;
}

export type Scope =
  | { kind: "case"; complaint: number }
  | { kind: "organisation"; organisation: number }
  | { kind: "history"; since: number | null };

export interface Claim {
  chain: number;
  block: { number: number; hash: string };
  scope: Scope;
  contracts: Map<string, { address: string; codeHash: string }>;
  headers: string[];
  nodes: string[];
  records: Part & { lines: number };
  evidence: (Part & { roots: string[] }) | undefined;
}

export interface Receipt {
  block: number;
  transaction: number;
  log: number;
}

export interface Log {
  contract: string;
  topics: string[];
  data: string;
  /** Unix seconds, where something proves them. */
  time: number | undefined;
  receipt: Receipt | undefined;
}

export interface Record {
  kind: "complaint" | "organisation";
  id: number;
  /** Nothing where it stands as it was in an earlier bundle, with this word. */
  events: Log[] | undefined;
  trail: string | undefined;
}

const CHAIN = /^eip155:[1-9][0-9]{0,15}$/;
const MOST = 1 << 22;
export const MANDATORY = ["ComplaintDesk", "OrganisationRegistry", "OrderEscrow", "ArbitrationCourt"];

/** Throws `bundle-form`. */
export function readClaim(data: Uint8Array, known: (contract: string) => boolean): Claim {
  return under("bundle-form", () => {
    const fields = new Fields(parse(data));
    fields.text("schema", /^redress-bundle\/1$/);
    const block = fields.object("block");
    const members = fields.object("members");
    const claim: Claim = {
      chain: Number(fields.text("chain", CHAIN).slice(7)),
      block: { number: block.number("number"), hash: block.text("hash", HASH) },
      scope: scope(fields.object("scope")),
      contracts: contracts(fields.object("contracts"), known),
      headers: datas(fields.array("headers", MOST)),
      nodes: datas(fields.array("nodes", MOST)),
      ...parts(members),
    };
    for (const part of [fields, block, members]) part.done();
    if (!Number.isSafeInteger(claim.chain)) throw new RangeError("no such chain");
    return claim;
  });
}

function scope(fields: Fields): Scope {
  const kind = fields.text("kind", /^(case|organisation|history)$/);
  let found: Scope;
  if (kind === "case") found = { kind, complaint: fields.number("complaint", 1) };
  else if (kind === "organisation") found = { kind, organisation: fields.number("organisation", 1) };
  else found = { kind: "history", since: maybe(fields.any("since")) };
  fields.done();
  return found;
}

function maybe(since: Json): number | null {
  if (since === null) return null;
  return new Fields({ since }).number("since");
}

function contracts(fields: Fields, known: (contract: string) => boolean): Claim["contracts"] {
  const found: Claim["contracts"] = new Map();
  for (const name of fields.names()) {
    if (!known(name)) throw new RangeError(`unknown contract ${name.slice(0, 40)}`);
    const one = fields.object(name);
    found.set(name, { address: one.text("address", ADDRESS), codeHash: one.text("code_hash", HASH) });
    one.done();
  }
  if (MANDATORY.some((name) => !found.has(name))) throw new RangeError("a contract is missing");
  if (new Set([...found.values()].map((one) => one.address)).size !== found.size) throw new RangeError("two contracts at one address");
  return found;
}

function parts(members: Fields): Pick<Claim, "records" | "evidence"> {
  const part = (fields: Fields): Part => ({ size: fields.number("size"), sha256: fields.text("sha256", HASH) });
  const lines = members.object(RECORDS);
  const records = { ...part(lines), lines: lines.number("lines") };
  lines.done();
  if (!members.has(EVIDENCE)) return { records, evidence: undefined };
  const blocks = members.object(EVIDENCE);
  const evidence = { ...part(blocks), roots: texts(blocks.array("roots", MOST), HASH) };
  if (evidence.roots.length === 0) throw new RangeError("evidence without a manifest");
  blocks.done();
  return { records, evidence };
}

/** One line. Throws `bundle-form`. */
export function readRecord(line: Uint8Array): Record {
  return under("bundle-form", () => {
    const fields = new Fields(parse(line));
    const kind = fields.has("complaint") ? "complaint" : "organisation";
    const id = fields.number(kind, 1);
    const isWhole = fields.has("events");
    const events = isWhole ? fields.array("events", MOST).map(readEvent) : undefined;
    const trail = isWhole ? undefined : fields.text("trail", HASH);
    fields.done();
    return { kind, id, events, trail };
  });
}

function readEvent(value: Json): Log {
  const fields = new Fields(value);
  const receipt = fields.has("receipt") ? fields.object("receipt") : undefined;
  const event: Log = {
    contract: fields.text("contract"),
    topics: texts(fields.array("topics", 4), HASH),
    data: fields.data("data"),
    time: fields.has("time") ? fields.number("time") : undefined,
    receipt: receipt && {
      block: receipt.number("block"),
      transaction: receipt.number("transaction"),
      log: receipt.number("log"),
    },
  };
  receipt?.done();
  fields.done();
  if (event.topics.length === 0) throw new RangeError("an event without a topic");
  return event;
}
