// For pages that check what this service says: the chain asked by other ways than through it, and the verdict shown.
import { say, Sentence } from "./words";
import * as wallet from "./wallet";

const WORD = /^0x[0-9a-f]{64}$/;

export interface Verdict {
  /** "done" only for what was proven; "open" where something cannot be told yet. */
  tone: "done" | "open" | "failed";
  text: string;
}

export interface Told {
  value: string;
  source: "node" | "wallet";
}

/** What it shows on the way it shows only while no other is asked for. */
type Judge = (isLatest: () => boolean) => Promise<Verdict>;

/**
 * Has it judged: now, when the reader asks for it, and when there is a wallet, which may be heard only after the page is there.
 * Of several at once the last one asked for has the word. Returns what asks for another.
 */
export function judged(page: HTMLElement, judge: Judge): () => void {
  let latest = 0;
  const once = async (): Promise<void> => {
    const mine = ++latest;
    show(page, "busy", say("proof-busy"));
    const verdict = await judge(() => mine === latest).catch(failed);
    if (mine === latest) show(page, verdict.tone, verdict.text);
  };
  page.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    void once();
  });
  document.addEventListener("redress:account", () => void once());
  void once();
  return () => void once();
}

function failed(error: unknown): Verdict {
  return { tone: "failed", text: error instanceof Sentence ? error.message : say("proof-unreadable") };
}

function show(page: HTMLElement, tone: string, text: string): void {
  const place = page.querySelector<HTMLElement>("[data-verdict]")!;
  place.dataset["verdict"] = tone;
  place.textContent = text;
}

/** The word that a view of `to` returns: by the node that the reader names, else the wallet's; null where there is neither. */
export async function askChain(page: HTMLElement, to: string, data: string, block: string): Promise<Told | null> {
  const node = page.querySelector<HTMLInputElement>("input[name=node]")?.value.trim();
  if (!node && !wallet.me()) return null;
  const ask = (method: string, params: unknown[]): Promise<unknown> => (node ? askNode(node, method, params) : wallet.call(method, params));
  const chain = page.dataset["chain"]!;
  if (Number(await ask("eth_chainId", [])) !== Number(chain)) throw new Sentence(say("proof-other-chain", { chain: `eip155:${chain}` }));
  const value = String(await ask("eth_call", [{ to, data }, block]));
  // Where no contract is, nothing is returned.
  if (!WORD.test(value)) throw new Sentence(say("proof-no-contract"));
  return { value, source: node ? "node" : "wallet" };
}

async function askNode(url: string, method: string, params: unknown[]): Promise<string> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const headers = { "Content-Type": "application/json" };
  const answer = (await fetch(url, { method: "POST", headers, body })
    .then((response) => response.json())
    .catch(() => null)) as { result?: string; error?: { message?: string } } | null;
  if (!answer?.result) throw new Sentence(answer?.error?.message ?? say("proof-node-failed"));
  return answer.result;
}
