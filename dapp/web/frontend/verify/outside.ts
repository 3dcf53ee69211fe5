// A case with arbitrators outside (contracts/OutsideArbitrators.sol).
import type { Event } from "./abi";
import { hash, unhex, word } from "./bytes";
import type { Verdict } from "./decision";
import { demand } from "./fault";
import type { Story } from "./story";

const CODE = "court-differs";
const CHOICES = 5n;
const STEP = 2500n;

/** Throws `court-differs`. @param events In the chain's order as far as it is known: those bound by a word first. */
export function hearOutside(story: Story, events: Event[]): Verdict | undefined {
  const escalated = story.escalated!;
  const [opened] = events;
  demand(opened?.name === "Opened" && opened.time === escalated.time, CODE, "no arbitrator took the case");
  const terms = keccak(opened, ["arbitrator", "id", "listing", "cost", "deadline"]);
  const pinned = opened.get("terms");
  demand(
    BigInt(terms) === pinned && pinned === escalated.get("terms") && opened.get("cost") === escalated.get("cost"),
    CODE,
    "the terms are others",
  );
  const rulings = events.filter((event) => event.name === "Ruling");
  const [ruling] = rulings;
  const same = !ruling || (ruling.get("_arbitrator") === opened.get("arbitrator") && ruling.get("_disputeID") === opened.get("id"));
  demand(
    rulings.length <= 1 && same && (!ruling || ruling.time < opened.number("deadline")),
    CODE,
    "a ruling of somebody else, or too late",
  );
  const choice = ruling && ruling.get("_ruling") <= CHOICES ? ruling.get("_ruling") : 0n;
  const [end, ...more] = events.filter((event) => event.name === "Concluded" || event.name === "Settled");
  demand(more.length === 0 && (end !== undefined) === (story.executed !== undefined), CODE, "the case ended otherwise");
  if (!end) return undefined;
  const record = [opened.get("arbitrator"), opened.get("id"), choice, opened.get("cost"), ruling?.time ?? 0];
  const found = hash(unhex("0x" + record.map(word).join("")));
  demand(
    found === end.hash("record") && found === story.executed!.hash("record") && end.time === story.executed!.time,
    CODE,
    "the record is another",
  );
  if (end.name === "Settled") return { ruling: 0n, isRefused: false, cost: opened.get("cost") };
  const verdict = { ruling: choice === 0n ? 0n : (choice - 1n) * STEP, isRefused: choice === 0n, cost: opened.get("cost") };
  const told = end.get("ruling") === verdict.ruling && (end.get("refused") === 1n) === verdict.isRefused;
  demand(told, "ruling-differs", "the ruling is not the choice");
  return verdict;
}

function keccak(event: Event, names: string[]): string {
  return hash(unhex("0x" + names.map((name) => word(event.get(name))).join("")));
}
