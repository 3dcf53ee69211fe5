"""Paths through dag-cbor documents (ipld.io/specs/codecs/dag-cbor/spec), as a gateway is asked for.

Evidence is never such a document; some of what leads to it elsewhere is. Nothing is built of the
document: bytes are passed over until a link is reached, so that no nesting costs anything.
"""

from collections.abc import Sequence

from evidence.cid import CID, cid_from_bytes
from evidence.errors import CidInvalid, DagInvalid, NameMissing, NotADirectory

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _TAG, _OTHER = range(8)
_LINK_TAG = 42
_SIMPLE = frozenset({20, 21, 22})
_FLOAT64 = 27

Head = tuple[int, int, int]
"""Major type, argument, and the offset after both."""


def find(block: bytes, names: Sequence[str]) -> tuple[CID, int]:
    """The first link on the way, and how many names lead to it. Keys are names, and so are places.

    Raises NameMissing, NotADirectory where the way ends inside of the document, DagInvalid.
    """
    at = used = 0
    try:
        while True:
            kind, argument, after = _head(block, at)
            if kind == _TAG:
                return _link(block, at), used
            if used == len(names):
                raise NotADirectory("the path ends inside of a document")
            if kind == _MAP:
                found = _in_map(block, after, argument, names[used])
            elif kind == _LIST:
                found = _in_list(block, after, argument, names[used])
            else:
                found = None
            if found is None:
                raise NameMissing(f"the document has no {names[used]!r}", name=names[used])
            at, used = found, used + 1
    except (ValueError, CidInvalid) as error:
        raise DagInvalid(f"not dag-cbor: {error}") from error


def _in_map(block: bytes, at: int, pairs: int, name: str) -> int | None:
    for _ in range(pairs):
        kind, size, start = _head(block, at)
        if kind != _TEXT:
            raise ValueError("a key is no text")
        key, value = _taken(block, start, size), start + size
        if key == name.encode():
            return value
        at = _after(block, value)
    return None


def _in_list(block: bytes, at: int, count: int, name: str) -> int | None:
    is_place = name.isascii() and name.isdecimal() and str(int(name[:10])) == name
    if not is_place or int(name) >= count:
        return None
    for _ in range(int(name)):
        at = _after(block, at)
    return at


def _link(block: bytes, at: int) -> CID:
    _, tag, at = _head(block, at)
    kind, size, start = _head(block, at)
    data = _taken(block, start, size)
    if tag != _LINK_TAG or kind != _BYTES or data[:1] != b"\0":
        raise ValueError("a tag that is no link")
    return cid_from_bytes(data[1:])


def _after(block: bytes, at: int) -> int:
    """Where the item that begins at `at` ends, with all that is in it."""
    left = 1
    while left:
        kind, argument, at = _head(block, at)
        left -= 1
        if kind in (_BYTES, _TEXT):
            _taken(block, at, argument)
            at += argument
        elif kind == _TAG:
            left += 1
        elif kind == _LIST:
            left += argument
        elif kind == _MAP:
            left += 2 * argument
        if left > len(block):  # each takes a byte at least
            raise ValueError("it is cut off")
    return at


def _head(block: bytes, at: int) -> Head:
    first = _taken(block, at, 1)[0]
    kind, short = first >> 5, first & 31
    if short < 24:
        value, after = short, at + 1
    elif short < 28:
        size = 1 << short - 24
        value, after = int.from_bytes(_taken(block, at + 1, size), "big"), at + 1 + size
    else:
        raise ValueError("a length that is not said")
    if kind == _OTHER:
        if short not in _SIMPLE and short != _FLOAT64:
            raise ValueError("a simple value that dag-cbor does not have")
    elif short >= 24 and value < (24, 1 << 8, 1 << 16, 1 << 32)[short - 24]:
        raise ValueError("a number is longer than needed")
    return kind, value, after


def _taken(block: bytes, at: int, size: int) -> bytes:
    if at + size > len(block):
        raise ValueError("it is cut off")
    return block[at : at + size]
