"""Which bytes are wanted: HTTP's `Range`, and a trustless gateway's `entity-bytes`."""

import re
from typing import NamedTuple

from evidence.errors import RangeUnsatisfiable, RequestInvalid

_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,19})-([0-9]{0,19})[ \t]*")
_ENTITY_BYTES = re.compile(r"(-?[0-9]{1,19}):(\*|-?[0-9]{1,19})")
_MAX_OFFSET = (1 << 63) - 1


class Span(NamedTuple):
    """As in a slice: neither is negative, and `start < stop`."""

    start: int
    stop: int


class EntityBytes(NamedTuple):
    """Both inclusive; a negative one counts from the end. `last` is None for the end itself."""

    first: int
    last: int | None


def parse_range(header: str, size: int) -> Span | None:
    """What of `size` bytes a `Range` asks for (RFC 9110, section 14); None is all of them.

    All is what several ranges get, and any header that is not one range in bytes: a server may
    read over it. Raises RangeUnsatisfiable.
    """
    match = _RANGE.fullmatch(header)
    if match is None or match[0].strip().endswith("=-"):
        return None
    first, last = match[1], match[2]
    if not first:
        span = Span(max(0, size - int(last)), size)
        if size == 0 and int(last):
            return None  # satisfiable, but no Content-Range can say so
    elif last and int(last) < int(first):
        return None
    else:
        span = Span(int(first), min(size, int(last) + 1) if last else size)
    if span.start >= span.stop:
        raise RangeUnsatisfiable(f"{header} of {size} bytes", size=size)
    return span


def parse_entity_bytes(text: str) -> EntityBytes:
    """`from:to`. Raises RequestInvalid, also where `to` lies before `from` whatever the size is."""
    match = _ENTITY_BYTES.fullmatch(text)
    if match is None:
        raise _invalid("is not from:to")
    first = int(match[1])
    last = None if match[2] == "*" else int(match[2])
    if not -_MAX_OFFSET <= first <= _MAX_OFFSET or not -_MAX_OFFSET <= (last or 0) <= _MAX_OFFSET:
        raise _invalid("is out of range")
    if last is not None and (first < 0) == (last < 0) and last < first:
        raise _invalid("ends before it begins")
    return EntityBytes(first, last)


def span_of(wanted: EntityBytes, size: int) -> Span | None:
    """What there is of it in a file of `size` bytes; None if nothing."""
    first, last = wanted
    start = first if first >= 0 else max(0, size + first)
    end = size - 1 if last is None else last if last >= 0 else size + last
    stop = min(size, end + 1)
    return Span(start, stop) if start < stop else None


def _invalid(what: str) -> RequestInvalid:
    return RequestInvalid(f"entity-bytes {what}", field="entity-bytes")
