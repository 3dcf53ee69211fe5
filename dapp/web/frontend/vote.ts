// A hidden vote: the commitment is made here, and what opens it never leaves this browser before the reveal.
import type { Params } from "./act";
import { json } from "./api";
import { sha256, toHex } from "./cid";
import { report } from "./progress";
import { commitmentOf, keep, parse, type Receipt, textOf, watch, watchOf } from "./receipts";
import { me } from "./wallet";
import { say, Sentence } from "./words";

function random(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(32)));
}

/** RFC 8785: for plain strings and small numbers, sorted keys and JSON.stringify are all of it. */
async function reasonOf(form: HTMLFormElement, text: string): Promise<Receipt["reason"]> {
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
  const [chain, dispute, round, seat] = [data["chain"], data["dispute"], data["round"], data["seat"]].map(Number) as [number, number, number, number];
  const secret = {
    chain,
    court: data["court"]!,
    dispute,
    round,
    seat,
    vote: Number(found["vote"]),
    salt: random(),
    reason: await reasonOf(form, String(found["text"] ?? "").replaceAll("\r\n", "\n").trim()),
    author: me(),
  };
  const receipt: Receipt = { schema: "redress-receipt/1", ...secret, commitment: commitmentOf(secret) };
  keep(receipt);
  remember(form, receipt.commitment, !!form.querySelector<HTMLInputElement>("[data-auto]")?.checked);
  save(receipt);
  delete found["vote"];
  delete found["text"];
  found["commitment"] = receipt.commitment;
}

function save(receipt: Receipt): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(receipt, null, 2)], { type: "application/json" }));
  link.download = `redress-vote-${receipt.dispute}-${receipt.seat}.json`;
  link.click();
}

/** Whose it is, and when it can be opened, as the page says. */
function remember(place: HTMLElement, commitment: string, auto: boolean): void {
  const { account, dispute, opens, until } = place.dataset;
  watch(commitment, { account: account!, complaint: Number(dispute), opens: Number(opens), until: Number(until), auto });
}

export async function reveal(form: HTMLFormElement, found: Params): Promise<void> {
  const file = form.querySelector<HTMLInputElement>("input[type=file]")?.files?.[0];
  const wanted = form.dataset["commitment"]!;
  const text = (await file?.text()) ?? textOf(wanted);
  if (!text) throw new Sentence(say("receipt-missing"), say("receipt-missing-way"));
  await tell(fitting(text, wanted), found);
}

/** What opens the vote, as parameters; its reasons are handed to the service first. */
export async function tell(receipt: Receipt, found: Params): Promise<void> {
  Object.assign(found, { vote: receipt.vote, salt: receipt.salt });
  if (!receipt.reason) return;
  report(say("uploading"), "busy");
  const body = new FormData();
  body.append("author", receipt.author ?? me());
  body.append("text", receipt.reason.text);
  body.append("complaint", String(receipt.dispute));
  body.append("salt", receipt.reason.salt);
  const stored = await json<{ digest: string }>("/v1/evidence", { method: "POST", body });
  if (stored.digest !== receipt.reason.digest) throw new Sentence(say("receipt-otherwise"));
  found["reason"] = receipt.reason.digest;
}

function fitting(text: string, wanted: string): Receipt {
  if (text.startsWith("age-encryption.org/") || text.startsWith("-----BEGIN AGE")) throw new Sentence(say("receipt-locked"));
  const found = parse(text);
  if (!found) throw new Sentence(say("receipt-invalid"), say("receipt-missing-way"));
  if (found.commitment !== wanted) throw new Sentence(say("receipt-otherwise"), say("receipt-missing-way"));
  return found;
}

/** Tells the arbitrator whether this browser holds what opens the vote, and takes it from a file. */
export function showReceipt(box: HTMLElement): void {
  const commitment = box.dataset["commitment"]!;
  const text = textOf(commitment);
  const here = text !== null;
  for (const part of box.querySelectorAll<HTMLElement>("[data-receipt]")) {
    part.hidden = (part.dataset["receipt"] === "here") !== here;
  }
  if (here && !watchOf(commitment)) remember(box, commitment, false);
  const auto = box.querySelector<HTMLInputElement>("[data-auto]")!;
  auto.checked = !!watchOf(commitment)?.auto;
  auto.onchange = () => remember(box, commitment, auto.checked);
  box.querySelector<HTMLElement>("[data-receipt-save]")!.onclick = () => save(JSON.parse(text!) as Receipt);
  box.querySelector<HTMLInputElement>("input[type=file]")!.onchange = (event) => void bring(box, event.target as HTMLInputElement);
}

async function bring(box: HTMLElement, field: HTMLInputElement): Promise<void> {
  try {
    const file = field.files?.[0];
    if (!file) return;
    keep(fitting(await file.text(), box.dataset["commitment"]!));
    showReceipt(box);
    report(say("receipt-kept"), "done");
  } catch (error) {
    report((error as Error).message, "failed", (error as Sentence).way ?? "");
  }
}
