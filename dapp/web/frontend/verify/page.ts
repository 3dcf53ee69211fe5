// A bundle is dropped or chosen, a block's hash given or asked of nodes; the verdict is shown. Nothing leaves the page.
import { isKnown } from "./abi";
import { check, type Checked, type Trust } from "./check";
import { find, make } from "./dom";
import { readClaim, type Claim } from "./form";
import { askNodes } from "./node";
import { headline, report } from "./report";
import { say, time } from "./say";
import { all } from "./stream";
import { readPrevious, toVerdict, type Previous } from "./verdict";
import { members } from "./zip";

const HASH = /^0x[0-9a-f]{64}$/;
const NODE = /^https?:\/\/./;
const PEEK_BYTES = 64 << 20;
const KEPT_MILLISECONDS = 60_000;
let chosen: File | undefined;
/** The last verdict, as a file has it. */
let written = "";

export function start(): void {
  const asksNodes = new URLSearchParams(location.search).has("nodes");
  for (const part of document.querySelectorAll<HTMLElement>("[data-with]")) part.hidden = (part.dataset["with"] === "nodes") !== asksNodes;
  const input = find<HTMLInputElement>("file");
  input.addEventListener("change", () => void choose(input.files?.[0]));
  const zone = find("drop");
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) zone.addEventListener(name, (event) => over(zone, event as DragEvent));
  find<HTMLFormElement>("verify").addEventListener("submit", (event) => {
    event.preventDefault();
    void run(asksNodes);
  });
  find("print").addEventListener("click", () => print());
  find("save").addEventListener("click", save);
  addEventListener(
    "beforeprint",
    () => document.querySelectorAll("[data-report] details").forEach((one) => one.setAttribute("open", "")),
  );
}

function over(zone: HTMLElement, event: DragEvent): void {
  event.preventDefault();
  zone.toggleAttribute("data-over", event.type === "dragenter" || event.type === "dragover");
  if (event.type === "drop") void choose(event.dataTransfer?.files[0]);
}

/** Shows which block the bundle is about, so that its hash can be looked up. */
async function choose(file: File | undefined): Promise<void> {
  if (!file) return;
  chosen = file;
  find("name").textContent = file.name;
  const claim = await peek(file);
  find("about").textContent = claim ? say("about", { block: claim.block.number, chain: `eip155:${claim.chain}` }) : say("code-bundle-form");
  const isIncrement = claim?.scope.kind === "history" && claim.scope.since !== null;
  find("earlier").hidden = !isIncrement;
  if (!isIncrement) find<HTMLInputElement>("previous").value = "";
}

async function peek(file: File): Promise<Claim | undefined> {
  try {
    const [first] = await members(file);
    return readClaim(await all(first!, PEEK_BYTES), isKnown);
  } catch {
    return undefined;
  }
}

/** The earlier verdict that was chosen, if any. */
async function earlier(): Promise<Previous | undefined> {
  const file = find<HTMLInputElement>("previous").files?.[0];
  return file && readPrevious(await file.text());
}

async function run(asksNodes: boolean): Promise<void> {
  const hash = find<HTMLInputElement>("hash").value.trim().toLowerCase();
  const nodes = find<HTMLTextAreaElement>("nodes").value.split(/\s+/).filter(Boolean);
  if (!chosen) return tell("failed", say("choose-first"));
  const isNode = (url: string): boolean => NODE.test(url) && URL.canParse(url);
  const isGiven = asksNodes ? nodes.length > 0 && nodes.every(isNode) : HASH.test(hash);
  if (!isGiven) return tell("failed", say(asksNodes ? "nodes-first" : "hash-first"));
  const trust: Trust = asksNodes ? ({ chain, block }) => askNodes(nodes, chain, block.number) : () => Promise.resolve(hash);
  tell("busy", say("checking"));
  let previous: Previous | undefined;
  try {
    previous = await earlier();
  } catch {
    return tell("failed", say("no-verdict"));
  }
  busy(true);
  find("report").replaceChildren();
  const checked = await check(chosen, trust, progress, previous);
  busy(false);
  show(checked);
}

const TONES = { verified: "done", missing: "open", unknown: "open", refused: "failed" };

function show(checked: Checked): void {
  tell(TONES[checked.state], headline(checked));
  written = JSON.stringify(toVerdict(checked), undefined, 1);
  find("report").replaceChildren(...report(checked));
  find("made").textContent = say("checked-at", { when: time(Math.floor(Date.now() / 1000)), name: chosen?.name ?? "" });
  find("after").hidden = false;
}

function save(): void {
  const link = make("a", { download: "verdict.json" }) as HTMLAnchorElement;
  link.href = URL.createObjectURL(new Blob([written], { type: "application/json" }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MILLISECONDS);
}

function tell(tone: string, text: string): void {
  const place = find("verdict");
  place.hidden = false;
  place.dataset["verdict"] = tone;
  place.textContent = text;
}

function busy(isBusy: boolean): void {
  find<HTMLFieldSetElement>("fields").disabled = isBusy;
  find("bar").hidden = !isBusy;
  find("after").hidden = true;
}

function progress(done: number, all: number): void {
  const bar = find<HTMLProgressElement>("bar");
  [bar.value, bar.max] = [done, all];
}

