// A form with data-act becomes one signature: prepare (API), sign (wallet), wait (block, then index).
// Where the service relays, what is signed is the action itself, without a fee; else a transaction.
import { indexed, post } from "./api";
import { clearDraft } from "./drafts";
import { fail } from "./failure";
import { carry, PENDING, report } from "./progress";
import { type Prepared, relay, relayed } from "./relay";
import { me, mined, send } from "./wallet";
import { say, Sentence } from "./words";

interface Pending {
  /** Of the reader's own transaction, or "". */
  hash: string;
  /** As the relay calls it, or "". */
  relay: string;
  what: string;
  next: string;
  draft: string;
}

export type Params = Record<string, unknown>;

const readers: Record<string, (text: string) => unknown> = {
  int: (text) => Number.parseInt(text, 10),
  minutes: (text) => Number.parseInt(text, 10) * 60,
  flag: (text) => text === "true",
  percent: (text) => Math.round(Number.parseFloat(text) * 100),
  ether: (text) => wei(text).toString(),
};

/** "1.5" as wei. */
export function wei(text: string): bigint {
  const match = /^(\d+)(?:\.(\d{1,18}))?$/.exec(text.trim().replace(",", "."));
  if (!match) throw new Sentence(say("amount-invalid"), say("amount-invalid-way"));
  return BigInt(match[1]!) * 10n ** 18n + BigInt((match[2] ?? "").padEnd(18, "0"));
}

/** Named fields as the API takes them; "policy.track" goes into {policy: {track}}. Empty ones stay out. */
export function params(form: HTMLFormElement): Params {
  const result: Params = {};
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement)) continue;
    if (!field.name || field.value === "" || field.closest("[data-statement]")) continue;
    if (field instanceof HTMLInputElement && field.type === "radio" && !field.checked) continue;
    const value = (readers[field.dataset["as"] ?? ""] ?? String)(field.value);
    const path = field.name.split(".");
    const last = path.pop()!;
    let place: Params = result;
    for (const step of path) place = (place[step] ??= {}) as Params;
    place[last] = value;
  }
  return result;
}

/** Steps that a form needs before its transaction; they may add to `found`. */
export type Before = (form: HTMLFormElement, found: Params) => Promise<void>;

/** `isOnlySigned`: a complaint that goes no further now. */
export async function act(form: HTMLFormElement, before: Before[], isOnlySigned = false): Promise<void> {
  const what = form.dataset["what"] ?? "";
  try {
    if (!me()) throw new Sentence(say("connect-first"), say("connect-first-way"));
    lock(form, true);
    const found = params(form);
    for (const step of before) await step(form, found);
    report(say("preparing"), "busy");
    const prepared = await post<Prepared>(`/v1/actions/${form.dataset["act"]}`, { actor: me(), ...found });
    if (isOnlySigned) {
      const next = await (await import("./anchored")).handIn(prepared);
      clearDraft(form.dataset["draft"]!);
      location.assign(next);
      return;
    }
    const sent = await sign(prepared, what, form.querySelector("[data-own-fee]:checked") !== null);
    const next = (form.dataset["next"] ?? "").replace(/\{(\w+)\}/g, (_, name: string) => String(name === "actor" ? me() : (found[name] ?? "")));
    const pending = { ...sent, what, next, draft: form.dataset["draft"] ?? "" };
    localStorage.setItem(PENDING, JSON.stringify(pending));
    await finish(pending, form);
  } catch (error) {
    fail(error);
    form.dispatchEvent(new CustomEvent("failed", { detail: error }));
  } finally {
    lock(form, false);
  }
}

/** By the relay, unless the reader would rather pay, or must. */
async function sign(prepared: Prepared, what: string, isOwn: boolean): Promise<Pick<Pending, "hash" | "relay">> {
  const taken = isOwn ? null : await relay(prepared, what);
  if (taken) return { hash: "", relay: taken };
  report(say("sign-now", { what }), "busy", say("sign-now-way"));
  return { hash: await send(prepared.transaction), relay: "" };
}

/** After a reload: goes on waiting for what was sent. */
export async function resumePending(): Promise<void> {
  const text = localStorage.getItem(PENDING);
  if (!text) return;
  await finish(JSON.parse(text) as Pending).catch(fail);
}

/** A form with data-stay says `acted` in place of a new page. */
async function finish({ hash, relay, what, next, draft }: Pending, form?: HTMLFormElement): Promise<void> {
  report(say("sent", { what }), "busy", say("sent-way"));
  try {
    const slow = (): void => report(say("slow", { what }), "busy", say(relay ? "relay-slow-way" : "slow-way"));
    const block = await (relay ? relayed(relay, slow) : mined(hash, slow));
    report(say("indexing", { block }), "busy");
    await indexed(block);
    if (draft) clearDraft(draft);
    const done = say("done", { what, block });
    if (form?.dataset["stay"] !== undefined) {
      report(done, "done");
      form.dispatchEvent(new Event("acted"));
      return;
    }
    carry(done);
    if (next) location.assign(next);
    else location.reload();
  } finally {
    localStorage.removeItem(PENDING);
  }
}

function lock(form: HTMLFormElement, locked: boolean): void {
  form.toggleAttribute("aria-busy", locked);
  for (const button of form.querySelectorAll("button")) button.disabled = locked;
}
