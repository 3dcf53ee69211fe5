// The verdict as docs/audit.md writes it down, and an earlier one, which an increment needs.
import type { Checked } from "./check";
import { demand } from "./fault";
import { ADDRESS, Fields, HASH } from "./fields";
import { MANDATORY, type Claim } from "./form";
import type { AnchoredTold, Result, Told } from "./summary";

const SCHEMA = "redress-verdict/1";

type Entry = Record<string, unknown>;

export function toVerdict(checked: Checked): Entry {
  const { claim, fault, results } = checked;
  const failed = fault ?? results.find((result) => result.fault)?.fault;
  return {
    schema: SCHEMA,
    verdict: failed?.code ?? "verified",
    message: failed?.detail ?? null,
    chain: claim ? `eip155:${claim.chain}` : null,
    block: claim?.block ?? null,
    scope: claim?.scope ?? null,
    contracts: claim ? Object.fromEntries([...claim.contracts].map(([name, { address }]) => [name, address])) : null,
    compared: null,
    entries: results.map(toEntry),
  };
}

function toEntry({ kind, id, fault, trail, told, exhibits }: Result): Entry {
  const named = (state: string): string[] => exhibits.filter((one) => one.state === state).map((one) => one.digest);
  return {
    kind,
    number: id,
    verdict: fault?.code ?? "verified",
    message: fault?.detail ?? null,
    trail: trail ?? null,
    pending: told?.isPending ?? false,
    evidence: { intact: named("intact").length, missing: named("missing"), differs: named("differs") },
    deadlines: told?.promised.map(({ what, due, at, state, seconds }) => {
      const isLate = state === "late" || state === "missed";
      return {
        what,
        deadline: due,
        at: at ?? null,
        late_seconds: isLate ? seconds : null,
        kept: state === "open" ? null : !isLate,
      };
    }) ?? [],
    votes: told?.rounds.map((round) => round.votes).filter((votes) => votes.length) ?? [],
    outcome: told?.outcome ? toOutcome(told) : null,
    anchored: told?.anchored ? toAnchored(told.anchored) : null,
  };
}

function toAnchored({ at, sender, leaf, until }: AnchoredTold): Entry {
  return { at, sender, leaf, protected_until: until };
}

function toOutcome(told: Told): Entry {
  return {
    outcome: told.outcome.replace(/(?!^)[A-Z]/g, (letter) => "-" + letter).toLowerCase(),
    share: told.share,
    to_customer: `${told.toCustomer}`,
    to_organisation: `${told.toOrganisation}`,
    cost: `${told.cost}`,
    cost_to_customer: `${told.costToCustomer}`,
    from_bond: `${told.fromBond}`,
  };
}

/** What an earlier verdict said. */
export interface Previous {
  chain: string;
  block: number;
  contracts: Map<string, string>;
  /** The words of what was verified and can change only with them, by kind and number. */
  trails: Map<string, string>;
}

/** Throws RangeError or SyntaxError for what is no verdict. */
export function readPrevious(text: string): Previous {
  const fields = new Fields(JSON.parse(text));
  fields.text("schema", /^redress-verdict\/1$/);
  const contracts = fields.object("contracts");
  const found: Previous = {
    chain: fields.text("chain"),
    block: fields.object("block").number("number"),
    contracts: new Map(contracts.names().map((name) => [name, contracts.text(name, ADDRESS)])),
    trails: new Map(),
  };
  for (const value of fields.array("entries", Infinity)) {
    const entry = new Fields(value);
    if (entry.text("verdict") !== "verified" || entry.any("pending") !== false || entry.any("trail") === null) continue;
    found.trails.set(`${entry.text("kind")} ${entry.number("number")}`, new Fields(value).text("trail", HASH));
  }
  return found;
}

/** Throws `previous-differs` unless the earlier verdict is of the block that the increment begins at. */
export function checkPrevious({ chain, block, contracts }: Previous, claim: Claim): void {
  const since = claim.scope.kind === "history" ? claim.scope.since : null;
  if (since === null) return;
  const same = MANDATORY.every((name) => contracts.get(name) === claim.contracts.get(name)?.address);
  demand(
    chain === `eip155:${claim.chain}` && block === since && same,
    "previous-differs",
    "the earlier verdict is of another block or contracts",
  );
}
