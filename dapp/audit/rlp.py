"""RLP read strictly: only what encodes again to the very same bytes (yellow paper, appendix B).

It is written by `dapp.chain.fast_rlp`.
"""

from collections.abc import Sequence

from dapp.chain import fast_rlp

Item = bytes | list["Item"]

_LIST = 0xC0
_STRING = 0x80
_SHORT = 55
_MAX_DEPTH = 32
"""No header or receipt nests deeper, and no node below 32 bytes can."""


def decode(data: bytes) -> Item:
    """What `data`, all of it, encodes. Raises ValueError."""
    item, end = _item(data, 0, len(data), 0)
    if end != len(data):
        raise ValueError(f"{len(data) - end} bytes after the end")
    return item


def encode(item: Item) -> bytes:
    """The encoding of what `decode` gives."""
    if isinstance(item, bytes):
        return fast_rlp.string(item)
    return fast_rlp.sequence(b"".join([encode(one) for one in item]))


def items(data: bytes, *counts: int) -> list[Item]:
    """The items of a list of one of these lengths. Raises ValueError."""
    found = decode(data)
    if not isinstance(found, list) or len(found) not in counts:
        raise ValueError("not a list of the length it must have")
    return found


def string(item: Item, *sizes: int) -> bytes:
    """An item that is bytes, of one of these sizes if any are given. Raises ValueError."""
    if not isinstance(item, bytes) or (sizes and len(item) not in sizes):
        raise ValueError("not bytes of the size they must have")
    return item


def integer(item: Item, most_bytes: int = 32) -> int:
    """An item that is a number without leading zeros. Raises ValueError."""
    found = string(item)
    if len(found) > most_bytes or found[:1] == b"\0":
        raise ValueError("not a number")
    return int.from_bytes(found, "big")


def children(item: Item) -> Sequence[Item]:
    """The items of an item that is a list. Raises ValueError."""
    if not isinstance(item, list):
        raise ValueError("bytes where a list must be")
    return item


def _item(data: bytes, at: int, end: int, depth: int) -> tuple[Item, int]:
    if at >= end:
        raise ValueError("cut off")
    first = data[at]
    if first < _STRING:
        return data[at : at + 1], at + 1
    is_list = first >= _LIST
    start, stop = _content(data, at, end, _LIST if is_list else _STRING)
    if is_list:
        return _list(data, start, stop, depth + 1), stop
    if stop - start == 1 and data[start] < _STRING:
        raise ValueError("a byte with a prefix that it does not need")
    return data[start:stop], stop


def _content(data: bytes, at: int, end: int, base: int) -> tuple[int, int]:
    """Where the content of the item at `at` begins and ends."""
    size, start = data[at] - base, at + 1
    if size > _SHORT:
        length = data[start : min(end, start + size - _SHORT)]
        start += size - _SHORT
        size = int.from_bytes(length, "big")
        if start > end or length[:1] == b"\0" or size <= _SHORT:
            raise ValueError("not the shortest length")
    if start + size > end:
        raise ValueError("cut off")
    return start, start + size


def _list(data: bytes, at: int, end: int, depth: int) -> list[Item]:
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deeply")
    found: list[Item] = []
    while at < end:
        item, at = _item(data, at, end, depth)
        found.append(item)
    return found
