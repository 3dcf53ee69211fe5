"""Cases as they were at a block: what has not changed since is read, the rest is folded again."""

from collections.abc import Collection

from dapp.domain.case import Case
from dapp.domain.types import BlockNumber, ComplaintId, Keccak, UnixTime
from dapp.store import cursors, filters
from dapp.store.folding import Decode, folded
from dapp.store.queries import Queries
from dapp.store.subjects import COMPLAINT, Subject
from dapp.store.views import CaseFilter, CaseRow, Page

_FOLDED_AT_ONCE = 200
"""A page may end before its limit where more have changed since."""


class Past:
    """Reads at blocks that are stored.

    Args:
        queries: of the present.
        decode: makes events of raw logs.
        keccak: keccak-256.
    """

    def __init__(self, queries: Queries, decode: Decode, keccak: Keccak) -> None:
        self._queries = queries
        self._decode = decode
        self._keccak = keccak

    async def case(self, complaint: ComplaintId, at: BlockNumber) -> CaseRow | None:
        """A case; None where it was not filed yet. Its verification is that of the same fold."""
        row = await self._queries.case_row(complaint)
        if row is None or row.case.updated_block <= at:
            return row
        found = await self._folded([complaint], at)
        return found[0] if found else None

    async def cases(
        self,
        which: CaseFilter,
        cursor: str | None,
        limit: int,
        at: tuple[BlockNumber, UnixTime],
    ) -> Page[CaseRow]:
        """Cases at a block and its time, the newest first. Raises as `Queries.cases`."""
        below, (block, now) = cursors.number(cursor), at
        lasting = filters.lasting(which)
        unchanged = lasting | filters.passing(which, now) | {"unchanged_since": block}
        rows = await self._queries.lists.rows(unchanged, below, limit + 1)
        numbers = await self._queries.lists.numbers(
            lasting | {"changed_since": block}, below, _FOLDED_AT_ONCE
        )
        # No further down than what was found by both.
        least = numbers[-1] if len(numbers) == _FOLDED_AT_ONCE else 0
        if len(rows) > limit:
            least = max(least, rows[-1].case.id)
        changed = await self._folded([one for one in numbers if one >= least], block)
        found = [row for row in rows if row.case.id >= least]
        found += [row for row in changed if filters.matches(row.case, which, now)]
        found.sort(key=lambda row: row.case.id, reverse=True)
        if len(found) > limit:
            return Page(tuple(found[:limit]), str(found[limit - 1].case.id))
        return Page(tuple(found), str(least) if least else None)

    async def _folded(self, which: Collection[ComplaintId], at: BlockNumber) -> list[CaseRow]:
        if not which:
            return []
        subjects = {Subject(COMPLAINT, str(number)) for number in which}
        async with self._queries.log() as log:
            records = await folded(log, self._decode, self._keccak, subjects, at)
        found = (records.changed.get(subject) for subject in subjects)
        return [CaseRow(case, None) for case in found if isinstance(case, Case)]
