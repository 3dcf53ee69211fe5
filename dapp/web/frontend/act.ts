// A form with data-act becomes one transaction: prepare (API), sign (wallet), wait (block, then index).
import { indexed, post } from "./api";
import { clearDraft } from "./drafts";
import { carry, report } from "./progress";
import { me, mined, send, type Transaction } from "./wallet";
import { knows, say, Sentence } from "./words";

interface Prepared {
  transaction: Transaction;
}

interface Pending {
  hash: string;
  what: string;
  next: string;
  draft: string;
}

export type Params = Record<string, unknown>;

const PENDING = "redress.pending";

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

export async function act(form: HTMLFormElement, before: Before[]): Promise<void> {
  const what = form.dataset["what"] ?? "";
  try {
    if (!me()) throw new Sentence(say("connect-first"), say("connect-first-way"));
    lock(form, true);
    const found = params(form);
    for (const step of before) await step(form, found);
    report(say("preparing"), "busy");
    const prepared = await post<Prepared>(`/v1/actions/${form.dataset["act"]}`, { actor: me(), ...found });
    report(say("sign-now", { what }), "busy", say("sign-now-way"));
    const hash = await send(prepared.transaction);
    const next = (form.dataset["next"] ?? "").replace(/\{(\w+)\}/g, (_, name: string) => String(name === "actor" ? me() : (found[name] ?? "")));
    const pending = { hash, what, next, draft: form.dataset["draft"] ?? "" };
    localStorage.setItem(PENDING, JSON.stringify(pending));
    await finish(pending, form);
  } catch (error) {
    fail(error);
    form.dispatchEvent(new CustomEvent("failed", { detail: error }));
  } finally {
    lock(form, false);
  }
}

/** After a reload: goes on waiting for what was sent. */
export async function resumePending(): Promise<void> {
  const text = localStorage.getItem(PENDING);
  if (!text) return;
  await finish(JSON.parse(text) as Pending).catch(fail);
}

/** A form with data-stay says `acted` in place of a new page. */
async function finish({ hash, what, next, draft }: Pending, form?: HTMLFormElement): Promise<void> {
  report(say("sent", { what }), "busy", say("sent-way"));
  try {
    const block = await mined(hash, () => report(say("slow", { what }), "busy", say("slow-way")));
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

export function fail(error: unknown): void {
  const code = `error-${String((error as { code?: unknown }).code).replaceAll("_", "-")}`;
  if (knows(code)) report(say(code), "failed");
  else if (error instanceof Sentence) report(error.message, "failed", error.way);
  else report(say("unexpected", { reason: String((error as Error).message ?? error) }), "failed");
}

function lock(form: HTMLFormElement, locked: boolean): void {
  form.toggleAttribute("aria-busy", locked);
  for (const button of form.querySelectorAll("button")) button.disabled = locked;
}
