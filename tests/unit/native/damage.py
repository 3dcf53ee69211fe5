"""Answers of `eth_getBlockReceipts` after every kind of damage to bytes, or to what they say."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

from dapp.chain import headers
from dapp.domain.types import Address
from tests.receipt_blocks import VECTOR

BLOCK = json.loads(VECTOR.read_text())
HEADER = headers.read(BLOCK["header"])
OURS = Address(BLOCK["ours"])
WHOLE = json.dumps(BLOCK["receipts"], separators=(",", ":")).encode()

_PIECES = (
    *(b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"0x", b'""', b"null", b"true", b"-1"),
    *(b"1e9", b" ", b"\n", b"\0", b"\xff", b"\xc3\xa9", b"\\u0030", b'"0x"', b'"data":', b"0" * 99),
    *(b'"logs":[]', b'"root":"0x00"', b'"status":null', b"[" * 40, b'"type":"0x7f"', b"A", b"F"),
)


def damaged(lots: random.Random) -> bytes:
    """The answer with one to three places changed."""
    told = bytearray(WHOLE)
    for _ in range(lots.randint(1, 3)):
        at = lots.randrange(len(told))
        lots.choice((_flip, _insert, _cut, _repeat))(told, at, lots)
    return bytes(told)


def _flip(told: bytearray, at: int, lots: random.Random) -> None:
    told[at] ^= 1 << lots.randrange(8)


def _insert(told: bytearray, at: int, lots: random.Random) -> None:
    told[at:at] = lots.choice(_PIECES)


def _cut(told: bytearray, at: int, lots: random.Random) -> None:
    del told[at : at + lots.choice((1, 2, 64, 1000, len(told)))]
    told += b"[" if not told else b""


def _repeat(told: bytearray, at: int, lots: random.Random) -> None:
    told[at:at] = told[at : at + lots.choice((1, 2, 66, 700))]


def many(receipts: int, logs: int, size: int, kind: str = "0x2") -> list[dict[str, Any]]:
    """Receipts of the block, of any number, with so many logs of so many bytes each."""
    return [
        {
            "type": kind,
            "status": hex(place % 2),
            "cumulativeGasUsed": hex(place * 21_000),
            "logsBloom": "0x" + bytes([place % 256]).hex() * 256,
            "transactionHash": "0x" + place.to_bytes(32, "big").hex(),
            "transactionIndex": hex(place),
            "blockHash": HEADER.block.hash,
            "logs": [
                {
                    "address": OURS if number % 2 else "0x" + "99" * 20,
                    "topics": ["0x" + bytes([number]).hex() * 32] * (number % 5),
                    "data": "0x" + bytes([place % 256]).hex() * size,
                    "transactionIndex": hex(place),
                    "logIndex": hex(place * logs + number),
                }
                for number in range(logs)
            ],
        }
        for place in range(receipts)
    ]


_VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 10**20, "", "0x", "0x0", "0x00", "0x1", "0x01", "0X1", "0x2", "0x7F"),
    *("0x80", "0xff", "0x100", "0x" + "f" * 16, "0x1" + "0" * 16, "0x" + "0" * 40 + "1", "0x 1"),
    *("0x" + "AB" * 20, "0x" + "aB" * 32, "ab" * 33, "0x" + "ab" * 256, "0x" + "0g" * 20, "é"),
    *("\\", '"', "\0", [], {}, [[[[[[[[[[]]]]]]]]]], {"logs": []}, ["0x" + "cd" * 32] * 5, [5]),
)
_NAMES = ("root", "status", "type", "removed", "Status", "", "logs", "data", "é", "a" * 300)
# Read again as nothing, so that names come twice.
_TWICE = "\x7f"


def odd(lots: random.Random) -> bytes:
    """An answer of any number of receipts and logs, with up to three things said in another way.

    The numbers are around those where memory is taken anew.
    """
    sizes = lots.choice(((1, 1), (2, 3), (3, 63), (1, 64), (1, 65), (64, 0), (65, 1), (128, 1)))
    answer = many(*sizes, lots.randrange(60), lots.choice(("0x0", "0x2", "0x7f")))
    for _ in range(lots.randrange(4)):
        change = lots.choice((_say, _spell, _leave_out, _add))
        if members := [*_members(answer)]:
            change(lots.choice(members), lots)
    separators = lots.choice(((",", ":"), (", ", ": "), (" ,\t", "\r\n:")))
    told = json.dumps(answer, separators=separators, ensure_ascii=lots.random() < 0.5)
    return told.replace(_TWICE, "").replace("\\u007f", "").encode()


def _members(answer: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in the answer: what it is in, and its name or number there."""
    names = answer if isinstance(answer, dict) else range(len(answer))
    for name in names:
        yield answer, name
        if isinstance(answer[name], dict | list):
            yield from _members(answer[name])


def _value(lots: random.Random) -> Any:
    return copy.deepcopy(lots.choice(_VALUES))


def _say(member: tuple[Any, Any], lots: random.Random) -> None:
    folder, name = member
    folder[name] = _value(lots)


def _spell(member: tuple[Any, Any], lots: random.Random) -> None:
    folder, name = member
    if isinstance(folder[name], str):
        text = folder[name]
        digits = text[2:]
        ways = (text.upper(), "0x0" + digits, "0x" + digits.upper(), text + "0", digits, text[:-1])
        folder[name] = lots.choice(ways)


def _leave_out(member: tuple[Any, Any], lots: random.Random) -> None:
    folder, name = member
    del folder[name]


def _add(member: tuple[Any, Any], lots: random.Random) -> None:
    folder, name = member
    if isinstance(folder, list):
        folder.insert(name, lots.choice((_value(lots), folder[name])))
    else:
        more = lots.choice((name + _TWICE, lots.choice(_NAMES)))
        folder[more] = lots.choice((_value(lots), folder[name]))
