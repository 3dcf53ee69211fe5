"""Blocks on a local chain with transactions of every kind, and logs of every shape.

`python -m tests.receipt_blocks` rewrites tests/vectors/receipts.json.
"""

import json
from pathlib import Path
from typing import Any

from eth_account.signers.local import LocalAccount

from dapp.chain.keccak import checksummed
from dapp.domain.types import Address, Hash32
from scripts.toolchain.anvil import CHAIN_ID, Anvil
from scripts.toolchain.genesis import people
from tests import chains
from tests.local_chain import LocalChain

VECTOR = Path(__file__).parent / "vectors" / "receipts.json"

_NOBODY = "0x" + "11" * 20
_GAS = 90_000
_CHEAP = {"maxFeePerGas": 10**11, "maxPriorityFeePerGas": 10**6}
_INVALID = b"\xfe"
# RLP of data takes another form at 1 byte below 0x80, at 56 bytes and at 256.
_SHAPES = ((0, 0, 0), (1, 1, 0x05), (2, 1, 0x80), (3, 55, 1), (4, 56, 1), (1, 300, 1))


def topic_of(place: int, size: int) -> bytes:
    """A topic by its place, from 1 on, and its log's bytes of data.

    It ends as the next one's prefix begins, so that the bytes alone do not show the border.
    """
    return bytes([place, size % 256]) * 15 + bytes([place, 0xA0])


def _logging() -> bytes:
    """Code that writes a log of each of `_SHAPES`: topics, bytes of data, the first of them."""
    code = b""
    for topics, size, first in _SHAPES:
        code += b"\x60" + bytes([first]) + bytes.fromhex("600053")  # MSTORE8
        for topic in range(topics, 0, -1):
            code += b"\x7f" + topic_of(topic, size)  # PUSH32
        code += b"\x61" + size.to_bytes(2, "big") + bytes.fromhex("6000") + bytes([0xA0 + topics])
    return code + b"\x00"


def _deploying(code: bytes) -> bytes:
    return b"\x61" + len(code).to_bytes(2, "big") + bytes.fromhex("80600c6000396000f3") + code


class Blocks:
    """Makes blocks at will on a chain of its own.

    Attributes:
        ours, foreign: contracts that write a log of each shape when they are called.
    """

    def __init__(self, node: Anvil) -> None:
        self._signer, self._other, self._third = people()[:3]
        self._node = node
        self.ours, self.foreign = self._deployed(), self._deployed()
        node.rpc("evm_setAutomine", False)

    def receipts(self, block: Hash32) -> list[dict[str, Any]]:
        """What the node tells of a block."""
        found: list[dict[str, Any]] = self._node.rpc("eth_getBlockReceipts", block)
        return found

    def _deployed(self) -> Address:
        data = "0x" + _deploying(_logging()).hex()
        call = {"from": self._signer.address, "data": data, "gas": hex(10 * _GAS)}
        receipt = self._node.receipt(self._node.rpc("eth_sendTransaction", call))
        return checksummed(bytes.fromhex(receipt["contractAddress"][2:]))

    def of_size(self, transactions: int) -> int:
        """Mine a block of so many transactions, of which some write logs; return its number."""
        nonce = self._nonce()
        sent = [self._call(place, nonce + place) for place in range(transactions)]
        # The node works on the calls of one request in any order; the nonces restore it.
        if sent:
            with LocalChain(self._node.url) as chain:
                chain.rpc_batch(sent)
        return self._mined(transactions)

    def _call(self, place: int, nonce: int) -> tuple[str, list[Any]]:
        to = {0: self.ours, 1: self.foreign}.get(place % 20, _NOBODY)
        call = {"from": self._signer.address, "to": to, "gas": hex(_GAS), "nonce": hex(nonce)}
        return "eth_sendTransaction", [call]

    def of_all_kinds(self) -> int:
        """Mine a block with every type of transaction, a creation and failures."""
        nonce = self._nonce()
        # Geth's pool takes no delegation by who has transactions waiting, and no blobs from them.
        allows = self._third.sign_authorization(
            {"chainId": CHAIN_ID, "address": self.foreign, "nonce": nonce + 99}
        )
        kinds: list[dict[str, Any]] = [
            {"to": self.ours, "gasPrice": 10**11},
            {"to": self.foreign, "gasPrice": 10**11, "type": 1, "accessList": []},
            {"to": _NOBODY, **_CHEAP},
            {"data": _INVALID, **_CHEAP},
            # As the code of a creation it writes logs and leaves an empty contract.
            {"data": _logging(), **_CHEAP},
            {"to": self.ours, **_CHEAP, "type": 4, "authorizationList": [allows]},
        ]
        for place, kind in enumerate(kinds):
            self._send(self._signer, {**kind, "nonce": nonce + place})
        blob = {"to": self.ours, **_CHEAP, "type": 3, "maxFeePerBlobGas": 10**10, "nonce": 0}
        self._send(self._other, blob)
        return self._mined(len(kinds) + 1)

    def _send(self, signer: LocalAccount, kind: dict[str, Any]) -> None:
        common = {"chainId": CHAIN_ID, "gas": _GAS, "value": 0}
        blobs = [bytes(131_072)] if kind.get("type") == 3 else None
        signed = signer.sign_transaction({**common, **kind}, blobs=blobs)
        self._node.rpc("eth_sendRawTransaction", "0x" + bytes(signed.raw_transaction).hex())

    def _nonce(self) -> int:
        return int(self._node.rpc("eth_getTransactionCount", self._signer.address, "latest"), 16)

    def _mined(self, transactions: int) -> int:
        self._node.rpc("evm_mine")
        block = self._node.rpc("eth_getBlockByNumber", "latest", False)
        assert len(block["transactions"]) == transactions
        return int(block["number"], 16)


def _write() -> None:
    with chains.running() as node:
        blocks = Blocks(node)
        number = hex(blocks.of_all_kinds())
        content = {
            "about": "A block of anvil's with every type of transaction, as its node tells it",
            "ours": blocks.ours,
            "foreign": blocks.foreign,
            "header": node.rpc("eth_getBlockByNumber", number, False),
            "receipts": node.rpc("eth_getBlockReceipts", number),
        }
        VECTOR.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    _write()
