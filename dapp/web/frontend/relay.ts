// The way without a fee: the wallet signs what is meant (EIP-712), the service's relay sends it and pays.
import { json, post } from "./api";
import { report } from "./progress";
import { signTyped, type Transaction } from "./wallet";
import { knows, say, Sentence } from "./words";

interface Typed {
  domain: { chainId: number };
  message: Record<string, unknown>;
}

export interface Prepared {
  transaction: Transaction;
  /** In wei; null where the node does not say. */
  cost: Record<"fee" | "fee_at_most", string> | null;
  /** What others may send for whoever signs it; null where there is nothing of the kind. */
  typed_data: Typed | null;
  /** Of a filing: what may be signed in its place, to be put on chain with others; null where that is not in time. */
  anchored?: { typed_data: Typed; leaf: string } | null;
}

interface Relayed {
  id: string;
  status: "queued" | "sent" | "mined" | "failed";
  block_number: number | null;
  reason: { code: string; detail: string } | null;
}

/** That a wallet does not sign typed data: EIP-1193, and what nodes say. */
const UNSUPPORTED = [4200, -32601, -32004];
const SLOW_SECONDS = 60;

/** Whether the service sends signed actions at all. */
export function hasRelay(): boolean {
  return "relay" in document.documentElement.dataset;
}

/** Money cannot be sent along, and votes have a door of their own, whose signature has no nonce. */
function isTaken({ transaction, typed_data }: Prepared): boolean {
  return hasRelay() && BigInt(transaction.value) === 0n && typed_data?.message["nonce"] !== undefined;
}

/** What the relay took it as; null where the reader must send it: whoever asks for a signature says so. */
export async function relay(prepared: Prepared, what: string): Promise<string | null> {
  if (!isTaken(prepared)) return null;
  const typed_data = prepared.typed_data!;
  report(say("relay-sign", { what }), "busy", say("relay-sign-way"));
  try {
    const signature = await signTyped(typed_data.domain.chainId, typed_data);
    report(say("relay-sent", { what }), "busy");
    return (await post<Relayed>("/v1/relay", { typed_data, signature })).id;
  } catch (error) {
    if (!isForTheReader(error)) throw error;
    report(say("relay-refused"), "busy", say("relay-refused-way"));
    return null;
  }
}

/** Nothing was taken, and the reader's own transaction would pass. */
function isForTheReader(error: unknown): boolean {
  const { code, status = 0 } = error as { code?: number | string; status?: number };
  if (typeof code === "number") return UNSUPPORTED.includes(code);
  return status >= 400 && status < 500 && !String(code).startsWith("contract-");
}

/** The number of the block that holds it. */
export async function relayed(id: string, slow: () => void): Promise<number> {
  for (let second = 0; ; second += 1) {
    const { status, block_number, reason } = await json<Relayed>(`/v1/relay/${id}`);
    if (status === "mined") return block_number!;
    if (status === "failed") {
      const key = `error-${reason?.code ?? ""}`;
      throw new Sentence(knows(key) ? say(key) : say("relay-failed"), say("relay-failed-way"));
    }
    if (second === SLOW_SECONDS) slow();
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
