// A hidden vote: the commitment is made here, and what opens it never leaves this browser before the reveal.
import type { Params } from "./act";
import { json } from "./api";
import { sha256, toHex } from "./cid";
import { keccak, words } from "./hash";
import { report } from "./progress";
import { me } from "./wallet";
import { say, Sentence } from "./words";

interface Reason {
  text: string;
  salt: string;
  digest: string;
}

interface Receipt {
  schema: "redress-receipt/1";
  chain: number;
  court: string;
  dispute: number;
  round: number;
  seat: number;
  /** Basis points for the customer. */
  vote: number;
  salt: string;
  reason: Reason | null;
  commitment: string;
}

const ZERO = "0x" + "0".repeat(64);

function random(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(32)));
}

function slot(commitment: string): string {
  return `redress.receipt.${commitment}`;
}

/** RFC 8785: for plain strings and small numbers, sorted keys and JSON.stringify are all of it. */
async function reasonOf(form: HTMLFormElement, text: string): Promise<Reason | null> {
  if (!text) return null;
  const salt = random();
  const { chain, desk, dispute } = form.dataset;
  const manifest = {
    author: me(),
    chain: `eip155:${chain}`,
    complaint: Number(dispute),
    desk: desk!.toLowerCase(),
    items: [],
    salt,
    schema: "redress-manifest/1",
    text,
  };
  return { text, salt, digest: toHex(await sha256(new TextEncoder().encode(JSON.stringify(manifest)))) };
}

export async function commit(form: HTMLFormElement, found: Params): Promise<void> {
  const data = form.dataset;
  const vote = Number(found["vote"]);
  const reason = await reasonOf(form, String(found["text"] ?? "").replaceAll("\r\n", "\n").trim());
  const salt = random();
  const place = [data["chain"]!, data["court"]!, data["dispute"]!, data["round"]!, data["seat"]!] as const;
  const commitment = keccak(words(...place, vote, salt, reason?.digest ?? ZERO));
  const [chain, dispute, round, seat] = [place[0], place[2], place[3], place[4]].map(Number) as [number, number, number, number];
  const receipt: Receipt = {
    schema: "redress-receipt/1",
    chain,
    court: place[1],
    dispute,
    round,
    seat,
    vote,
    salt,
    reason,
    commitment,
  };
  const text = JSON.stringify(receipt, null, 2);
  localStorage.setItem(slot(commitment), text);
  download(`redress-vote-${dispute}-${seat}.json`, text);
  delete found["vote"];
  delete found["text"];
  found["commitment"] = commitment;
}

function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
}

export async function reveal(form: HTMLFormElement, found: Params): Promise<void> {
  const receipt = await receiptFor(form);
  Object.assign(found, { vote: receipt.vote, salt: receipt.salt });
  if (!receipt.reason) return;
  report(say("uploading"), "busy");
  const body = new FormData();
  body.append("author", me());
  body.append("text", receipt.reason.text);
  body.append("complaint", String(receipt.dispute));
  body.append("salt", receipt.reason.salt);
  const stored = await json<{ digest: string }>("/v1/evidence", { method: "POST", body });
  if (stored.digest !== receipt.reason.digest) throw new Sentence(say("receipt-otherwise"));
  found["reason"] = receipt.reason.digest;
}

async function receiptFor(form: HTMLFormElement): Promise<Receipt> {
  const file = form.querySelector<HTMLInputElement>("input[type=file]")?.files?.[0];
  const wanted = form.dataset["commitment"]!;
  const text = (await file?.text()) ?? localStorage.getItem(slot(wanted));
  if (!text) throw new Sentence(say("receipt-missing"), say("receipt-missing-way"));
  const receipt = JSON.parse(text) as Receipt;
  if (receipt.commitment !== wanted) throw new Sentence(say("receipt-otherwise"), say("receipt-missing-way"));
  return receipt;
}

/** Tells the arbitrator whether this browser holds what opens the vote. */
export function showReceipt(form: HTMLFormElement): void {
  const here = localStorage.getItem(slot(form.dataset["commitment"] ?? "")) !== null;
  for (const line of form.querySelectorAll<HTMLElement>("[data-receipt]")) {
    line.hidden = (line.dataset["receipt"] === "here") !== here;
  }
}
