"""A geth that moves as anvil does: what tests tell anvil, told to the engine API instead.

Everything else reaches geth as it came, and its answers come back as geth gave them, byte for byte.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

from eth_account.messages import encode_defunct, encode_typed_data
from eth_utils.address import to_checksum_address

from scripts.toolchain.genesis import people
from scripts.toolchain.geth import Geth
from tests.engine import Block, Connection, Consensus

GWEI = 10**9
_PATIENCE_SECONDS = 2.0


class CannotError(Exception):
    """Geth has no way to do what anvil does."""


class Front:
    """What anvil's own methods do, and what a wallet does; one at a time."""

    def __init__(self, geth: Geth) -> None:
        self._consensus = Consensus(geth)
        self._node = self._consensus.node
        self._chain_id = int(self._node.rpc("eth_chainId"), 16)
        self._turn = threading.RLock()
        self._keys = {one.address.lower(): one for one in people()}
        self._snapshots: dict[str, tuple[Block, float]] = {}
        self._ids = count(1)
        self._unseen: str | None = None
        self._automine = True
        self._next_time: int | None = None
        self._ahead_seconds = 0.0
        self.ours: dict[str, Callable[..., Any]] = {
            "eth_accounts": lambda: [one.address.lower() for one in people()],
            "eth_sendTransaction": self._send,
            "eth_sendRawTransaction": self._send_raw,
            "eth_signTypedData_v4": self._sign_typed,
            "personal_sign": self._sign_text,
            "evm_snapshot": self._snapshot,
            "evm_revert": self._revert,
            "evm_mine": lambda: self._mine() and "0x0",
            "anvil_mine": self._mine_many,
            "evm_setAutomine": self._set_automine,
            "evm_setNextBlockTimestamp": self._set_next_time,
            "evm_increaseTime": self._increase_time,
            "anvil_setBalance": self._raise_balance,
        }

    def close(self) -> None:
        """End the connections."""
        self._consensus.close()

    def knows(self, method: str) -> bool:
        """Whether the method is none of geth's."""
        return method in self.ours or method.startswith(("anvil_", "evm_"))

    def answer(self, call: dict[str, Any]) -> dict[str, Any]:
        """The reply to a call that it knows."""
        reply = {"jsonrpc": "2.0", "id": call["id"]}
        try:
            with self._turn:
                if call["method"] not in self.ours:
                    raise CannotError(f"geth cannot do what {call['method']} does")
                return {**reply, "result": self.ours[call["method"]](*call.get("params", ()))}
        except CannotError as refused:
            return {**reply, "error": {"code": -32601, "message": str(refused)}}
        except _Refused as refused:
            return {**reply, "error": refused.error}
        except RuntimeError as error:
            return {**reply, "error": {"code": -32000, "message": str(error)}}

    # Blocks

    def _mine(self, at_least: int = 0, withdrawals: tuple[dict[str, str], ...] = ()) -> bool:
        self._settle()
        parent = self._consensus.head
        timestamp = self._next_time or max(
            parent.timestamp + 1, int(time.time() + self._ahead_seconds)
        )
        block, made = self._consensus.propose(timestamp, withdrawals)
        if block.transactions < at_least:
            return False
        if self._next_time is not None:
            self._ahead_seconds, self._next_time = timestamp - time.time(), None
        self._consensus.add(block, made)
        return True

    def _mine_many(self, blocks: str | int = 1) -> None:
        for _ in range(int(blocks, 16) if isinstance(blocks, str) else blocks):
            self._mine()

    def _set_automine(self, on: bool) -> bool:
        self._automine = on
        return True

    def _set_next_time(self, timestamp: str | int) -> None:
        self._next_time = int(timestamp, 16) if isinstance(timestamp, str) else timestamp

    def _increase_time(self, seconds: int) -> str:
        self._ahead_seconds += seconds
        return hex(int(self._ahead_seconds))

    # States

    def _snapshot(self) -> str:
        name = hex(next(self._ids))
        self._snapshots[name] = (self._consensus.head, self._ahead_seconds)
        return name

    def _revert(self, name: str) -> bool:
        if name not in self._snapshots:
            return False
        block, self._ahead_seconds = self._snapshots.pop(name)
        self._next_time = None
        self._consensus.forget_after(block.number)
        return True

    def _raise_balance(self, account: str, wei: str) -> None:
        """By a withdrawal of stake (EIP-4895), which pays in gwei, and never takes."""
        missing = int(wei, 16) - int(self._node.rpc("eth_getBalance", account, "latest"), 16)
        if missing < 0 or missing % GWEI:
            raise CannotError("geth cannot lower a balance, nor pay less than a gwei")
        if missing:
            number = hex(next(self._ids))
            paid = {"index": number, "validatorIndex": "0x0", "address": account}
            self._mine(0, ({**paid, "amount": hex(missing // GWEI)},))

    # Transactions

    def _send(self, asked: dict[str, Any]) -> str:
        key = self._keys[asked["from"].lower()]
        signed = key.sign_transaction(
            {
                "data": asked.get("data", asked.get("input", "0x")),
                "value": asked.get("value", "0x0"),
                "nonce": asked.get("nonce")
                or self._node.rpc("eth_getTransactionCount", key.address, "pending"),
                "gas": asked.get("gas") or self._forward("eth_estimateGas", asked),
                "chainId": self._chain_id,
                **({"to": to_checksum_address(asked["to"])} if asked.get("to") else {}),
                **self._fees(asked),
            }
        )
        return self._send_raw("0x" + bytes(signed.raw_transaction).hex())

    def _fees(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "gasPrice" in asked:
            return {"gasPrice": asked["gasPrice"]}
        base = int(self._node.rpc("eth_gasPrice"), 16)
        tip = asked.get("maxPriorityFeePerGas", hex(GWEI))
        most = asked.get("maxFeePerGas", hex(2 * base + int(tip, 16)))
        return {"type": "0x2", "maxFeePerGas": most, "maxPriorityFeePerGas": tip}

    def _send_raw(self, signed: str) -> str:
        sent = str(self._forward("eth_sendRawTransaction", signed))
        self._unseen = sent
        if self._automine:
            self._mine(at_least=1)
        return sent

    def _settle(self) -> None:
        """Wait until the pool has looked at what it was given; what a gap holds up stays there."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self._unseen and time.monotonic() < deadline:
            # It makes itself up a moment after it has answered, of blobs a long one.
            known = self._node.rpc("eth_getTransactionByHash", self._unseen)
            if known is not None and self._node.rpc("txpool_status")["queued"] == "0x0":
                self._unseen = None
            time.sleep(0.002)
        self._unseen = None

    def _sign_typed(self, account: str, data: str | dict[str, Any]) -> str:
        message = json.loads(data) if isinstance(data, str) else data
        signed = self._keys[account.lower()].sign_message(encode_typed_data(full_message=message))
        return "0x" + bytes(signed.signature).hex()

    def _sign_text(self, data: str, account: str) -> str:
        signed = self._keys[account.lower()].sign_message(encode_defunct(hexstr=data))
        return "0x" + bytes(signed.signature).hex()

    def _forward(self, method: str, *params: Any) -> Any:
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = json.loads(self._node.post(json.dumps(call).encode())[1])
        if "error" in answer:
            raise _Refused(answer["error"])
        return answer["result"]


class _Refused(Exception):
    """Geth's own error, to be passed on as it is."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error.get("message"))
        self.error = error


@contextmanager
def fronted(geth: Geth) -> Iterator[str]:
    """The address at which `geth` moves as anvil does."""
    front = Front(geth)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            self._node = Connection(geth.url)

        def finish(self) -> None:
            self._node.close()
            super().finish()

        def handle(self) -> None:
            # Whoever asks may be killed between two questions.
            with suppress(ConnectionError):
                super().handle()

        def do_POST(self) -> None:
            status, body = _reply(
                front, self._node, self.rfile.read(int(self.headers["Content-Length"]))
            )
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        front.close()


def _reply(front: Front, node: Connection, body: bytes) -> tuple[int, bytes]:
    asked = json.loads(body)
    calls = asked if isinstance(asked, list) else [asked]
    if not any(front.knows(call["method"]) for call in calls):
        return node.post(body)
    found = [
        front.answer(call)
        if front.knows(call["method"])
        else json.loads(node.post(json.dumps(call).encode())[1])
        for call in calls
    ]
    return 200, json.dumps(found if isinstance(asked, list) else found[0]).encode()
