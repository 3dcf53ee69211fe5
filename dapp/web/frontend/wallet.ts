// The reader's wallet: found by EIP-6963, spoken to by EIP-1193. No key ever comes near this page.
import { remember, remembered } from "./remembered";
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
const PATIENCE_MS = 1500;
const found = new Map<string, Announced>();
let current: Provider | undefined;
let account = "";
let isHeard = false;
let settle: () => void;
/** Once it is known who is connected: at once where nobody was the last time. */
export const settled = new Promise<void>((resolve) => (settle = resolve));

/** The connected account in lower case, or "". */
export function me(): string {
  return account;
}

/** As `me`; until the wallet is heard, whoever was connected the last time. */
export function shown(): string {
  return isHeard ? account : remembered();
}

export function start(changed: () => void): void {
  if (!remembered()) settle();
  window.addEventListener("eip6963:announceProvider", (event) => {
    const announced = (event as CustomEvent<Announced>).detail;
    found.set(announced.info.uuid, announced);
    if (!current && announced.info.rdns === localStorage.getItem(CHOSEN)) void resume(announced, changed);
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
  setTimeout(() => {
    if (!current && remembered()) heard("", changed);
  }, PATIENCE_MS);
}

/** Who is connected; what is shown is theirs from now on. */
function heard(address: string, changed: () => void): void {
  isHeard = true;
  settle();
  account = address.toLowerCase();
  remember(account);
  changed();
}

/** A wallet that this page knew before gives its account without asking. */
async function resume(announced: Announced, changed: () => void): Promise<void> {
  const accounts = (await announced.provider.request({ method: "eth_accounts" }).catch(() => [])) as string[];
  if (accounts[0]) use(announced, accounts[0], changed);
  else heard("", changed);
}

function use(announced: Announced, address: string, changed: () => void): void {
  const isNew = current !== announced.provider;
  current = announced.provider;
  localStorage.setItem(CHOSEN, announced.info.rdns);
  if (isNew) current.on?.("accountsChanged", (accounts) => heard((accounts as string[])[0] ?? "", changed));
  heard(address, changed);
}

export async function connect(changed: () => void): Promise<void> {
  if (!found.size) throw new Sentence(say("wallet-none"), say("wallet-none-way"));
  const announced = await choose([...found.values()]);
  if (!announced) return;
  const accounts = (await ask(announced.provider, "eth_requestAccounts")) as string[];
  if (!accounts[0]) throw new Sentence(say("wallet-locked"), say("wallet-locked-way"));
  use(announced, accounts[0], changed);
}

export function disconnect(changed: () => void): void {
  localStorage.removeItem(CHOSEN);
  current = undefined;
  heard("", changed);
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
    // The event of an earlier closing may come when the dialog is open again.
    const closed = (): void => {
      if (dialog.open) return;
      dialog.removeEventListener("close", closed);
      resolve(undefined);
    };
    dialog.addEventListener("close", closed);
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
    throw Object.assign(new Sentence(say("wallet-failed", { reason: (error as Error).message })), { code });
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

/** The account's signature of typed data (EIP-712); an error that is no Sentence of ours has the wallet's code. */
export async function signTyped(chainId: number, typed: unknown): Promise<string> {
  await onChain(Number(chainId));
  return (await call("eth_signTypedData_v4", [account, JSON.stringify(typed)])) as string;
}

interface Sent {
  from: string;
  nonce: string;
}

const LOOK_SECONDS = 5;
/** So often in a row nobody knew the transaction. */
const GONE = 4;

/** The number of the block that holds the transaction; a Sentence where it failed, was replaced or is gone. */
export async function mined(hash: string, slow: () => void): Promise<number> {
  let sent: Sent | null = null;
  let unknown = 0;
  for (let second = 0; ; second += 1) {
    const block = await blockOf(hash);
    if (block !== null) return block;
    if (second % LOOK_SECONDS === 0) {
      const known = (await call("eth_getTransactionByHash", [hash])) as Sent | null;
      unknown = known ? 0 : unknown + 1;
      sent = known ?? sent;
      if (sent && Number(await call("eth_getTransactionCount", [sent.from, "latest"])) > Number(sent.nonce)) {
        // It may have been this one that came in meanwhile.
        const late = await blockOf(hash);
        if (late !== null) return late;
        throw new Sentence(say("tx-replaced"), say("tx-replaced-way"));
      }
      if (unknown >= GONE) throw new Sentence(say("tx-dropped"), say("tx-dropped-way"));
    }
    if (second === 60) slow();
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function blockOf(hash: string): Promise<number | null> {
  const receipt = (await call("eth_getTransactionReceipt", [hash])) as { status: string; blockNumber: string } | null;
  if (receipt && Number(receipt.status) !== 1) throw new Sentence(say("tx-reverted"), say("tx-reverted-way"));
  return receipt && Number(receipt.blockNumber);
}
