"""What a program needs to take part: the API prepares, our own wallet signs, the node takes it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from eth_account import Account
from eth_account.signers.local import LocalAccount

from scripts.demo.errors import DemoError

WAIT_SECONDS = 60.0
_PHRASE = "test test test test test test test test test test test junk"
"""Anvil's, as the README names it."""


@dataclass(frozen=True)
class Person:
    """Somebody with a wallet: `role` is what the timeline calls them."""

    role: str
    account: LocalAccount

    @property
    def address(self) -> str:
        return str(self.account.address)

    @classmethod
    def known(cls, role: str, number: int) -> Person:
        """By one of the local chain's accounts, which anybody can import and go on as."""
        Account.enable_unaudited_hdwallet_features()
        path = f"m/44'/60'/0'/0/{number}"
        return cls(role, Account.from_mnemonic(_PHRASE, account_path=path))


class Node:
    """JSON-RPC of the local chain: the few calls that a wallet and an auditor make."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30)

    def close(self) -> None:
        self._http.close()

    def call(self, method: str, *params: object) -> Any:
        """The result of a call. Raises `DemoError` where the node refuses or cannot be reached."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        try:
            answer = self._http.post("", json=body).json()
        except (httpx.HTTPError, ValueError) as error:
            raise DemoError(f"the node does not answer {method}: {error}") from error
        if "error" in answer:
            raise DemoError(f"the node refuses {method}: {answer['error'].get('message')}")
        return answer["result"]

    def send(self, person: Person, transaction: Mapping[str, Any]) -> str:
        """Signs, sends, waits until mined; the transaction's hash. `transaction` is the API's."""
        value = int(transaction.get("value", "0"), 0)
        call = {"from": person.address, "to": transaction["to"], "value": hex(value)}
        if transaction.get("data"):
            call["data"] = transaction["data"]
        gas = int(self.call("eth_estimateGas", call), 16)
        signed = person.account.sign_transaction(
            {
                "to": transaction["to"],
                "value": value,
                "data": transaction.get("data", "0x"),
                "chainId": int(self.call("eth_chainId"), 16),
                "nonce": int(self.call("eth_getTransactionCount", person.address, "pending"), 16),
                "gas": gas + gas // 5,
                "maxFeePerGas": 2 * int(self.call("eth_gasPrice"), 16) + 10**9,
                "maxPriorityFeePerGas": 10**9,
            }
        )
        sent = self.call("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())
        receipt = self.receipt(sent)
        if int(receipt["status"], 16) != 1:
            raise DemoError(f"transaction {sent} was reverted")
        return str(sent)

    def receipt(self, transaction: str) -> Mapping[str, Any]:
        for _ in _until(WAIT_SECONDS):
            receipt = self.call("eth_getTransactionReceipt", transaction)
            if receipt is not None:
                return dict(receipt)
        raise DemoError(f"transaction {transaction} was not mined within {WAIT_SECONDS:.0f} s")

    def head(self) -> int:
        return int(self.call("eth_blockNumber"), 16)

    def now(self) -> int:
        """The time of the latest block."""
        return int(self.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def balance(self, address: str) -> int:
        return int(self.call("eth_getBalance", address, "latest"), 16)

    def pass_time(self, seconds: int) -> None:
        """Moves the chain's clock; the contracts' windows stay as long as they are."""
        self.call("evm_increaseTime", seconds)
        self.mine(1)

    def mine(self, blocks: int) -> None:
        for _ in range(blocks):
            self.call("evm_mine")


class Api:
    """The service's API as any program sees it."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=60)

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **query: object) -> Any:
        return self._json("GET", path, params=query)

    def content(self, path: str) -> bytes:
        """The bytes at `path`."""
        response = self._http.get(path)
        if response.status_code != httpx.codes.OK:
            raise DemoError(f"GET {path}: status {response.status_code}")
        return response.content

    def prepare(self, action: str, person: Person, **params: object) -> Mapping[str, Any]:
        """The unsigned transaction of an action, with its summary."""
        body = {"actor": person.address, **params}
        return dict(self._json("POST", f"/v1/actions/{action}", json=body))

    def submit(
        self, person: Person, text: str, files: Sequence[tuple[Path, str]] = ()
    ) -> Mapping[str, Any]:
        """Stores a message and files (path, kind); their manifest and its digest."""
        parts: list[tuple[str, Any]] = [
            ("files", (path.name, path.read_bytes(), _media_type(path))) for path, _ in files
        ]
        data = {"author": person.address, "text": text, "kind": [kind for _, kind in files]}
        return dict(self._json("POST", "/v1/evidence", data=data, files=parts or None))

    def wait_for(self, block: int) -> None:
        """Until the index has `block`."""
        for _ in _until(WAIT_SECONDS):
            if int(self.get("/v1/status")["as_of_block"]) >= block:
                return
        raise DemoError(f"the index did not reach block {block} within {WAIT_SECONDS:.0f} s")

    def _json(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = self._http.request(method, path, **options)
            body = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise DemoError(f"{method} {path}: no usable answer: {error}") from error
        if response.is_error:
            detail = body.get("detail") or body.get("title")
            raise DemoError(f"{method} {path}: {body.get('code')}: {detail}")
        return body


def _media_type(path: Path) -> str:
    known = {".png": "image/png", ".txt": "text/plain"}
    return known.get(path.suffix, "application/octet-stream")


def _until(seconds: float) -> Any:
    """Turns, a little apart, until the time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.05)
