"""Moulds of transactions: the same again for another complaint, in another block.

A word of a log that stands for the complaint, its order, its people, its time, its money or a hash
is a gap, filled anew for each complaint; all else is as it was played. What only a proof on chain
could tell from the real thing stays made up: digests, commitments, the order's trail.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from dapp.chain import abi, artifacts, bloom
from dapp.chain.fast_rlp import string
from dapp.domain.types import Address, word
from scripts.benches.forms import Form, Piece, Told
from scripts.benches.lives import Sent

_EARLIEST, _LATEST = 1_500_000_000, 4_000_000_000
_ROLES = {
    "complaint": "id",
    "dispute": "id",
    "_evidenceGroupID": "id",
    "organisation": "organisation",
}
# What goes before the topics, by their number: the list's prefix and the first topic's.
_BEFORE_TOPICS = (b"\xc0", b"\xe1\xa0", b"\xf8\x42\xa0", b"\xf8\x63\xa0", b"\xf8\x84\xa0")
_BLOCK_AT, _TIME_AT, _FIELD = 104, 160, 0xFFFFFFFF
"""Where a round's word has the block and the time at which it was armed."""
_OWN = ("blockHash", "blockNumber", "blockTimestamp", "transactionHash", "transactionIndex")
_DYNAMIC = ("string", "uint32[]", "int256[]")
_DIGITS = re.compile(rb"f01551220([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Copy:
    """Whom a transaction is made for again.

    Attributes:
        words: 32 bytes each, by the name of a role: `id`, `organisation`, `customer`, ….
        times: how many times as much money.
        shift: added to the numbers of positions.
    """

    words: Mapping[str, bytes]
    times: int = 1
    shift: int = 0


Fill = Callable[[Copy, int, int], bytes]
"""What goes into a gap, of a copy in a block of that number and time."""


@dataclass(frozen=True, slots=True)
class Fold:
    """An event that goes into the complaint's trail: what it is, its words, who acted."""

    topic: bytes
    words: Form
    actor: Piece


@dataclass(frozen=True, slots=True)
class Mould:
    """A transaction, to be made again.

    Attributes:
        logs: their RLP, joined.
        told: the receipt.
        folds: of the events in its logs, in order.
        bloom: of what stays; `topics` are the gaps that are topics.
        count: how many logs.
    """

    fills: tuple[Fill, ...]
    logs: Form
    told: Told
    folds: tuple[Fold, ...]
    bloom: int
    topics: tuple[int, ...]
    count: int
    gas: int
    kind: bytes


class _Gaps:
    """The gaps of one transaction, each different one once.

    Args:
        known: words that stand for a role.
        at: the time of its block.
    """

    def __init__(self, known: Mapping[bytes, str], at: int) -> None:
        self.fills: list[Fill] = []
        self.sizes: list[int] = []
        self._known = known
        self._at = at
        self._places: dict[tuple[str, object], int] = {}

    def of(self, name: str, kind: str, found: bytes) -> Piece:
        """The gap that a word of an event leaves, or the word itself."""
        number = int.from_bytes(found, "big")
        role = self._known.get(found) or _ROLES.get(name)
        if role is not None:
            return self._gap("role", role, lambda copy, _b, _t: copy.words[role])
        if name in ("position", "positions"):
            return self._gap("seat", number, lambda copy, _b, _t: word(number + copy.shift))
        if kind == "bytes32" and number:
            return self._gap("hash", found, lambda copy, _b, _t: _hashed(copy, found))
        if kind in ("uint32", "uint40") and _EARLIEST < number < _LATEST:
            later = number - self._at
            return self._gap("time", later, lambda _c, _b, now: word(now + later))
        if kind == "uint96" or name == "amount":
            return self._gap("wei", number, lambda copy, _b, _t: word(number * copy.times))
        if name == "terms":
            return self._gap("round", number, lambda _c, block, now: _armed(number, block, now))
        return found

    def spelled(self, found: bytes) -> int:
        """The gap of a hash whose digits stand in a text."""

        def digits(copy: Copy, _block: int, _now: int) -> bytes:
            return _hashed(copy, found).hex().encode()

        return self._gap("text", found, digits, 64)

    def size(self, pieces: Sequence[Piece]) -> int:
        return sum(self.sizes[one] if isinstance(one, int) else len(one) for one in pieces)

    def _gap(self, kind: str, what: object, fill: Fill, size: int = 32) -> int:
        place = self._places.setdefault((kind, what), len(self.fills))
        if place == len(self.fills):
            self.fills.append(fill)
            self.sizes.append(size)
        return place


def mould(sent: Sent, known: Mapping[bytes, str], contracts: Mapping[Address, str]) -> Mould:
    """The mould of a transaction.

    Args:
        known: words that stand for a role.
        contracts: their names, by address.
    """
    gaps = _Gaps(known, sent.at)
    logs: list[Piece] = []
    folds, told, topical, fixed = list[Fold](), [], set[int](), 0
    for log in sent.receipt["logs"]:
        topics, data, fold = _pieces(log, contracts, gaps)
        address = bytes.fromhex(log["address"][2:])
        logs += _encoded(address, topics, data, gaps.size(data))
        told.append((topics, data))
        folds += [] if fold is None else [fold]
        topical |= {topic for topic in topics if isinstance(topic, int)}
        for stays in (address, *(topic for topic in topics if isinstance(topic, bytes))):
            fixed |= bloom.bits(stays)
    return Mould(
        fills=tuple(gaps.fills),
        logs=Form.of(logs),
        told=_told(sent.receipt, told, len(gaps.fills)),
        folds=tuple(folds),
        bloom=fixed,
        topics=tuple(sorted(topical)),
        count=len(told),
        gas=int(sent.receipt["gasUsed"], 16),
        kind=bytes.fromhex(sent.receipt["type"][2:].zfill(2)),
    )


def _pieces(
    log: Mapping[str, Any], contracts: Mapping[Address, str], gaps: _Gaps
) -> tuple[list[Piece], list[Piece], Fold | None]:
    """Topics and data with their gaps, and what of it is folded into the complaint's trail."""
    topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
    data = bytes.fromhex(log["data"][2:])
    contract = contracts[log["address"]]
    event = _event(contract, topics[0])
    indexed, plain = iter(topics[1:]), iter([data[at : at + 32] for at in range(0, len(data), 32)])
    words: list[Piece] = []
    head, shown = list[Piece](), list[Piece]([topics[0]])
    for one in event["inputs"]:
        word_ = next(indexed if one["indexed"] else plain)
        # Of a list or a text, where it begins.
        found = word_ if one["type"] in _DYNAMIC else gaps.of(one["name"], one["type"], word_)
        words.append(found)
        (shown if one["indexed"] else head).append(found)
    tail = list(_tail(event, list(plain), gaps))
    names = [one["name"] for one in event["inputs"]]
    if tail or contract != "ComplaintDesk" or "actor" not in names:
        return shown, [*head, *tail], None
    fold = Fold(topics[0], Form.of(words), words[names.index("actor")])
    return shown, head, fold


def _event(contract: str, topic: bytes) -> dict[str, Any]:
    events = abi.entries(artifacts.load(contract).abi, "event")
    return next(one for one in events if abi.topic0(one) == topic)


def _tail(event: Mapping[str, Any], words: Sequence[bytes], gaps: _Gaps) -> Iterator[Piece]:
    """What follows the words of an event's arguments: one list, or one text."""
    dynamic = [one for one in event["inputs"] if one["type"] in _DYNAMIC]
    if not dynamic:
        return
    text = b"".join(words)
    if digits := _DIGITS.search(text):
        start, end = digits.span(1)
        yield from (text[:start], gaps.spelled(bytes.fromhex(text[start:end].decode())), text[end:])
        return
    yield words[0]
    for one in words[1:]:
        yield gaps.of(dynamic[0]["name"], dynamic[0]["type"], one)


def _encoded(
    address: bytes, topics: Sequence[Piece], data: Sequence[Piece], size: int
) -> Iterator[Piece]:
    """RLP of a log."""
    before = b"\x94" + address + _BEFORE_TOPICS[len(topics)]
    # The prefix of so many bytes; one byte by itself is none of our events' data.
    prefix = string(bytes(size))[: len(string(bytes(size))) - size]
    payload = len(before) + 33 * len(topics) - 1 + len(prefix) + size
    yield _list_prefix(payload) + before
    for number, topic in enumerate(topics):
        yield from (topic,) if number == 0 else (b"\xa0", topic)
    yield prefix
    yield from data


def _list_prefix(payload: int) -> bytes:
    if payload < 56:
        return bytes((0xC0 + payload,))
    size = payload.to_bytes((payload.bit_length() + 7) // 8, "big")
    return bytes((0xF7 + len(size),)) + size


def _told(
    receipt: Mapping[str, Any], told: Sequence[tuple[list[Piece], list[Piece]]], gaps: int
) -> Told:
    """The receipt: after its own gaps those of its block, gas, bloom and the logs' numbers."""
    own = {name: f"0x<{gaps + place}>" for place, name in enumerate(_OWN)}
    more = {
        "cumulativeGasUsed": f"0x<{gaps + len(_OWN)}>",
        "logsBloom": f"0x<{gaps + len(_OWN) + 1}>",
    }
    logs = [
        {
            **log,
            **own,
            "topics": [_digits([topic]) for topic in topics],
            "data": _digits(data),
            "logIndex": f"0x<{gaps + len(_OWN) + 2 + number}>",
        }
        for number, (log, (topics, data)) in enumerate(zip(receipt["logs"], told, strict=True))
    ]
    whole = {**receipt, **own, **more, "logs": logs}
    return Told.of(json.dumps(whole, separators=(",", ":")).replace("%", "%%"))


def _digits(pieces: Sequence[Piece]) -> str:
    return "0x" + "".join(f"<{one}>" if isinstance(one, int) else one.hex() for one in pieces)


def _hashed(copy: Copy, found: bytes) -> bytes:
    return sha256(found + copy.words["id"]).digest()


def _armed(number: int, block: int, now: int) -> bytes:
    cleared = number & ~(_FIELD << _BLOCK_AT | _FIELD << _TIME_AT)
    return word(cleared | block << _BLOCK_AT | now << _TIME_AT)
