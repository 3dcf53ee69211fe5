// A bundle is dropped or chosen, a block's hash given or asked of nodes; the verdict is shown. Nothing leaves the page.
import { isKnown } from "./abi";
import { check, type Checked, type Trust } from "./check";
import { find } from "./dom";
import { readClaim } from "./form";
import { askNodes } from "./node";
import { headline, report } from "./report";
import { say, time } from "./say";
import { all } from "./stream";
import { members } from "./zip";

const HASH = /^0x[0-9a-f]{64}$/;
const NODE = /^https?:\/\/./;
const PEEK_BYTES = 64 << 20;
let chosen: File | undefined;

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
  addEventListener("beforeprint", () => document.querySelectorAll("[data-report] details").forEach((one) => one.setAttribute("open", "")));
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
  find("about").textContent = await about(file);
}

async function about(file: File): Promise<string> {
  try {
    const [first] = await members(file);
    const { block, chain } = readClaim(await all(first!, PEEK_BYTES), isKnown);
    return say("about", { block: block.number, chain: `eip155:${chain}` });
  } catch {
    return say("code-bundle-form");
  }
}

async function run(asksNodes: boolean): Promise<void> {
  const hash = find<HTMLInputElement>("hash").value.trim().toLowerCase();
  const nodes = find<HTMLTextAreaElement>("nodes").value.split(/\s+/).filter(Boolean);
  if (!chosen) return tell("failed", say("choose-first"));
  if (asksNodes ? !nodes.length || nodes.some((url) => !NODE.test(url) || !URL.canParse(url)) : !HASH.test(hash)) return tell("failed", say(asksNodes ? "nodes-first" : "hash-first"));
  const trust: Trust = asksNodes ? ({ chain, block }) => askNodes(nodes, chain, block.number) : () => Promise.resolve(hash);
  busy(true);
  tell("busy", say("checking"));
  find("report").replaceChildren();
  const checked = await check(chosen, trust, progress);
  busy(false);
  show(checked);
}

function show(checked: Checked): void {
  tell(checked.state === "verified" ? "done" : "failed", headline(checked));
  find("report").replaceChildren(...report(checked));
  find("made").textContent = say("checked-at", { when: time(Math.floor(Date.now() / 1000)), name: chosen?.name ?? "" });
  find("after").hidden = false;
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

