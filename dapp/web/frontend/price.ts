// What a complaint asks for, in the coin of its order, and what it costs to file it.
import { post } from "./api";
import { hasRelay, type Prepared } from "./relay";
import { say, Sentence } from "./words";

const WEI = 10n ** 18n;
const FULL = 10_000n;
/** In place of a digest that is not known yet: it is as long, and costs the same. */
const SOME_DIGEST = "0x" + "11".repeat(32);

/** Kept for each order: it hardly changes while somebody writes. */
const fees = new Map<string, Promise<string>>();

/** A share of what was paid, as the contract cuts it; "" where there is none. */
export function share(order: HTMLInputElement | null, percent: string): string {
  const part = Math.round(Number.parseFloat(percent) * 100);
  if (!order?.dataset["units"] || !Number.isFinite(part) || part < 0) return "";
  const units = (BigInt(order.dataset["units"]) * BigInt(part)) / FULL;
  const token = order.dataset["token"]!;
  if (token) return say("share-units", { number: new Intl.NumberFormat(language()).format(units), token });
  const eighths = new Intl.NumberFormat(language(), { maximumFractionDigits: 8 });
  return `${eighths.format(Number(units / (WEI / 10n ** 8n)) / 1e8)}\u00a0ETH`;
}

/** What filing about that order comes to now, in words; why it cannot be done, if so. */
export function fee(form: HTMLFormElement, order: string): Promise<string> {
  const known = fees.get(order);
  if (known) return known;
  const category = Number(form.querySelector<HTMLSelectElement>("select[name=category]")!.value);
  const asked = { actor: form.dataset["account"], order, demand: Number(FULL), category, digest: SOME_DIGEST };
  const found = post<Prepared>("/v1/actions/file", asked)
    .then(({ cost }) => (cost ? told(cost) : say("fee-unknown")))
    .catch((error: unknown) => {
      fees.delete(order);
      return error instanceof Sentence ? error.message : say("fee-unknown");
    });
  fees.set(order, found);
  return found;
}

function told(cost: NonNullable<Prepared["cost"]>): string {
  const values = { fee: ether(cost.fee), most: ether(cost.fee_at_most) };
  return say(hasRelay() ? "fee-saved" : "fee-own", values);
}

function ether(wei: string): string {
  const two = new Intl.NumberFormat(language(), { maximumSignificantDigits: 2 });
  return `${two.format(Number(wei) / Number(WEI))}\u00a0ETH`;
}

function language(): string {
  return document.documentElement.lang;
}
