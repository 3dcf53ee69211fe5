"""The faults of a node, by name: each is told to some answers and then ends.

A lie changes what a reply says; an outage takes the place of a whole answer.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.lying_node import Fault, Reply, Request

Ask = Callable[..., Any]
"""The true node's word, by method and parameters."""
Change = Callable[[Request, Any], Any]
"""Makes a lie of a result; `UNCHANGED` where there is nothing to lie about."""

UNCHANGED = object()
Logs = list[dict[str, Any]]


@dataclass
class Refusal:
    """An error of JSON-RPC in place of a result."""

    code: int
    message: str


@dataclass
class Lie:
    """A twist that ends.

    Attributes:
        name: of the fault.
        methods: to which it applies.
        change: what it makes of a result.
        answers: how many are still to be changed.
        told: how many were.
    """

    name: str
    methods: tuple[str, ...]
    change: Change
    answers: int = 1
    told: int = 0

    def __call__(self, request: Request, reply: Reply) -> Reply:
        if self.answers <= 0 or request["method"] not in self.methods or "result" not in reply:
            return reply
        changed = self.change(request, reply["result"])
        if changed is UNCHANGED:
            return reply
        self.answers -= 1
        self.told += 1
        if isinstance(changed, Refusal):
            error = {"code": changed.code, "message": changed.message}
            return {"jsonrpc": "2.0", "id": reply["id"], "error": error}
        return {**reply, "result": changed}


_LOGS = ("eth_getLogs",)
_RECEIPTS = ("eth_getBlockReceipts", "eth_getTransactionReceipt")
_BLOCKS = ("eth_getBlockByNumber", "eth_getBlockByHash")

# What nodes say of a range they do not want, as their operators document it or their source has it.
RANGE_WORDINGS: Mapping[str, Refusal] = {
    "alchemy": Refusal(
        -32602,
        "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range"
        " and no limit on the response size, or you can request any block range with a cap of 10K"
        " logs in the response.",
    ),
    "infura": Refusal(
        -32005, "query returned more than 10000 results. Try with this block range [0x1, 0x2]."
    ),
    "quicknode": Refusal(-32614, "eth_getLogs is limited to a 10,000 range"),
    "ankr": Refusal(-32062, "Block range is too large"),
    "bsc": Refusal(-32000, "exceed maximum block range: 5000"),
    "avalanche": Refusal(-32000, "requested too many blocks from 1 to 9, maximum is set to 2048"),
    "reth blocks": Refusal(-32602, "query exceeds max block range 100000"),
    "reth results": Refusal(-32602, "query exceeds max results 20000, retry with the range 1-2"),
    "chainstack": Refusal(-32602, "Block range limit exceeded. See more details at a page"),
    "cloudflare": Refusal(-32047, "Invalid eth_getLogs request. Range too large. Max range: 800"),
    "llama": Refusal(-32005, "range is too large, max is 1k blocks"),
    "polygon": Refusal(-32005, "logs are limited to a block range of 1024"),
    "time": Refusal(-32000, "query timeout exceeded"),
    "size": Refusal(-32008, "Response is too big"),
    "unknown": Refusal(-32099, "les dieux sont contre nous"),
}


def _logs(change: Callable[[Logs], Logs]) -> Change:
    return lambda _, logs: change(logs) if logs else UNCHANGED


def _other_block(ask: Ask, request: Request, result: Any) -> Any:
    """The answer about the block before the one that was asked about."""
    if not result:
        return UNCHANGED
    number = int(result[0]["blockNumber"], 16)
    return ask(request["method"], hex(number - 1))


def _older_head(ask: Ask, back: int) -> Change:
    def change(request: Request, result: Any) -> Any:
        if request["params"][0] != "latest" or result is None:
            return UNCHANGED
        return ask("eth_getBlockByNumber", hex(max(1, int(result["number"], 16) - back)), False)

    return change


def _frozen_head() -> Change:
    """The first head that is asked for, again and again."""
    seen: list[Any] = []

    def change(request: Request, result: Any) -> Any:
        if request["params"][0] != "latest":
            return UNCHANGED
        seen.append(result)
        return seen[0]

    return change


def _of_tag(tag: str, changed: Callable[[dict[str, Any]], Any]) -> Change:
    return lambda request, result: (
        changed(result) if request["params"][0] == tag and result else UNCHANGED
    )


def _too_large(refusal: Refusal, most: int) -> Change:
    def change(request: Request, result: Any) -> Any:
        which = request["params"][0]
        if "fromBlock" not in which:
            return UNCHANGED
        size = int(which["toBlock"], 16) - int(which["fromBlock"], 16) + 1
        return refusal if size > most else UNCHANGED

    return change


def too_large(wording: str, most: int, answers: int) -> Lie:
    """A node that refuses ranges of more than `most` blocks."""
    return Lie(wording, _LOGS, _too_large(RANGE_WORDINGS[wording], most), answers)


def without_log(block: str, index: str) -> Lie:
    """A node that never has one log."""

    def change(_: Request, logs: Logs) -> Any:
        left = [one for one in logs if (one["blockHash"], one["logIndex"]) != (block, index)]
        return left if len(left) < len(logs) else UNCHANGED

    return Lie("a log that is never there", _LOGS, change, answers=1_000_000)


def lies(lots: random.Random, ask: Ask) -> dict[str, Lie]:
    """Every lie by its name, each about to be told a few times."""

    def some(logs: Logs) -> int:
        return lots.randrange(len(logs))

    def without_one(logs: Logs) -> Logs:
        gone = some(logs)
        return logs[:gone] + logs[gone + 1 :]

    def without_block(logs: Logs) -> Logs:
        gone = logs[some(logs)]["blockHash"]
        return [one for one in logs if one["blockHash"] != gone]

    def with_one(**changed: Any) -> Callable[[Logs], Logs]:
        def change(logs: Logs) -> Logs:
            place = some(logs)
            return [*logs[:place], {**logs[place], **changed}, *logs[place + 1 :]]

        return change

    def disorder(logs: Logs) -> Logs:
        return lots.sample(logs, len(logs))

    nowhere, stranger = "0x" + "12" * 32, "0x" + "11" * 20
    wording = lots.choice(sorted(RANGE_WORDINGS))
    made = [
        Lie("one log missing", _LOGS, _logs(without_one)),
        Lie("a block's logs missing", _LOGS, _logs(without_block)),
        Lie("no logs at all", _LOGS, _logs(lambda _: [])),
        Lie("duplicates", _LOGS, _logs(lambda logs: [*logs, logs[some(logs)]])),
        Lie("disorder", _LOGS, _logs(disorder)),
        Lie("wrong block hash", _LOGS, _logs(with_one(blockHash=nowhere))),
        Lie("foreign address", _LOGS, _logs(with_one(address=stranger))),
        Lie("removed", _LOGS, _logs(with_one(removed=True))),
        Lie("changed data", _LOGS, _logs(with_one(data="0x" + "00" * 32))),
        Lie("logs null", _LOGS, lambda *_: None),
        Lie("receipts null", _RECEIPTS, lambda *_: None),
        Lie("receipts short", _RECEIPTS[:1], _logs(without_one)),
        Lie("receipts empty", _RECEIPTS[:1], _logs(lambda _: [])),
        Lie("receipts of another block", _RECEIPTS[:1], lambda *a: _other_block(ask, *a)),
        Lie("head goes back", _BLOCKS[:1], _older_head(ask, lots.randint(1, 9))),
        Lie("head goes far back", _BLOCKS[:1], _older_head(ask, 90)),
        Lie("head jumps", _BLOCKS[:1], _of_tag("latest", lambda h: {**h, "number": "0xfffff"})),
        Lie("head freezes", _BLOCKS[:1], _frozen_head(), answers=lots.randint(2, 30)),
        Lie("finalized unsupported", _BLOCKS[:1], _no_finality(), answers=9),
        Lie("finalized null", _BLOCKS[:1], _of_tag("finalized", lambda _: None), answers=9),
        Lie("finalized falls", _BLOCKS[:1], _fallen_finality(ask), answers=9),
        Lie("null block", _BLOCKS, lambda *_: None),
        Lie("null block by hash", _BLOCKS[1:], lambda *_: None),
        Lie("wrong chain id", ("eth_chainId",), lambda *_: "0x1"),
        Lie(f"range too large: {wording}", _LOGS, _too_large(RANGE_WORDINGS[wording], 7)),
    ]
    for lie in made:
        lie.answers = max(lie.answers, lots.randint(1, 3))
    return {lie.name.split(":")[0]: lie for lie in made}


def _no_finality() -> Change:
    return _of_tag("finalized", lambda _: Refusal(-32601, "unknown block tag"))


def _fallen_finality(ask: Ask) -> Change:
    return _of_tag("finalized", lambda _: ask("eth_getBlockByNumber", "0x0", False))


def _error_body(code: int, message: str) -> bytes:
    return b'{"jsonrpc":"2.0","id":0,"error":{"code":%d,"message":"%s"}}' % (code, message.encode())


# Longer than the patience of the simulation's indexers with a node.
HANG_SECONDS = 2.2

OUTAGES: Mapping[str, Fault] = {
    "429": Fault(429, b"{}"),
    "429 retry after 0 s": Fault(429, b"{}", {"Retry-After": "0"}),
    "429 retry after a date": Fault(429, b"{}", {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
    "502": Fault(502, b"<html>bad gateway</html>"),
    "503": Fault(503, b""),
    "403": Fault(403, b"<html>forbidden</html>"),
    "200 with a page": Fault(200, b"<html>be right back</html>"),
    "200 with nothing": Fault(200, b""),
    "200 asking for patience": Fault(200, _error_body(-32005, "limit exceeded")),
    "200 of another shape": Fault(200, b'{"jsonrpc":"2.0","id":0,"result":17}'),
    "200 with no id": Fault(200, b'{"jsonrpc":"2.0"}'),
    "cut off": Fault(200, b'{"jsonrpc":"2.0","id":0,"result":{"number":"0x', cut_off_bytes=99),
    "huge": Fault(200, b"[" + b" " * 4_000_000 + b"]"),
    "hang": Fault(200, b"{}", delay_seconds=HANG_SECONDS),
}
