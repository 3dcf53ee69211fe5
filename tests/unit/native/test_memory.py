"""What the extension takes it gives back, and where there is no memory it says so."""

import json
import sys
from array import array
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from dapp.domain.types import Hash32, raw
from tests.unit.chain import encoded
from tests.unit.native.damage import HEADER, OURS, WHOLE, many
from tests.unit.native.test_extension import _both

_Work = Callable[[], Any]
_EVENT = encoded.made_up(("uint256", True), ("address", False), ("string", False), ("bytes", False))
_LOG = encoded.encoded("Any", _EVENT, [2**200, OURS, "ä" * 70, "0x" + "12" * 70])


def _receipts(extension: Any, told: bytes, root: bytes) -> _Work:
    block = HEADER.block
    addresses = {raw(OURS): OURS}
    rest = (block.number, block.hash, block.timestamp)
    return lambda: extension.logs(array("B", told), root, raw(block.hash), addresses, *rest)


def _reader(extension: Any, *arguments: Any) -> _Work:
    given = ("Any", "MadeUp", "0x", OURS, OURS, arguments)
    return lambda: extension.Reader(*given)


@pytest.fixture
def taken(extension: Any) -> list[_Work]:
    """What the extension takes."""
    read, _ = _both(extension, "Any", _EVENT)
    pairs: list[Any] = [(_LOG, None)] * 40
    return [
        _receipts(extension, WHOLE, raw(HEADER.block.receipts_root)),
        lambda: read(_LOG, 1),
        lambda: extension.rows(1, pairs),
        lambda: extension.keccak(b"some bytes"),
        _reader(extension, ("name", "u", 32, 0)),
    ]


@pytest.fixture
def refused(extension: Any) -> list[_Work]:
    """What it refuses or leaves to Python, at every turn."""
    read, _ = _both(extension, "Any", _EVENT)
    root = raw(HEADER.block.receipts_root)
    other = json.dumps([*many(64, 1, 1), 5]).encode()
    no_text = replace(_LOG, data=_LOG.data.replace("ä".encode(), b"\xff\xff"))
    wrong: list[Any] = [None, (None, None), (replace(_LOG, transaction=Hash32("0x")), None)]
    return [
        *[_receipts(extension, told, root) for told in (b"", WHOLE[:-1], WHOLE + b"x", other)],
        _receipts(extension, WHOLE, bytes(32)),
        lambda: extension.logs(WHOLE, root, "no bytes", {}, 1, 1, 1),
        lambda: read(no_text, 1),
        lambda: read(replace(_LOG, data=_LOG.data[:-1]), 1),
        lambda: read(replace(_LOG, topics=()), 1),
        lambda: read(None, 1),
        *[lambda one=one: extension.rows(1, [(_LOG, None), one]) for one in wrong],
        lambda: extension.keccak("no bytes"),
        lambda: extension.bind(int, str),
        _reader(extension, ("name", "u", 32, 0), ("name", "z", 32, 0)),
        _reader(extension, ("name", "u", 32, 0), ("name", "u")),
        _reader(extension, *[("name", "u", 32, 1)] * 4),
        _reader(extension, *[("name", "u", 32, 0)] * 33),
    ]


def _held() -> Iterator[int]:
    """How often what goes in is held, and how much memory there is altogether."""
    parts = (*_LOG.topics, _LOG.data, _LOG.address, _LOG.block_hash, _LOG.transaction, _LOG)
    for one in (*parts, HEADER.block.hash, HEADER.block.timestamp, OURS, None):
        yield sys.getrefcount(one)
    yield sys.getallocatedblocks()


def test_nothing_is_kept(taken: list[_Work], refused: list[_Work]) -> None:
    for work in (*taken, *refused):
        for times in (10, 500):
            before = [*_held()]
            for _ in range(times):
                with suppress(TypeError, ValueError):
                    work()
        assert all(now - then < 100 for now, then in zip(_held(), before, strict=True))


def test_where_memory_ends_nothing_is_made(extension: Any, taken: list[_Work]) -> None:
    testcapi = pytest.importorskip("_testcapi")
    for work in taken:
        wanted, missed = work(), 0
        # One piece of memory after the other is not given.
        for place in range(400):
            testcapi.set_nomemory(place, place + 1)
            try:
                found = work()
            except MemoryError:
                missed += 1
                continue
            finally:
                testcapi.remove_mem_hooks()
            assert found == wanted or isinstance(found, extension.Reader)
        assert missed
