// The case's box of private evidence: who waits to read it, handing it to them, saying that it can't be opened, erasing.
import { json, post } from "./api";
import { carry, report } from "./progress";
import { isSignedIn, signedIn } from "./session";
import { me } from "./wallet";
import { say } from "./words";

interface Submission {
  digest: string;
  author: string;
  /** An envelope names the reader. */
  mine: boolean;
  missing: { account: string; recipient: string | null }[];
}

function box(): HTMLElement {
  return document.querySelector<HTMLElement>("[data-private-box]")!;
}

export async function show(): Promise<void> {
  const isReader = box().dataset["accounts"]!.split(" ").includes(me());
  const isIn = isReader && (await isSignedIn());
  when("signed-out", isReader && !isIn);
  const found = isIn ? await submissions() : [];
  const waiting = people(found.filter((one) => one.mine), true);
  const keyless = people(found, false);
  when("due", waiting.length > 0);
  const number = new Intl.NumberFormat(document.documentElement.lang).format(waiting.length);
  const button = box().querySelector<HTMLElement>("[data-hand-over]")!;
  button.textContent = say(waiting.length === 1 ? "seal-hand-over-one" : "seal-hand-over", { number });
  when("keyless", keyless.length > 0);
  const names = keyless.map((account) => `${account.slice(0, 6)}…${account.slice(-4)}`);
  box().querySelector<HTMLElement>("[data-keyless]")!.textContent = names.join(", ");
}

export async function press(button: HTMLElement): Promise<void> {
  if ("erase" in button.dataset) return erase(button.dataset["erase"]!);
  await signedIn();
  document.dispatchEvent(new Event("redress:account"));
  if ("handOver" in button.dataset) await handOver(button as HTMLButtonElement);
}

/** An arbitrator says that something can't be opened; its author then owes it to them. */
export async function complain(form: HTMLFormElement): Promise<void> {
  await signedIn();
  const reason = form.querySelector("input")!.value;
  await post(`/v1/evidence/${form.dataset["unopened"]}/unopened`, { reason });
  again(say("seal-unopened-said"));
}

/** Gives each one who waits the content keys, sealed to the key that the chain names. */
async function handOver(button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  try {
    // What seals weighs more than the page, and most who look have nothing to hand over.
    const parts = [import("./envelopes"), import("./envelope"), import("./seal"), import("./keyring")] as const;
    const [envelopes, { sealedItems }, { sealEnvelope }, { recipientsOf }] = await Promise.all(parts);
    const { envelopeOf, manifestOf, store } = envelopes;
    const due = (await submissions()).filter((one) => one.mine && people([one], true).length > 0);
    const recipients = await recipientsOf(people(due, true));
    for (const [at, { digest, missing }] of due.entries()) {
      report(say("seal-handing", { number: at + 1, of: due.length }), "busy");
      const to = missing.map((one) => one.account.toLowerCase()).filter((account) => recipients.has(account));
      const envelope = await envelopeOf(digest);
      await sealedItems(await manifestOf(digest), envelope);
      await store(digest, to, await sealEnvelope(envelope, [...new Set(to.map((account) => recipients.get(account)!))]));
    }
    report(say("seal-handed"), "done");
    await show();
  } finally {
    button.disabled = false;
  }
}

async function erase(digest: string): Promise<void> {
  await signedIn();
  await json(`/v1/evidence/${digest}`, { method: "DELETE" });
  again(say("seal-erased"));
}

function again(text: string): void {
  carry(text);
  location.reload();
}

async function submissions(): Promise<Submission[]> {
  return (await json<{ evidence: Submission[] }>(`/v1/cases/${box().dataset["complaint"]}/sealing`)).evidence;
}

/** Who cannot read these yet: with a key on chain, or without. */
function people(some: Submission[], withKey: boolean): string[] {
  const missing = some.flatMap((one) => one.missing).filter((one) => (one.recipient !== null) === withKey);
  return [...new Set(missing.map((one) => one.account.toLowerCase()))];
}

function when(state: string, holds: boolean): void {
  for (const part of box().querySelectorAll<HTMLElement>(`[data-when=${state}]`)) part.hidden = !holds;
}
