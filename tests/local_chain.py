"""A local chain with the contracts on it: deployment, mined transactions, calls, its clock."""

import copy
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import httpx
import rlp
from eth_abi.abi import decode

from dapp.chain import encode, headers, reverts
from dapp.chain.headers import Header
from dapp.chain.keccak import checksummed, keccak
from dapp.domain.types import (
    NO_ACCOUNT,
    Address,
    BlockNumber,
    ChainId,
    Hash32,
    UnixTime,
    caip2,
    hash32,
)
from scripts.release import NAMES, Terms, Track, arguments
from tests.patience import PATIENCE_SECONDS

GWEI = 10**9
TICKET_WEI = 4 * 10**17
TIMELOCK = "Timelock"
_NOTICE_SECONDS = 7 * 24 * 3600
TRACKS = (Track(10_000_000, 100_000_000, 24, 48, 48),)

Receipt = dict[str, Any]


class LocalChain:
    """Talks to a local node whose accounts are unlocked and which mines each transaction at once.

    Args:
        url: the node's.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(timeout=60)
        self.chain_id = ChainId(int(self.rpc("eth_chainId"), 16))
        self.accounts = [
            checksummed(bytes.fromhex(account[2:])) for account in self.rpc("eth_accounts")
        ]
        self.contracts: dict[str, Address] = {}
        self.deployed_at = BlockNumber(0)

    def twin(self, url: str) -> Self:
        """The same people with the same memories at another node of the chain."""
        twin = copy.copy(self)
        twin.url = url
        twin._client = httpx.Client(timeout=60)
        return twin

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def rpc(self, method: str, *params: Any) -> Any:
        """One JSON-RPC call.

        Raises:
            ContractRefused: a contract refused it with an error of ours.
            RuntimeError: the node refused it.
        """
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = self._client.post(self.url, json=request).json()
        if "error" not in answer:
            return answer["result"]
        data = answer["error"].get("data")
        if isinstance(data, str) and len(data) >= 10:
            raise reverts.explain(bytes.fromhex(data[2:]))
        raise RuntimeError(f"{method}: {answer['error'].get('message')}")

    def rpc_batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """Many JSON-RPC calls in one request, worked on in any order. Raises RuntimeError."""
        request = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            for number, (method, params) in enumerate(calls)
        ]
        answers = self._client.post(self.url, json=request).json()
        for answer in answers:
            if "error" in answer:
                raise RuntimeError(f"a call of many: {answer['error'].get('message')}")
        return [answer["result"] for answer in sorted(answers, key=lambda one: one["id"])]

    def deploy(self, folder: Path | None = None) -> None:
        """Deploy the contracts from account 0, and write CHAINID.json to `folder` if given."""
        deployer = self.accounts[0]
        nonce = int(self.rpc("eth_getTransactionCount", deployer, "latest"), 16)
        at = {name: creation_address(deployer, nonce + n) for n, name in enumerate(NAMES)}
        told = arguments(at, Terms(guardian=deployer, proposers=[deployer], tracks=TRACKS))
        self.deployed_at = BlockNumber(self.block_number() + 1)
        receipts = {}
        for name in NAMES:
            code = encode.creation(name, told[name])
            receipts[name] = self._mined({"from": deployer, "data": "0x" + code.hex()})
            assert checksummed(bytes.fromhex(receipts[name]["contractAddress"][2:])) == at[name]
        self.contracts = at
        if folder is not None:
            self._write(folder, receipts)

    def _write(self, folder: Path, receipts: Mapping[str, Receipt]) -> None:
        found = {
            name: {
                "address": address,
                "codeHash": self.code_hash(address),
                "transaction": receipts[name]["transactionHash"],
            }
            for name, address in self.contracts.items()
        }
        content = {
            "chainId": self.chain_id,
            "caip2": caip2(self.chain_id),
            "genesisHash": self.rpc("eth_getBlockByNumber", "0x0", False)["hash"],
            "deployedAtBlock": self.deployed_at,
            "contracts": found,
            "sourceHash": "test",
        }
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.chain_id}.json").write_text(json.dumps(content))

    def fees(self) -> dict[str, int]:
        """What a wallet offers for a transaction: geth takes none without a tip."""
        most = 3 * int(self.rpc("eth_gasPrice"), 16) + GWEI
        return {"maxFeePerGas": most, "maxPriorityFeePerGas": GWEI}

    def code_hash(self, address: Address) -> Hash32:
        """keccak-256 of the code at an address."""
        return hash32(keccak(bytes.fromhex(self.rpc("eth_getCode", address, "latest")[2:])))

    def send(
        self, sender: Address, contract: str, function: str, args: Sequence[Any], value: int = 0
    ) -> Receipt:
        """A mined transaction. Raises ContractRefused as people would see it."""
        data = encode.calldata(contract, function, args)
        call = {"from": sender, "to": self.contracts[contract], "data": "0x" + data.hex()}
        return self._mined({**call, "value": hex(value)})

    def decree(self, contract: str, function: str, args: Sequence[Any]) -> Receipt:
        """What the timelock does when its week of notice is over; raises as `send` does."""
        data = encode.calldata(contract, function, args)
        operation = (self.contracts[contract], 0, data, bytes(32), secrets.token_bytes(32))
        self.send(self.accounts[0], TIMELOCK, "schedule", (*operation, _NOTICE_SECONDS))
        self.warp(_NOTICE_SECONDS)
        return self.send(self.accounts[0], TIMELOCK, "execute", operation)

    def _mined(self, transaction: Mapping[str, Any]) -> Receipt:
        # Asked by itself, so that a refusal comes with the contract's words.
        # In the block to come: some nodes estimate in the latest, whose number and time are others.
        gas = int(self.rpc("eth_estimateGas", transaction, "pending"), 16)
        # The block may stand at another time than the estimate, where other slots are written.
        roomy = {**transaction, "gas": hex(gas * 3 // 2)}
        receipt = self.receipt(self.rpc("eth_sendTransaction", roomy))
        assert receipt["status"] == "0x1", receipt
        return receipt

    def receipt(self, sent: str) -> Receipt:
        """Of a transaction by its hash, also one that failed, once it is mined.

        The node gives the hash a moment before the block is there.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := self.rpc("eth_getTransactionReceipt", sent)) is None:
            assert time.monotonic() < deadline, f"{sent} is not mined"
            time.sleep(0.002)
        receipt: Receipt = found
        return receipt

    def call(
        self,
        contract: str,
        function: str,
        *args: Any,
        block: str | None = None,
        as_if: Mapping[str, Any] | None = None,
        sender: Address | None = None,
        value: int = 0,
    ) -> Any:
        """What a view answers: its value, or a tuple of several.

        `block` is a hash; `as_if` overrides fields of that block, such as `number`; `sender` asks,
        and would send `value`.
        """
        data = "0x" + encode.calldata(contract, function, args).hex()
        call = {
            "to": self.contracts[contract],
            "data": data,
            "value": hex(value),
            "from": sender or NO_ACCOUNT,
        }
        at: Any = {"blockHash": block} if block else "latest"
        overrides = ({}, dict(as_if)) if as_if else ()  # not every node takes any
        answer = bytes.fromhex(self.rpc("eth_call", call, at, *overrides)[2:])
        values = decode(encode.result_types(contract, function), answer)
        shown = [hash32(v) if isinstance(v, bytes) and len(v) == 32 else v for v in values]
        return shown[0] if len(shown) == 1 else tuple(shown)

    def header(self, number: int) -> Header:
        """A block's header, checked against its hash."""
        return headers.read(self.rpc("eth_getBlockByNumber", hex(number), False))

    def block_number(self) -> BlockNumber:
        """The head's number."""
        return BlockNumber(int(self.rpc("eth_blockNumber"), 16))

    def now(self) -> UnixTime:
        """The head's time."""
        return self.header(self.block_number()).block.timestamp

    def mine(self, blocks: int = 1) -> None:
        """Mine empty blocks."""
        self.rpc("anvil_mine", hex(blocks))

    def warp(self, seconds: int) -> None:
        """Let `seconds` pass on the chain's clock, and mine a block."""
        self.warp_to(self.now() + seconds)

    def warp_to(self, timestamp: int) -> None:
        """Mine a block at exactly `timestamp`."""
        self.rpc("evm_setNextBlockTimestamp", timestamp)
        self.mine()

    def at(self, timestamp: int) -> None:
        """Let the next transaction's block have exactly `timestamp`."""
        self.rpc("evm_setNextBlockTimestamp", timestamp)


def creation_address(sender: Address, nonce: int) -> Address:
    """Where a contract goes that `sender` creates with its transaction number `nonce`."""
    count = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    return checksummed(keccak(rlp.encode([bytes.fromhex(sender[2:]), count]))[12:])
