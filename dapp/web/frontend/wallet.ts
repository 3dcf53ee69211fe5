// The reader's wallet: found by EIP-6963, spoken to by EIP-1193. No key ever comes near this page.
import { say, Sentence } from "./words";

interface Provider {
  request(call: { method: string; params?: unknown[] }): Promise<unknown>;
  on?(event: string, listener: (value: unknown) => void): void;
}

interface Announced {
  info: { uuid: string; name: string; rdns: string };
  provider: Provider;
}

export interface Transaction {
  from: string;
  to: string;
  data: string;
  value: string;
  chainId: number;
}

const CHOSEN = "redress.wallet";
const found = new Map<string, Announced>();
let current: Provider | undefined;
let account = "";

/** The connected account in lower case, or "". */
export function me(): string {
  return account;
}

export function start(changed: () => void): void {
  window.addEventListener("eip6963:announceProvider", (event) => {
    const announced = (event as CustomEvent<Announced>).detail;
    found.set(announced.info.uuid, announced);
    if (!current && announced.info.rdns === localStorage.getItem(CHOSEN)) void resume(announced, changed);
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
}

/** A wallet that this page knew before gives its account without asking. */
async function resume(announced: Announced, changed: () => void): Promise<void> {
  const accounts = (await announced.provider.request({ method: "eth_accounts" }).catch(() => [])) as string[];
  if (accounts[0]) use(announced, accounts[0], changed);
}

function use(announced: Announced, address: string, changed: () => void): void {
  const isNew = current !== announced.provider;
  current = announced.provider;
  account = address.toLowerCase();
  localStorage.setItem(CHOSEN, announced.info.rdns);
  if (isNew) {
    current.on?.("accountsChanged", (accounts) => {
      account = ((accounts as string[])[0] ?? "").toLowerCase();
      changed();
    });
  }
  changed();
}

export async function connect(changed: () => void): Promise<void> {
  const announced = await choose([...found.values()]);
  if (!announced) throw new Sentence(say("wallet-none"), say("wallet-none-way"));
  const accounts = (await ask(announced.provider, "eth_requestAccounts")) as string[];
  if (!accounts[0]) throw new Sentence(say("wallet-locked"), say("wallet-locked-way"));
  use(announced, accounts[0], changed);
}

export function disconnect(changed: () => void): void {
  localStorage.removeItem(CHOSEN);
  current = undefined;
  account = "";
  changed();
}

function choose(wallets: Announced[]): Promise<Announced | undefined> {
  const dialog = document.getElementById("wallets") as HTMLDialogElement | null;
  if (wallets.length < 2 || !dialog) return Promise.resolve(wallets[0]);
  const list = dialog.querySelector("ul")!;
  return new Promise((resolve) => {
    list.replaceChildren(
      ...wallets.map((wallet) => {
        const button = document.createElement("button");
        button.textContent = wallet.info.name;
        button.addEventListener("click", () => {
          resolve(wallet);
          dialog.close();
        });
        const item = document.createElement("li");
        item.append(button);
        return item;
      }),
    );
    dialog.addEventListener("close", () => resolve(undefined), { once: true });
    dialog.showModal();
  });
}

/** Asks the wallet; what it refuses comes back as a sentence. */
async function ask(provider: Provider, method: string, params: unknown[] = []): Promise<unknown> {
  try {
    return await provider.request({ method, params });
  } catch (error) {
    const code = (error as { code?: number }).code ?? 0;
    const known: Record<number, string> = {
      4001: "wallet-refused",
      4100: "wallet-locked",
      4900: "wallet-offline",
      4901: "wallet-offline",
      [-32002]: "wallet-busy",
    };
    const key = known[code];
    if (key) throw new Sentence(say(key), say(`${key}-way`));
    throw Object.assign(new Sentence(say("wallet-failed", { reason: (error as Error).message }), ""), { code });
  }
}

export function call(method: string, params: unknown[]): Promise<unknown> {
  if (!current) throw new Sentence(say("wallet-none"), say("wallet-none-way"));
  return ask(current, method, params);
}

export function hex(value: string | number | bigint): string {
  return "0x" + BigInt(value).toString(16);
}

/** Asks the wallet to switch where it is on another chain. */
export async function onChain(chainId: number): Promise<void> {
  const wanted = hex(chainId);
  if (Number(await call("eth_chainId", [])) === chainId) return;
  try {
    await call("wallet_switchEthereumChain", [{ chainId: wanted }]);
  } catch (error) {
    const { chain, node } = document.documentElement.dataset;
    if ((error as { code?: number }).code !== 4902 || !node) {
      throw new Sentence(say("wallet-chain", { chain: chain ?? wanted }), say("wallet-chain-way"));
    }
    const nativeCurrency = { name: "Ether", symbol: "ETH", decimals: 18 };
    await call("wallet_addEthereumChain", [{ chainId: wanted, chainName: chain, rpcUrls: [node], nativeCurrency }]);
  }
  if (Number(await call("eth_chainId", [])) !== chainId) {
    throw new Sentence(say("wallet-chain", { chain: wanted }), say("wallet-chain-way"));
  }
}

/** Signs and sends; the transaction's hash. */
export async function send(transaction: Transaction): Promise<string> {
  await onChain(transaction.chainId);
  const { from, to, data } = transaction;
  return (await call("eth_sendTransaction", [{ from, to, data, value: hex(transaction.value) }])) as string;
}

/** The number of the block that holds the transaction. */
export async function mined(hash: string, slow: () => void): Promise<number> {
  for (let second = 0; ; second += 1) {
    const receipt = (await call("eth_getTransactionReceipt", [hash])) as { status: string; blockNumber: string } | null;
    if (receipt) {
      if (Number(receipt.status) !== 1) throw new Sentence(say("tx-reverted"), say("tx-reverted-way"));
      return Number(receipt.blockNumber);
    }
    if (second === 60) slow();
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
