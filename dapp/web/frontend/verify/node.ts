// Asks nodes which block they have: the only requests that this page can make, and only where it is asked to.
import { Fault } from "./fault";

const PATIENCE = 20_000;
const HASH = /^0x[0-9a-f]{64}$/;

/** The hash on which all agree. Throws `nodes-disagree` and `node-silent`. */
export async function askNodes(urls: string[], chain: number, block: number): Promise<string> {
  const found = await Promise.all(urls.map((url) => askNode(url, chain, block)));
  if (new Set(found).size !== 1) throw new Fault("nodes-disagree", `${urls.length} nodes gave different hashes of block ${block}`);
  return found[0]!;
}

async function askNode(url: string, chain: number, block: number): Promise<string> {
  const host = new URL(url).host;
  const found = (await call(url, "eth_chainId", [])) as string;
  if (Number(found) !== chain) throw new Fault("node-silent", `${host} is on another chain`);
  const answer = (await call(url, "eth_getBlockByNumber", ["0x" + block.toString(16), false])) as { hash?: string } | null;
  const name = String(answer?.hash ?? "").toLowerCase();
  if (!HASH.test(name)) throw new Fault("node-silent", `${host} does not know block ${block}`);
  return name;
}

async function call(url: string, method: string, params: unknown[]): Promise<unknown> {
  const host = new URL(url).host;
  try {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "Content-Type": "application/json" };
    const options: RequestInit = {
      method: "POST",
      headers,
      body,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(PATIENCE),
    };
    const answer = (await (await fetch(url, options)).json()) as { result?: unknown };
    if (answer.result === undefined) throw new Error("no result");
    return answer.result;
  } catch {
    throw new Fault("node-silent", `${host} gave no answer`);
  }
}
