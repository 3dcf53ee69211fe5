// The reader's keys for private evidence: kept in this browser under a passphrase, open only in this page's memory.
import type { Params } from "./act";
import { selector, words } from "./hash";
import type { Key } from "./keys";
import { report } from "./progress";
import { call, me, onChain } from "./wallet";
import { say, Sentence } from "./words";

interface Kept {
  /** age1… */
  recipient: string;
  /** An age file under a passphrase, in base64: the same bytes as the backup. */
  backup: string;
}

const opened = new Map<string, Key>();
const made = new WeakMap<HTMLFormElement, { key: Key; passphrase: string }>();
let asking: Promise<void> | null = null;

function slot(): string {
  return `redress.keys.${me()}`;
}

/** The connected account's, the newest first. */
export function kept(): Kept[] {
  return JSON.parse(localStorage.getItem(slot()) ?? "[]") as Kept[];
}

function keep(key: Key, backup: Uint8Array): void {
  const others = kept().filter((one) => one.recipient !== key.recipient);
  localStorage.setItem(slot(), JSON.stringify([{ recipient: key.recipient, backup: toBase64(backup) }, ...others]));
  opened.set(`${me()} ${key.recipient}`, key);
}

/** What evidence for the account is to be sealed to, as the chain itself says; null where there is nothing of use. */
export async function recipientOf(account: string): Promise<string | null> {
  const { chain, keys } = document.documentElement.dataset;
  await onChain(Number(chain!.split(":")[1]));
  const data = selector("keys(address)") + words(account).slice(2);
  const answer = String(await call("eth_call", [{ to: keys, data }, "latest"]));
  if (!/^0x[0-9a-f]{128}$/i.test(answer)) throw new Sentence(say("key-unknown"), say("key-unknown-way"));
  const { recipientOfKey } = await import("./seal");
  try {
    return recipientOfKey(`0x${answer.slice(66)}`);
  } catch {
    return null; // Taken back, or a word that nothing can be sealed to.
  }
}

/** Of those who have a key: by account, what to seal to. */
export async function recipientsOf(accounts: string[]): Promise<Map<string, string>> {
  const found = await Promise.all(accounts.map(async (account) => [account, await recipientOf(account)] as const));
  return new Map(found.filter((one): one is readonly [string, string] => one[1] !== null));
}

/** Makes a key in a dialog, without leaving the page; what is to be sealed to. It is not on chain yet. */
export function makeKey(): Promise<string> {
  const dialog = document.getElementById("make-key") as HTMLDialogElement;
  const form = dialog.querySelector("form")!;
  dialog.querySelector<HTMLElement>("[data-cancel]")!.onclick = () => dialog.close();
  alarm(dialog, "");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve, reject) => {
    form.onsubmit = (event) => {
      event.preventDefault();
      make(form, {}).catch((error) => alarm(dialog, told(error)));
    };
    dialog.onclose = () => {
      form.reset();
      if (dialog.returnValue !== "made") return reject(new Sentence(say("key-needed")));
      report(say("key-made"), "done");
      resolve(made.get(form)!.key.recipient);
    };
  });
}

/** Gives a key's public half to the action: of the one that the form names, or of a new one, whose backup is saved. */
export async function make(form: HTMLFormElement, found: Params): Promise<void> {
  const { recipient } = form.dataset;
  if (recipient) {
    found["key"] = (await import("./seal")).keyOf(recipient);
    return;
  }
  const [passphrase, again] = [...form.querySelectorAll<HTMLInputElement>("input[type=password]")].map((one) => one.value);
  if (passphrase !== again) throw new Sentence(say("passphrase-differs"));
  // Pressed again after the wallet refused, it is the same key.
  let key = made.get(form)?.passphrase === passphrase ? made.get(form)!.key : null;
  if (!key) {
    report(say("key-making"), "busy");
    await painted();
    const seal = await import("./seal");
    key = await seal.newKey();
    const backup = await seal.backUp(key.identity, passphrase!);
    made.set(form, { key, passphrase: passphrase! });
    keep(key, backup);
    save(key.recipient, backup);
  }
  found["key"] = key.key;
  form.closest("dialog")?.close("made");
}

/** Takes a backup in. */
export async function restore(file: File, passphrase: string): Promise<Key> {
  const { recover } = await import("./seal");
  const backup = new Uint8Array(await file.slice(0, 1 << 17).arrayBuffer());
  const key = await recover(backup, passphrase);
  keep(key, backup);
  return key;
}

/** The backup once more. */
export function saveAgain(recipient: string): void {
  const one = kept().find((key) => key.recipient === recipient);
  if (one) save(recipient, fromBase64(one.backup));
}

function save(recipient: string, backup: Uint8Array<ArrayBuffer>): void {
  download(`redress-key-${recipient.slice(4, 12)}.age`, new Blob([backup]));
}

export function download(name: string, bytes: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
}

/** Tries the reader's keys; asks for a passphrase, or a backup, until one fits or the reader gives up. */
export async function withKey<T>(use: (identity: string) => Promise<T>): Promise<T> {
  const tried = new Set<string>();
  for (;;) {
    for (const [name, key] of opened) {
      if (!name.startsWith(me()) || tried.has(name)) continue;
      tried.add(name);
      try {
        return await use(key.identity);
      } catch (error) {
        if ((error as { code?: string }).code !== "identity_wrong") throw error;
      }
    }
    await (asking ??= ask(tried.size > 0).finally(() => (asking = null)));
  }
}

/** Until a key was opened that was not open before. */
function ask(isOther: boolean): Promise<void> {
  const dialog = document.getElementById("unlock") as HTMLDialogElement;
  const form = dialog.querySelector("form")!;
  const locked = kept().filter((one) => !opened.has(`${me()} ${one.recipient}`));
  const file = form.querySelector<HTMLInputElement>("input[type=file]")!;
  for (const part of dialog.querySelectorAll<HTMLElement>("[data-when]")) {
    part.hidden = part.dataset["when"] !== (isOther ? "other" : locked.length ? "here" : "away");
  }
  file.required = locked.length === 0;
  dialog.querySelector<HTMLElement>("[data-file]")!.hidden = locked.length > 0 && !isOther;
  form.reset();
  alarm(dialog, "");
  return new Promise((resolve, reject) => {
    const submitted = (event: SubmitEvent): void => {
      event.preventDefault();
      void unlock(form, locked)
        .then(() => dialog.close("open"))
        .catch((error) => alarm(dialog, told(error)));
    };
    form.addEventListener("submit", submitted);
    dialog.querySelector<HTMLElement>("[data-cancel]")!.onclick = () => dialog.close();
    dialog.returnValue = "";
    dialog.addEventListener(
      "close",
      () => {
        form.removeEventListener("submit", submitted);
        form.reset();
        if (dialog.returnValue === "open") resolve();
        else reject(new Sentence(say("key-not-open")));
      },
      { once: true },
    );
    dialog.showModal();
  });
}

async function unlock(form: HTMLFormElement, locked: Kept[]): Promise<void> {
  const passphrase = form.querySelector<HTMLInputElement>("input[type=password]")!.value;
  const file = form.querySelector<HTMLInputElement>("input[type=file]")!.files?.[0];
  alarm(form.closest("dialog")!, say("key-opening"));
  await painted();
  if (file) return void (await restore(file, passphrase));
  const { recover } = await import("./seal");
  let refusal: unknown;
  let found = false;
  for (const one of locked) {
    try {
      const key = await recover(fromBase64(one.backup), passphrase);
      opened.set(`${me()} ${key.recipient}`, key);
      found = true;
    } catch (error) {
      refusal = error;
    }
  }
  if (!found) throw refusal;
}

function alarm(dialog: HTMLElement, text: string): void {
  dialog.querySelector("[role=alert]")!.textContent = text;
}

/** What a person reads of an error. */
export function told(error: unknown): string {
  const code = `error-${String((error as { code?: unknown }).code).replaceAll("_", "-")}`;
  return say(code) === code ? String((error as Error).message ?? error) : say(code);
}

/** Deriving from a passphrase holds the page for a second: what was said must show first. */
export function painted(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
