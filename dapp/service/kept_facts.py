"""By what lists are filtered: a byte for each case that is kept, and each organisation's cases."""

from bisect import bisect_left
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import islice

from dapp.domain.case import Case
from dapp.domain.parts import Category
from dapp.domain.types import ComplaintId, OrganisationId
from dapp.store.views import CaseFilter

Facts = tuple[int, OrganisationId]
"""A byte for state and category, and the organisation: only the case's own events change them."""

_UNKNOWN = 255
_FITS = 1
_STEP = 1024
_FARTHEST = 1 << 16
"""Numbers that are looked at for one page."""


def facts_of(case: Case) -> Facts:
    return _code(case.state, case.category), case.organisation


class KeptFacts:
    """By number, which counts from 1."""

    def __init__(self) -> None:
        self._codes = bytearray()
        self._of: dict[OrganisationId, list[ComplaintId]] = {}
        """In their order."""

    def add(self, number: ComplaintId, facts: Facts) -> None:
        """One that is not there."""
        missing = number + 1 - len(self._codes)
        if missing > 0:
            self._codes += bytes([_UNKNOWN]) * max(missing, _STEP)
        self._codes[number], organisation = facts
        numbers = self._of.setdefault(organisation, [])
        numbers.insert(bisect_left(numbers, number), number)

    def remove(self, number: ComplaintId, facts: Facts) -> None:
        """One that is there."""
        self._codes[number] = _UNKNOWN
        numbers = self._of[facts[1]]
        del numbers[bisect_left(numbers, number)]
        if not numbers:
            del self._of[facts[1]]

    def below(self, number: int, which: CaseFilter, limit: int) -> list[ComplaintId] | None:
        """The next `limit` that fit by state, category and organisation, fewer at the end.

        None where one on the way to the last of them is not known, or that is too far.
        """
        if number > len(self._codes):
            return None
        lowest = max(1, number - _FARTHEST)
        lowest = max(lowest, self._codes.rfind(_UNKNOWN, lowest, number) + 1)
        table = _table(which.states, which.categories)
        if which.organisation is None:
            fitting = self._fitting(lowest, number, table)
        else:
            fitting = self._about(which.organisation, lowest, number, table)
        found = list(islice(fitting, limit))
        return found if len(found) == limit or lowest == 1 else None

    def _fitting(self, lowest: int, number: int, table: bytes) -> Iterator[ComplaintId]:
        for end in range(number, lowest, -_STEP):
            start = max(lowest, end - _STEP)
            marks = self._codes[start:end].translate(table)
            at = marks.rfind(_FITS)
            while at >= 0:
                yield ComplaintId(start + at)
                at = marks.rfind(_FITS, 0, at)

    def _about(
        self, organisation: OrganisationId, lowest: int, number: int, table: bytes
    ) -> Iterator[ComplaintId]:
        numbers = self._of.get(organisation, [])
        for at in range(bisect_left(numbers, number) - 1, -1, -1):
            one = numbers[at]
            if one < lowest:
                return
            if table[self._codes[one]] == _FITS:
                yield one


def _code(state: int, category: int) -> int:
    return state * len(Category) + category


@lru_cache(maxsize=256)
def _table(states: Collection[int], categories: Collection[int]) -> bytes:
    """By code, whether it fits."""
    fits = bytearray(256)
    for code in range(_UNKNOWN):
        state, category = divmod(code, len(Category))
        fits[code] = (not states or state in states) and (not categories or category in categories)
    return bytes(fits)
