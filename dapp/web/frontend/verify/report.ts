// The verdict, for people: plain sentences first, details to unfold.
import type { Checked } from "./check";
import { code, facts, make } from "./dom";
import type { Exhibit } from "./evidence";
import type { Scope } from "./form";
import { amount, count, say, share, span, time } from "./say";
import type { AnchoredTold, Promised, Result, RoundTold, Told } from "./summary";

const ROWS = 100;
const ORGANISATIONS = ["acknowledge", "answer", "deliver"];

/** One sentence on all of it. */
export function headline({ state, fault, claim, results }: Checked): string {
  if (fault) return say("not-verified", { why: say(`code-${fault.code}`) });
  const bad = results.filter((result) => result.state === state).length;
  const values = { block: claim?.block.number ?? 0, count: count(bad), all: count(results.length) };
  return say(`whole-${state}`, values);
}

export function report(checked: Checked): HTMLElement[] {
  const { claim, time: at, results, fault } = checked;
  const parts: HTMLElement[] = [];
  if (fault) parts.push(make("p", { class: "muted" }, `${fault.code}: ${fault.detail}`));
  if (claim && at) {
    parts.push(make("p", {}, say("as-of", { block: claim.block.number, when: time(at), chain: `eip155:${claim.chain}` })));
    parts.push(make("p", {}, say(`scope-${claim.scope.kind}`, { id: subject(claim.scope) })));
    parts.push(addresses(checked));
  }
  for (const kind of ["complaint", "organisation"] as const) {
    const found = results.filter((result) => result.kind === kind);
    if (found.length) parts.push(table(kind, found));
  }
  return parts;
}

function subject(scope: Scope): number {
  if (scope.kind === "case") return scope.complaint;
  return scope.kind === "organisation" ? scope.organisation : 0;
}

function addresses({ claim }: Checked): HTMLElement {
  const known = [...claim!.contracts].map(([name, { address }]): [string, Node] => [name, code(address)]);
  const block: [string, Node] = [say("block-hash"), code(claim!.block.hash)];
  return make(
    "details",
    { open: "" },
    make("summary", {}, say("contracts")),
    make("p", { class: "muted" }, say("contracts-hint")),
    facts([block, ...known]),
  );
}

function table(kind: Result["kind"], results: Result[]): HTMLElement {
  const order = ["refused", "missing", "unknown", "verified"];
  const sorted = [...results].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.id - b.id);
  const isCase = kind === "complaint";
  const columns = isCase ? ["case", "verdict", "decision", "evidence", "promises"] : ["organisation", "verdict", "evidence"];
  const head = make(
    "thead",
    {},
    make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, say(`column-${name}`)))),
  );
  const body = make("tbody", {}, ...sorted.slice(0, ROWS).flatMap(rows));
  const caption = make("caption", {}, say(`caption-${kind}`, { count: count(results.length) }));
  const found = make(
    "div",
    { class: "scroll", tabindex: "0", role: "group", "aria-label": say(`caption-${kind}`, { count: count(results.length) }) },
  );
  found.append(make("table", { class: "checked" }, caption, head, body));
  if (sorted.length > ROWS) found.append(more(body, sorted.slice(ROWS)));
  return found;
}

/** The rest of the rows, on request: tens of thousands at once would stop the page. */
function more(body: HTMLElement, rest: Result[]): HTMLElement {
  const button = make("button", { type: "button", class: "secondary" }, say("more-rows", { count: count(rest.length) }));
  button.addEventListener("click", () => {
    body.append(...rest.splice(0, ROWS).flatMap(rows));
    button.textContent = say("more-rows", { count: count(rest.length) });
    button.hidden = rest.length === 0;
  });
  return button;
}

function rows(result: Result): HTMLElement[] {
  const { told, state, fault } = result;
  const cell = (column: string, ...inside: (Node | string | undefined)[]): HTMLElement =>
    make("td", { "data-label": say(`column-${column}`) }, ...inside);
  const name = make(
    "th",
    { scope: "row", "data-label": say(result.kind === "complaint" ? "column-case" : "column-organisation") },
    `${result.id}`,
  );
  const badge = make("span", { class: "badge", "data-state": state }, say(`state-${state}`));
  const verdict = cell("verdict", badge, fault ? make("small", {}, " ", say(`code-${fault.code}`)) : undefined);
  const cells = [cell("evidence", evidence(result))];
  if (result.kind === "complaint") {
    cells.unshift(cell("decision", decision(told)));
    cells.push(cell("promises", promised(told)));
  }
  const inside = details(result);
  const row = make("tr", { "data-row": `${result.kind}-${result.id}` }, name, verdict, ...cells);
  if (!inside.length) return [row];
  const summary = make("summary", {}, say(`details-${result.kind}`, { id: result.id }));
  return [
    row,
    make("tr", { class: "more" }, make("td", { colspan: `${cells.length + 2}` }, make("details", {}, summary, ...inside))),
  ];
}

function decision(told: Told | undefined): string {
  if (!told) return "–";
  if (!told.outcome) return say(`phase-${told.phase.toLowerCase()}`);
  const values = { share: share(told.share ?? 0), amount: amount(told.toCustomer, told.isNative) };
  return say(`outcome-${told.outcome.toLowerCase()}`, values);
}

function evidence({ state, exhibits, digests }: Result): string {
  if (!digests.size) return state === "unknown" ? "–" : say("evidence-none");
  if (!exhibits.length) return "–";
  const intact = exhibits.filter((exhibit) => exhibit.state === "intact").length;
  return say("evidence-count", { count: count(intact), all: count(exhibits.length) });
}

function promised(told: Told | undefined): string {
  if (!told) return "–";
  const isBroken = ({ state }: Promised): boolean => state === "late" || state === "missed";
  const broken = told.promised.filter((one) => isBroken(one) && ORGANISATIONS.includes(one.what));
  if (!broken.length) return say("promises-kept");
  return broken.map((one) => `${say(`promise-${one.what}`)}: ${stateOf(one)}`).join("; ");
}

function stateOf(one: Promised): string {
  return say(`promise-is-${one.state}`, { span: span(one.seconds) });
}

function details(result: Result): Node[] {
  const { fault, told, exhibits } = result;
  const parts: Node[] = [];
  if (fault) parts.push(make("p", {}, code(`${fault.code}: ${fault.detail}`)));
  if (told) {
    parts.push(facts(money(told)));
    const votes = told.rounds.map((round, at) => make("li", {}, vote(round, at)));
    if (votes.length) parts.push(make("h4", {}, say("votes")), make("ul", {}, ...votes));
    parts.push(
      make("h4", {}, say("column-promises")),
      facts(told.promised.map((one) => [say(`promise-${one.what}`), when(one)])),
    );
    if (told.anchored) parts.push(make("p", {}, anchored(told.anchored)));
    if (told.isContested) parts.push(make("p", {}, say("contested")));
  }
  if (exhibits.length) parts.push(make("h4", {}, say("column-evidence")), make("ul", {}, ...exhibits.map(exhibit)));
  if (told || result.events) parts.push(make("p", { class: "muted" }, say("events", { count: count(result.events) })));
  return parts;
}

function anchored({ at, sender, until }: AnchoredTold): string {
  return say("anchored", { at: time(at), sender, until: time(until) });
}

function money(told: Told): [string, string][] {
  const whole: [string, string][] = [
    [say("column-organisation"), `${told.organisation}`],
    [say("filed-at"), time(told.filedAt)],
    [say("amount"), amount(told.amount, told.isNative)],
  ];
  if (!told.outcome) return whole;
  const costs: [string, string][] = [
    [say("cost"), amount(told.cost, true)],
    [say("cost-to-customer"), amount(told.costToCustomer, true)],
  ];
  return [
    ...whole,
    [say("to-customer"), amount(told.toCustomer, told.isNative)],
    [say("to-organisation"), amount(told.toOrganisation, told.isNative)],
    ...(told.cost ? costs : []),
  ];
}

function vote(round: RoundTold, at: number): string {
  const votes = round.votes.map((one) => share(one)).join(", ") || "–";
  const values = {
    number: at + 1,
    seats: round.seats,
    votes,
    ruling: round.ruling === undefined ? "–" : share(round.ruling),
  };
  return say(round.ruling === undefined ? "round-void" : round.end === "Appealed" ? "round-appealed" : "round", values);
}

function when(one: Promised): string {
  return `${say("due", { when: time(one.due) })} ${stateOf(one)}`;
}

function exhibit({ digest, state, items }: Exhibit): HTMLElement {
  const inside = items.map((item) => {
    const sealed = item.isSealed ? ` (${say("sealed")})` : "";
    return make("li", { dir: "auto" }, `${item.name} – ${say(`exhibit-is-${item.state}`)}${sealed}`);
  });
  return make(
    "li",
    {},
    code(digest.slice(0, 18)),
    " ",
    say(`exhibit-is-${state}`),
    inside.length ? make("ul", {}, ...inside) : undefined,
  );
}
