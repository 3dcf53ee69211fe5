"""Where a page of a list ended, as text that the next one begins with.

A cursor names the last item, and nothing of when it was read: so what is added meanwhile, or what
a reorganisation takes away, moves nothing between pages.
"""

import re

from dapp.errors import InvalidInput

_NUMBER = re.compile(r"[0-9]{1,18}")
_BATCH = re.compile(r"([0-9]{1,18})-(0x[0-9a-fA-F]{40}/0x[0-9a-f]{64})")
_ORDER = re.compile(r"([0-9]{1,18})-(0x[0-9a-f]{64})")


def number(cursor: str | None) -> int | None:
    """The number of the last item. Raises InvalidInput for a cursor that is not ours."""
    if cursor is None:
        return None
    if not _NUMBER.fullmatch(cursor):
        raise _forged()
    return int(cursor)


def order(cursor: str | None) -> tuple[int, str] | None:
    """When the last order was paid, and its key. Raises as `number`."""
    if cursor is None:
        return None
    found = _ORDER.fullmatch(cursor)
    if found is None:
        raise _forged()
    return int(found[1]), found[2]


def batch(cursor: str | None) -> tuple[int, str] | None:
    """When the last batch was anchored, and its key. Raises as `number`."""
    if cursor is None:
        return None
    found = _BATCH.fullmatch(cursor)
    if found is None:
        raise _forged()
    return int(found[1]), found[2]


def _forged() -> InvalidInput:
    return InvalidInput(
        "the cursor is not one of this list",
        remedy="Take 'next_cursor' of the page before, or leave it out to begin again",
        fields={"field": "cursor"},
    )
