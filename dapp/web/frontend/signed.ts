// A signed complaint, worked out again here: what was signed, who promised what, and what is on chain of it.
import { json } from "./api";
import { askChain, judged, type Told, type Verdict } from "./checking";
import { fromHex, selector, words } from "./hash";
import { leafOf, receiptHash, rootOf, type Complaint } from "./leaf";
import { say } from "./words";

interface Signed extends Complaint {
  leaf: string;
  sender: string | null;
  receipt: { signature: string } | null;
  /** `number` once it is on chain. */
  batch: { sender: string; root: string; number: number | null } | null;
  proof: string[] | null;
}

const NEVER = words(0);
let again = (): void => {};
let phase = "";

/** Also after each swap of what stands above: what became of it there is checked here. */
export function start(): void {
  const page = document.querySelector<HTMLElement>("[data-leaf]")!;
  const now = document.querySelector("#signed [data-phase]")!.textContent!;
  if (!page.dataset["ready"]) again = judged(page, () => judge(page));
  else if (now !== phase) again();
  page.dataset["ready"] = "1";
  phase = now;
}

async function judge(page: HTMLElement): Promise<Verdict> {
  const { leaf, chain, anchor } = page.dataset as { leaf: string; chain: string; anchor: string };
  const { anchored } = await json<{ anchored: Signed }>(`/v1/anchored/${leaf}`);
  if (leafOf(chain, anchor, anchored) !== leaf) return failed("signed-differs");
  const { batch, proof } = anchored;
  if (batch && rootOf(leaf, proof ?? []) !== batch.root) return failed("signed-not-in-batch");
  const since = batch && (await askChain(page, anchor, selector("anchoredAt(address,bytes32)") + words(batch.sender, batch.root).slice(2), "latest"));
  if (batch?.number && !since) return { tone: "open", text: say("signed-whole") };
  if (since && since.value !== NEVER) {
    return Number(since.value) <= anchored.anchor_by.unix ? { tone: "done", text: say("signed-verified") } : failed("signed-late");
  }
  if (batch?.number) return failed("signed-not-on-chain");
  return promised(page, leaf, anchor, anchored);
}

/** Of what is not on chain: whether there is a promise that counts. */
async function promised(page: HTMLElement, leaf: string, anchor: string, { sender, receipt, anchor_by }: Signed): Promise<Verdict> {
  if (!sender || !receipt) return { tone: "open", text: say("signed-unpromised") };
  const signed = await askSigned(page, sender, receiptHash(leaf, anchor, sender, anchor_by.unix), receipt.signature);
  if (!signed) return { tone: "open", text: say("signed-waiting") };
  if (Number(signed.value) !== 1) return failed("signed-by-another");
  return anchor_by.unix < Date.now() / 1000 ? failed("signed-broken") : { tone: "done", text: say("signed-promised") };
}

/** As the contract judges signatures: by key, or by the account's own code (ERC-1271). */
function askSigned(page: HTMLElement, account: string, structHash: string, signature: string): Promise<Told | null> {
  const length = fromHex(signature).length;
  const padded = signature.slice(2).padEnd(Math.ceil(length / 32) * 64, "0");
  const data = selector("isSigned(address,bytes32,bytes)") + words(account, structHash, 96, length).slice(2) + padded;
  return askChain(page, page.dataset["forwarder"]!, data, "latest");
}

function failed(key: string): Verdict {
  return { tone: "failed", text: say(key) };
}
