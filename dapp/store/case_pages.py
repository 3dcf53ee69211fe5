"""Which cases a page has, for many who ask at the same time: one statement for all of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from dapp.domain.types import ChainId, ComplaintId
from dapp.store import statements
from dapp.store.answers import head_of
from dapp.store.filters import Values
from dapp.store.gathering import Gathering
from dapp.store.reader import Reader
from dapp.store.views import Head

_MOST = 20
_NAME = re.compile(r"%\((\w+)\)s")

Numbers = tuple[ComplaintId, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What stands for a page among those who ask.

    Attributes:
        conditions: names of `statements.CASE_CONDITIONS`, in their order.
        values: by name, those that they speak of; lists are tuples.
    """

    conditions: tuple[str, ...]
    values: tuple[tuple[str, object], ...]
    limit: int


class CasePages:
    """The newest first, each page planned for the very values that are asked for.

    Args:
        reader: of the chain's rows.
    """

    def __init__(self, reader: Reader, chain_id: ChainId) -> None:
        self._reader = reader
        self._chain_id = chain_id
        self._gathering = Gathering(self._read, _MOST)

    async def find(
        self, values: Values, below: int | None, limit: int
    ) -> tuple[Head | None, Numbers]:
        """Numbers below one if that is given, and the head they are as of."""
        given = values if below is None else {**values, "below": below}
        names = tuple(name for name in statements.CASE_CONDITIONS if name in given)
        plain = tuple(
            (name, tuple(value) if isinstance(value, list) else value)
            for name, value in given.items()
        )
        return await self._gathering.find(_Asked(names, plain, limit))

    async def _read(self, asked: list[_Asked]) -> Mapping[_Asked, tuple[Head | None, Numbers]]:
        values: list[object] = []
        pages = [_page(one, self._chain_id, values) for one in asked]
        head = _numbered(statements.HEAD, {"chain": self._chain_id}, values)
        rows = await self._reader.numbered(
            f"SELECT h.*, {', '.join(pages)} FROM ({head}) h",  # noqa: S608 (ours)
            values,
        )
        if not rows:
            return dict.fromkeys(asked, (None, ()))
        row, width = rows[0], len(asked)
        at = head_of(self._chain_id, row[:-width])
        return {one: (at, tuple(found)) for one, found in zip(asked, row[-width:], strict=True)}


def _page(asked: _Asked, chain_id: ChainId, values: list[object]) -> str:
    given = {
        name: list(value) if isinstance(value, tuple) else value for name, value in asked.values
    }
    given |= {"chain": chain_id, "limit": asked.limit}
    return f"ARRAY({_numbered(statements.case_numbers(asked.conditions), given, values)})"


def _numbered(statement: str, given: Mapping[str, object], values: list[object]) -> str:
    """The statement with `$n` for its values, which go to the end of `values`."""
    first, *rest = _split(statement)
    found = [first]
    for name, text in zip(rest[::2], rest[1::2], strict=True):
        values.append(given[name])
        found.append(f"${len(values)}{text}")
    return "".join(found)


@lru_cache(maxsize=256)
def _split(statement: str) -> list[str]:
    return _NAME.split(statement)
