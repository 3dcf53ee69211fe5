"""The extension beside Python: what it takes is the same, and it takes nothing that Python would
not."""

import json
import random
from array import array
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from dapp.chain import receipts, trie
from dapp.chain.headers import Header
from dapp.chain.receipts import Receipt
from dapp.domain.events import RawLog
from dapp.domain.types import hash32, raw
from dapp.errors import IntegrityBroken, NodeUnavailable
from tests.unit.native.damage import HEADER, OURS, WHOLE, damaged, many, odd

_TRIES = 3_000
_FEWER = 500


def _in_c(extension: Any, told: bytes, header: Header = HEADER) -> list[RawLog] | None:
    block = header.block
    found: list[RawLog] | None = extension.logs(
        # Of its exact size, so that one byte too far is found (test_sanitized.py).
        array("B", told),
        raw(block.receipts_root),
        raw(block.hash),
        {raw(OURS): OURS},
        *(block.number, block.hash, block.timestamp),
    )
    return found


def _in_python(told: bytes, header: Header = HEADER) -> list[RawLog] | None:
    try:
        typed = msgspec.json.decode(told, type=list[Receipt])
        return receipts.read(typed, header, [OURS])
    except (msgspec.DecodeError, NodeUnavailable, IntegrityBroken):
        return None


def _root(answer: list[dict[str, Any]]) -> bytes:
    return _root_of(msgspec.convert(answer, list[Receipt]))


def _root_of(typed: list[Receipt]) -> bytes:
    contents = [[receipts._content(log) for log in one.logs] for one in typed]
    pairs = zip(typed, contents, strict=True)
    return trie.root([receipts._encode(*pair) for pair in pairs])


def _fitting(told: bytes) -> Header:
    """A header that stands for the answer, if any can."""
    try:
        root = _root_of(msgspec.json.decode(told, type=list[Receipt]))
    except (msgspec.DecodeError, ValueError):
        return HEADER
    return replace(HEADER, block=replace(HEADER.block, receipts_root=hash32(root)))


def test_a_real_block_is_taken(extension: Any) -> None:
    found = _in_c(extension, WHOLE)
    assert found == _in_python(WHOLE)
    assert found is not None
    assert len(found) == 18
    assert type(found[0]) is RawLog
    assert _in_c(extension, json.dumps(json.loads(WHOLE), indent=2).encode()) == found


@pytest.mark.parametrize("count", [1, 2, 16, 17, 127, 128, 129, 255, 256, 257, 300, 700])
def test_blocks_of_any_size_have_pythons_root(extension: Any, count: int) -> None:
    answer = many(count, 3, count % 60)
    block = replace(HEADER.block, receipts_root=hash32(_root(answer)))
    header = replace(HEADER, block=block)
    told = json.dumps(answer).encode()
    found = _in_c(extension, told, header)
    assert found is not None
    assert found == _in_python(told, header)
    assert len(found) == count


@pytest.mark.parametrize("size", [0, 1, 55, 56, 255, 256, 65_535, 65_536, 100_000])
@pytest.mark.parametrize("kind", ["0x0", "0x1", "0x7f"])
def test_data_of_any_size_has_pythons_root(extension: Any, size: int, kind: str) -> None:
    answer = many(2, 9, size, kind)
    block = replace(HEADER.block, receipts_root=hash32(_root(answer)))
    header = replace(HEADER, block=block)
    told = json.dumps(answer).encode()
    found = _in_c(extension, told, header)
    assert found is not None
    assert found == _in_python(told, header)


def test_what_is_damaged_is_left_to_python_or_says_the_same(extension: Any) -> None:
    lots = random.Random(7)
    taken = 0
    for _ in range(_TRIES):
        told = damaged(lots)
        found = _in_c(extension, told)
        if found is not None:
            taken += 1
            assert found == _in_python(told), told
    # A change of what nothing binds is no damage: of the gas of one transaction, or a hash.
    assert _TRIES // 50 < taken < _TRIES // 2


def test_what_a_header_can_stand_for_is_left_to_python_or_says_the_same(extension: Any) -> None:
    lots = random.Random(5)
    taken = refused = 0
    for _ in range(_FEWER):
        told = odd(lots)
        header = _fitting(told)
        found = _in_c(extension, told, header)
        if found is not None:
            taken += 1
            assert found == _in_python(told, header), told
        else:
            refused += header is HEADER or _in_python(told, header) is None
    assert taken > _FEWER // 6
    assert refused > _FEWER // 6


@pytest.mark.parametrize("count", [1, 64, 128])
def test_something_else_than_a_log_or_a_receipt_after_many_is_left_to_python(
    extension: Any, count: int
) -> None:
    # Where the memory for them has just been moved.
    [receipt] = many(1, count, 1)
    logs = {**receipt, "logs": [*receipt["logs"], 5]}
    for told in ([logs], [*many(count, 0, 0), 5]):
        assert _in_c(extension, json.dumps(told).encode()) is None


def test_a_lie_is_left_to_python(extension: Any) -> None:
    other = replace(HEADER.block, receipts_root=hash32(bytes(32)))
    assert _in_c(extension, WHOLE, replace(HEADER, block=other)) is None
    elsewhere = replace(HEADER.block, hash=hash32(bytes(32)))
    assert _in_c(extension, WHOLE, replace(HEADER, block=elsewhere)) is None
    for told in (b"", b"[]", b"null", WHOLE[:-1], WHOLE + b"x"):
        assert _in_c(extension, told) is None


def test_hashes_of_other_sizes_are_left_to_python(extension: Any) -> None:
    root, own = raw(HEADER.block.receipts_root), raw(HEADER.block.hash)
    for wrong in ((b"", own), (root[:-1], own), (root + b"\0", own), (root, own[:-1]), (root, b"")):
        assert extension.logs(WHOLE, *wrong, {}, 1, "", 1) is None
