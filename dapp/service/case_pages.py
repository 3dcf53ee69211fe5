"""Lists of cases as they stand now, out of rows that are kept ready."""

from collections.abc import Sequence

import msgspec

from dapp.domain.moments import next_change, waits_for_blocks
from dapp.domain.types import ComplaintId
from dapp.errors import ChainMoved
from dapp.service import case_views
from dapp.service.answers import Answer
from dapp.service.clock import Clock, Moment
from dapp.service.kept import Kept
from dapp.service.kept_facts import facts_of
from dapp.service.kept_rows import Row
from dapp.service.standing import Standing
from dapp.store import cursors
from dapp.store.queries import Queries
from dapp.store.views import CaseFilter, CaseRow

_ATTEMPTS = 5


class CasePages:
    """
    Args:
        queries: of the index.
        clock: what time it is on the chain.
        kept: the rows that were made already, and the block that they are true at.
    """

    def __init__(self, queries: Queries, clock: Clock, kept: Kept) -> None:
        self._queries = queries
        self._clock = clock
        self._kept = kept
        self._rows = kept.rows

    async def show(self, which: CaseFilter, cursor: str | None, limit: int) -> Answer:
        """The newest first, as JSON; not for breaches, which the clock alone brings about.

        Raises InvalidInput (cursor), Retryable.
        """
        at_hand = self._at_hand(which, cursors.number(cursor), limit)
        if at_hand is not None:
            return at_hand
        for _ in range(_ATTEMPTS):
            head, page = await self._queries.case_page(which, cursor, limit)
            moment = self._clock.moment_of(head)
            rows = await self._found(page.items, moment)
            if rows is not None:
                return _answer(rows, page.cursor, moment)
        raise ChainMoved("the index moved on during every attempt", remedy="Try again")

    def _at_hand(self, which: CaseFilter, below: int | None, limit: int) -> Answer | None:
        """Without the database, where all of them are kept; the newest of all only it knows."""
        known = CaseFilter(
            states=which.states, categories=which.categories, organisation=which.organisation
        )
        moment = self._kept.moment()
        if moment is None or below is None or which != known:
            return None
        found = self._rows.below(below, which, limit + 1, moment)
        if found is None:
            return None
        numbers = list(found)[:limit]
        cursor = str(numbers[-1]) if len(found) > limit else None
        return _answer([found[number] for number in numbers], cursor, moment)

    async def _found(self, numbers: Sequence[ComplaintId], moment: Moment) -> list[Row] | None:
        """None where the index has moved on meanwhile."""
        known = self._rows.find(numbers, moment)
        missing = [number for number in numbers if number not in known]
        if missing:
            head, read = await self._queries.cases_now(missing)
            if head is None or head.block_hash != moment.head.block_hash:
                return None
            known |= {row.case.id: self._made(row, moment) for row in read}
        return [known[number] for number in numbers]

    def _made(self, read: CaseRow, moment: Moment) -> Row:
        body = msgspec.json.encode(case_views.short(Standing(read, moment)))
        row = Row(
            msgspec.Raw(body),
            facts_of(read.case),
            moment.now,
            next_change(read.case, moment.now),
            moment.head.block_hash if waits_for_blocks(read.case) else None,
        )
        self._rows.keep(read.case.id, row, moment)
        return row


def _answer(rows: Sequence[Row], cursor: str | None, moment: Moment) -> Answer:
    until = min((row.until for row in rows if row.until is not None), default=None)
    content = {"cases": [row.body for row in rows], "next_cursor": cursor}
    return Answer(content, moment, until=until)
