// Hardhat's node over HTTP, without Hardhat: `node edr_node.mjs PORT CHAIN_ID GENESIS.json`.
//
// Answers as `hardhat node` does, down to the nested data of an error. Anvil's own methods go by
// Hardhat's names, so that whoever moves the chain need not know which of the two it is.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// The package around it would bring the programs of seven systems.
const edr = createRequire(import.meta.url)("@nomicfoundation/edr-linux-x64-gnu");

const [port, chainId, beginning] = process.argv.slice(2);
const { keys, accounts } = JSON.parse(readFileSync(beginning, "utf8"));
const GAS_LIMIT = 60_000_000n;

function bytes(hex) {
  return Buffer.from(hex.slice(2), "hex");
}

function genesis() {
  const given = accounts.map(({ address, balance, code }) => ({
    address: bytes(address),
    balance: BigInt(balance ?? 0),
    ...(code && { code: bytes(code) }),
  }));
  return [...edr.l1GenesisState(edr.SpecId.Osaka), ...given];
}

const context = new edr.EdrContext();
await context.registerProviderFactory(edr.L1_CHAIN_TYPE, edr.l1ProviderFactory());
const provider = await context.createProvider(
  edr.L1_CHAIN_TYPE,
  {
    allowBlocksWithSameTimestamp: false,
    allowUnlimitedContractSize: false,
    bailOnCallFailure: true,
    // Networks mine what fails, and say nothing; `hardhat node` can be set to do so.
    bailOnTransactionFailure: false,
    chainId: BigInt(chainId),
    coinbase: bytes("0xc014ba5ec014ba5ec014ba5ec014ba5ec014ba5e"),
    defaultTransactionGasLimit: 1n << 24n,
    genesisState: genesis(),
    hardfork: edr.OSAKA,
    initialBaseFeePerGas: 1_000_000_000n,
    initialParentBeaconBlockRoot: new Uint8Array(32),
    minGasPrice: 0n,
    mining: { autoMine: true, blockGasLimit: GAS_LIMIT, memPool: { order: edr.MineOrdering.Priority } },
    network: {
      genesisBlobGas: { gasUsed: 0n, excessGas: 0n },
      genesisBlockGasLimit: GAS_LIMIT,
      genesisBlockTime: BigInt(Math.floor(Date.now() / 1000)),
    },
    networkId: BigInt(chainId),
    observability: {},
    ownedAccounts: keys,
    precompileOverrides: [],
  },
  { enable: false, decodeConsoleLogInputsCallback: () => [], printLineCallback: () => {} },
  { subscriptionCallback: () => {} },
  new edr.ContractDecoder(),
);

function named(call) {
  if (call.method === "evm_setIntervalMining") {
    // Anvil counts in seconds.
    return { ...call, params: [call.params[0] * 1000] };
  }
  return { ...call, method: call.method.replace(/^anvil_/, "hardhat_") };
}

async function answer(call) {
  if (call.method === "anvil_mine") return mine(call);
  const said = (await provider.handleRequest(JSON.stringify(named(call)))).data;
  const { result, error } = typeof said === "string" ? JSON.parse(said) : said;
  const reply = { jsonrpc: "2.0", id: call.id };
  if (error === undefined) return { ...reply, result };
  const { code, message } = error;
  const { data, transactionHash: txHash } = error.data ?? {};
  return { ...reply, error: { code, message, data: { message, txHash, data } } };
}

// By itself it would make up many blocks at once, which do not name each other as parents.
async function mine({ id, params: [count] }) {
  for (let left = Number(count); left > 0; left--) await answer({ id, method: "evm_mine", params: [] });
  return { jsonrpc: "2.0", id, result: null };
}

async function answers(body) {
  const asked = JSON.parse(body);
  if (!Array.isArray(asked)) return answer(asked);
  const found = [];
  for (const call of asked) found.push(await answer(call));
  return found;
}

createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const said = await answers(Buffer.concat(parts).toString()).catch((error) => ({
    jsonrpc: "2.0",
    id: null,
    error: { code: -32700, message: String(error) },
  }));
  response.writeHead(200, { "Content-Type": "application/json" });
  response.end(JSON.stringify(said));
}).listen(Number(port), "127.0.0.1");
