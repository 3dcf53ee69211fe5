"""Plays the consensus client of a geth: says which block comes, when, and which one is the head."""

import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import rlp

from scripts.toolchain.geth import Geth

_NOBODY = "0x" + "00" * 20
_ZEROS = "0x" + "00" * 32
# Two epochs, and one, behind the head.
_FINAL_AFTER, _SAFE_AFTER = 64, 32


class Connection:
    """One HTTP connection to the node; for one thread."""

    def __init__(self, url: str, secret: bytes | None = None) -> None:
        self._http = HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._secret = secret

    def post(self, body: bytes) -> tuple[int, bytes]:
        """The HTTP status and the body that `body` is answered with."""
        headers = {"Content-Type": "application/json"}
        if self._secret is not None:
            headers["Authorization"] = f"Bearer {_token(self._secret)}"
        self._http.request("POST", "/", body, headers)
        answer = self._http.getresponse()
        return answer.status, answer.read()

    def rpc(self, method: str, *params: Any) -> Any:
        """One call's result. Raises RuntimeError with the node's words."""
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = json.loads(self.post(json.dumps(call).encode())[1])
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    def close(self) -> None:
        """End it."""
        self._http.close()


@dataclass(frozen=True)
class Block:
    """One that the node has, or may take.

    Attributes:
        timestamp: in Unix seconds.
        transactions: how many it holds.
    """

    number: int
    hash: str
    parent: str
    timestamp: int
    transactions: int


class Consensus:
    """Decides on the chain of a node; for one thread at a time.

    Args:
        geth: must have no other consensus client.
    """

    def __init__(self, geth: Geth) -> None:
        self.node = Connection(geth.url)
        self._engine = Connection(geth.engine_url, geth.secret)
        self._chain: list[Block] = []
        # Only a node that was told of a head counts itself as in step with the chain.
        self.choose(self._known(self.node.rpc("eth_getBlockByNumber", "latest", False)))

    def close(self) -> None:
        """End the connections."""
        self.node.close()
        self._engine.close()

    @property
    def head(self) -> Block:
        """The block that the node was told to take for its latest."""
        return self._chain[-1]

    def propose(
        self, timestamp: int, withdrawals: Sequence[dict[str, str]] = ()
    ) -> tuple[Block, dict[str, Any]]:
        """A block on the head out of the node's pool, which nobody was told of; `add` adds it."""
        attributes = {
            "timestamp": hex(timestamp),
            "prevRandao": "0x" + os.urandom(32).hex(),
            "suggestedFeeRecipient": _NOBODY,
            "withdrawals": list(withdrawals),
            "parentBeaconBlockRoot": _ZEROS,
        }
        made = self.node.rpc("testing_buildBlockV1", self.head.hash, attributes, None, "0x")
        payload = made["executionPayload"]
        return self._known({**payload, "hash": payload["blockHash"]}, "blockNumber"), made

    def add(self, block: Block, made: dict[str, Any]) -> None:
        """Let the node check a proposed block and take it for its head."""
        payload, requests = made["executionPayload"], made.get("executionRequests") or []
        said = self._engine.rpc(
            "engine_newPayloadV4", payload, _blobs(payload["transactions"]), _ZEROS, requests
        )
        if said["status"] != "VALID":
            raise RuntimeError(f"geth does not take a block: {said}")
        self.choose(block)

    def choose(self, head: Block) -> None:
        """Let the node take a block that it knows for its head, which may be a reorganisation.

        Transactions of the blocks that are left come back to its pool.
        """
        self._link(head)
        state = {"headBlockHash": head.hash, "safeBlockHash": _ZEROS, "finalizedBlockHash": _ZEROS}
        if head.number >= _FINAL_AFTER:
            state["finalizedBlockHash"] = self._chain[head.number - _FINAL_AFTER].hash
            state["safeBlockHash"] = self._chain[head.number - _SAFE_AFTER].hash
        said = self._engine.rpc("engine_forkchoiceUpdatedV3", state, None)["payloadStatus"]
        if said["status"] != "VALID":
            raise RuntimeError(f"geth does not take another head: {said}")

    def forget_after(self, number: int) -> None:
        """Take the node back to a block, as if it had never known a later one."""
        if self.head.number > number:
            self.node.rpc("debug_setHead", hex(number))
            del self._chain[number + 1 :]

    def _link(self, head: Block) -> None:
        """Remember the blocks up to `head`, and no others."""
        missing = [head]
        while (below := missing[-1].number - 1) >= 0 and not (
            below < len(self._chain) and self._chain[below].hash == missing[-1].parent
        ):
            parent = self.node.rpc("eth_getBlockByHash", missing[-1].parent, False)
            missing.append(self._known(parent))
        del self._chain[missing[-1].number :]
        self._chain += reversed(missing)

    def _known(self, header: dict[str, Any], number: str = "number") -> Block:
        return Block(
            int(header[number], 16),
            header["hash"],
            header["parentHash"],
            int(header["timestamp"], 16),
            len(header["transactions"]),
        )


def _blobs(transactions: Sequence[str]) -> list[str]:
    """The versioned hashes of the blobs that a block's transactions bring (EIP-4844)."""
    fields = (rlp.decode(bytes.fromhex(one[4:])) for one in transactions if one[:4] == "0x03")
    return ["0x" + blob.hex() for transaction in fields for blob in transaction[10]]


def _token(secret: bytes) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"iat": int(time.time())})
    signed = ".".join(_base64(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
