// The auditor's page: everything the server said, worked out again here.
import { json } from "./api";
import { askChain, judged, type Verdict } from "./checking";
import { fileCid, manifestCid, sha256, toHex } from "./cid";
import { selector, words } from "./hash";
import { votesAgree } from "./record";
import { fold, genesis } from "./trail";
import { hex } from "./wallet";
import { say } from "./words";

interface Fact {
  name: string;
  contract: string;
  actor: string;
  args: Record<string, unknown>;
  block: number;
  log_index: number;
  timestamp: { unix: number };
  topic0: string;
  words: string;
  folded: boolean;
}

interface Timeline {
  events: Fact[];
  as_of_block: number;
}

const NOTHING = "0x" + "0".repeat(64);

export function start(): void {
  const page = document.querySelector<HTMLElement>("[data-proof]")!;
  if (page.dataset["ready"]) return;
  page.dataset["ready"] = "1";
  judged(page, (isLatest) => judge(page, isLatest));
}

async function judge(page: HTMLElement, isLatest: () => boolean): Promise<Verdict> {
  const faults: string[] = [];
  const timeline = await json<Timeline>(`/v1/cases/${page.dataset["complaint"]}/timeline`);
  const folded = foldAll(page, timeline.events);
  if (!foldOrder(page, timeline.events)) faults.push(say("proof-order-differs"));
  const { chain, court, complaint } = page.dataset;
  if (!votesAgree(timeline.events, chain!, court!, complaint!)) faults.push(say("proof-votes-differ"));
  const word = await chainWord(page, timeline.as_of_block);
  if (folded !== word.value) faults.push(say("proof-differs"));
  // Gigabytes are not hashed again for a verdict that nobody will see.
  if (isLatest()) {
    compare(page, folded, word.value, word.source);
    faults.push(...(await checkEvidence(page, timeline.events)));
  }
  if (faults.length) return { tone: "failed", text: faults.join(" ") };
  if (word.source === "server") return { tone: "open", text: say("proof-whole") };
  return { tone: "done", text: say("proof-verified", { block: timeline.as_of_block }) };
}

function row(page: HTMLElement, event: Fact): HTMLElement | null {
  return page.querySelector(`[data-event="${event.block}-${event.log_index}"]`);
}

function foldAll(page: HTMLElement, events: Fact[]): string {
  const { chain, desk, complaint } = page.dataset;
  let trail = genesis(Number(chain), desk!, complaint!);
  for (const event of events) {
    if (!event.folded || event.contract !== "ComplaintDesk") continue;
    trail = step(page, trail, event);
  }
  return trail;
}

/**
 * The order's own trail must be at the words that the complaint folded: as it found it, as it left it. Of one that
 * nobody froze it says nothing when it ends, as there is nothing new.
 */
function foldOrder(page: HTMLElement, events: Fact[]): boolean {
  const { chain, escrow, claims } = page.dataset;
  let trail = "";
  let silent = true;
  for (const event of events) {
    if (event.contract === "BondClaims" || event.name === "OrderFrozen") silent = false;
    if (event.folded && (event.contract === "OrderEscrow" || event.contract === "BondClaims")) {
      const fund = event.contract === "OrderEscrow" ? escrow! : claims!;
      trail = step(page, trail || genesis(Number(chain), fund, String(event.args["key"])), event);
    }
    const told = event.args["orderTrail"];
    const expected = event.name === "Executed" && silent ? NOTHING : trail;
    if (event.contract === "ComplaintDesk" && told && told !== expected) return false;
  }
  return true;
}

function step(page: HTMLElement, trail: string, event: Fact): string {
  const next = fold(trail, { ...event, timestamp: event.timestamp.unix });
  const place = row(page, event)?.querySelector<HTMLElement>("[data-word]");
  if (place) {
    place.textContent = next.slice(0, 10);
    place.title = next;
  }
  return next;
}

/** The word in the contract's storage: asked of the reader's node, else of the wallet, else of this service. */
async function chainWord(page: HTMLElement, block: number): Promise<{ value: string; source: string }> {
  const { desk, complaint } = page.dataset;
  const told = await askChain(page, desk!, selector("trail(uint64)") + words(complaint!).slice(2), hex(block));
  if (told) return told;
  const known = await json<{ case: { verification: { on_chain: string } | null } }>(`/v1/cases/${complaint}`);
  return { value: known.case.verification?.on_chain ?? "–", source: "server" };
}

function compare(page: HTMLElement, folded: string, word: string, source: string): void {
  page.querySelector("[data-folded]")!.textContent = folded;
  page.querySelector("[data-chain-word]")!.textContent = word;
  page.querySelector("[data-source]")!.textContent = say(`proof-source-${source}`);
}

async function checkEvidence(page: HTMLElement, events: Fact[]): Promise<string[]> {
  const faults: string[] = [];
  for (const event of events) {
    const digest = String(event.args["digest"] ?? event.args["reason"] ?? NOTHING);
    if (digest === NOTHING) continue;
    const place = page.querySelector<HTMLElement>(`[data-digest="${digest}"]`);
    const found = await checkManifest(digest, place).catch((error: Error) => error.message);
    mark(place, "manifest", !found);
    if (found) faults.push(found);
  }
  return faults;
}

/** "" when the manifest hashes to its digest and every file of it to its CID. */
async function checkManifest(digest: string, place: HTMLElement | null): Promise<string> {
  const data = await load(manifestCid(digest));
  if (!data) return say("proof-missing", { name: digest.slice(0, 10) });
  if (toHex(await sha256(new Uint8Array(await data.arrayBuffer()))) !== digest) {
    return say("proof-file-differs", { name: digest.slice(0, 10) });
  }
  const manifest = JSON.parse(await data.text()) as { items: { name: string; cid: string }[] };
  for (const item of manifest.items) {
    const file = await load(item.cid);
    const right = file !== null && (await fileCid(file)) === item.cid;
    mark(place, item.cid, right);
    if (!file) return say("proof-missing", { name: item.name });
    if (!right) return say("proof-file-differs", { name: item.name });
  }
  return "";
}

async function load(cid: string): Promise<Blob | null> {
  const response = await fetch(`/ipfs/${cid}`);
  return response.ok ? response.blob() : null;
}

function mark(place: HTMLElement | null, name: string, right: boolean): void {
  const spot = place?.querySelector<HTMLElement>(`[data-mark="${name}"]`);
  if (!spot) return;
  spot.dataset["right"] = String(right);
  spot.textContent = say(right ? "proof-right" : "proof-wrong");
}
