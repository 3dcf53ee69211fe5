// The money of a case: the order's or the claim's own trail, as the complaint found it and left it (step 6).
import type { Event } from "./abi";
import { foldFrom, type Facts } from "./fold";
import { demand } from "./fault";
import type { Story } from "./story";

const CODE = "order-differs";
/** Seconds after the protection in which an anchored complaint may be opened. */
const GRACE = 3 * 24 * 3600;

/** Throws `order-differs`. @param events Those bound by a word. */
export function checkOrder(story: Story, events: Event[], facts: Facts): void {
  const [first, ...rest] = events;
  const { filed, executed } = story;
  demand(first?.name === "Paid" || first?.name === "Claimed", CODE, "there is no payment");
  for (const name of ["organisation", "actor", "version", "amount"]) demand(
    first.get(name) === filed.get(name),
    CODE,
    `the payment has another ${name}`,
  );
  const frozen = rest.filter((event) => event.name === "OrderFrozen");
  const splits = rest.filter((event) => event.name === "Split");
  demand(
    frozen.length <= 1 && splits.length === (executed ? 1 : 0) && rest.length === frozen.length + splits.length,
    CODE,
    "the order has other events",
  );
  let word = foldFrom(facts, filed.hash("orderKey"), [first]);
  const thawed = word;
  if (frozen[0]) word = foldFrom(facts, filed.hash("orderKey"), [first, frozen[0]]);
  const found = filed.hash("orderTrail");
  demand(found === word || found === thawed, CODE, "the order's trail at the filing is another");
  demand(executed !== undefined || found === word, CODE, "nothing proves when the order was frozen");
  checkAnchored(story, first.time);
  if (!executed || !splits[0]) return;
  if (story.isClaim) word = foldFrom(facts, filed.hash("orderKey"), [first, splits[0]]);
  const left = executed.get("orderTrail");
  demand(left === (story.isClaim || frozen[0] ? BigInt(word) : 0n), CODE, "the order's trail at the end is another");
  checkSplit(story, splits[0], executed, facts);
}

/** It was anchored while the order was protected, and opened before its release. */
function checkAnchored(story: Story, paid: number): void {
  if (!story.anchored) return;
  const [at, until] = [story.anchored.number("anchoredAt"), story.protectedUntil(paid)];
  const fits = at >= paid && at < until && story.filed.time < until + GRACE;
  demand(fits, "record-senseless", "it was anchored when the order was not protected");
}

function checkSplit(story: Story, split: Event, executed: Event, facts: Facts): void {
  const same = ["toCustomer", "toOrganisation"].every((name) => split.get(name) === executed.get(name));
  const ofThis = split.get("complaint") === story.filed.get("complaint") && split.get("organisation") === story.filed.get("organisation");
  demand(
    same && ofThis && split.time === executed.time && split.address("actor") === facts.desk,
    CODE,
    "the order was split otherwise",
  );
}
