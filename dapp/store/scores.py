"""Scorecards, added up from the facts of cases. None of these reads calls the chain."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from dapp.domain.facts import AGREED, MAX_GWEI
from dapp.domain.fees import FULL_PAY_WITHIN
from dapp.domain.ranking import Sorting
from dapp.domain.scorecard import (
    Delays,
    Endings,
    Headline,
    OperatorPace,
    Overall,
    Promises,
    Rate,
    Scorecard,
    SeatRecord,
)
from dapp.domain.types import (
    Address,
    ChainId,
    ComplaintId,
    OrganisationId,
    UnixTime,
    Wei,
)
from dapp.errors import Retryable
from dapp.store import rank_statements
from dapp.store import score_statements as statements
from dapp.store.answers import Row
from dapp.store.database import Connections, database_errors

_READS_AT_ONCE = 3
"""The other connections are for who asks for less than a sum over all cases."""
_MOST_MILLISECONDS = 9_000
"""Of one statement: before we give it up, which would not end it."""
_PATIENCE_SECONDS = 3.0
"""As with the pool of connections itself."""
_NOTHING = Rate(0, 0)
_NO_DELAYS = Delays(0, None, None, None)
NO_HEADLINE = Headline(_NOTHING, _NOTHING, _NOTHING, 0, _NOTHING)


@dataclass(frozen=True, slots=True)
class Span:
    """Which complaints: those of some organisations, filed in a time; None filters nothing.

    Attributes:
        filed_to: included.
    """

    organisations: tuple[OrganisationId, ...] | None = None
    filed_from: UnixTime | None = None
    filed_to: UnixTime | None = None


class Scores:
    """Reads of one chain's facts. All methods raise DatabaseUnavailable, and Retryable
    (`statistics-busy`) where too many ask.

    Args:
        source: of connections to a database with our schema.
        chain_id: of the chain.
    """

    def __init__(self, source: Connections, chain_id: ChainId) -> None:
        self._source = source
        self._chain_id = chain_id
        self._reads = asyncio.Semaphore(_READS_AT_ONCE)

    async def scorecards(self, which: Span) -> dict[OrganisationId, Scorecard]:
        """Of those organisations against which anything was filed."""
        weighed = await self._rows(statements.HEADLINES, which)
        headlines = {row[0]: _headline(row[1:]) for row in weighed}
        found = [
            _scorecard(row, headlines.get(row[0], NO_HEADLINE))
            for row in await self._rows(statements.SCORES, which)
        ]
        return {one.organisation: one for one in found}

    async def ranked(
        self, which: Span, sorting: Sorting, begin: int, limit: int
    ) -> list[OrganisationId]:
        """Of those against which anything was filed, `limit` after the first `begin`."""
        place = {"begin": begin, "limit": limit}
        found = await self._rows(rank_statements.ranked(sorting), which, **place)
        return [OrganisationId(number) for number, _ in found]

    async def paces(self, which: Span) -> list[OperatorPace]:
        """How each operator replied, the busiest first, a hundred at most."""
        return [_pace(row) for row in await self._rows(statements.PACES, which)]

    async def overall(self, which: Span) -> Overall:
        """Of all those complaints together."""
        (row,) = await self._rows(statements.OVERALL, which)
        values = iter(row)
        complaints, organisations, ended, promised, first_reply = islice(values, 5)
        rates = _rate(values), _rate(values)
        return Overall(complaints, organisations, ended, promised, first_reply, *rates)

    async def counted(self, statement: str, which: Span, **more: Any) -> list[Row]:
        """What one of the statistics' statements answers."""
        return await self._rows(statement, which, **more)

    async def behind(
        self, mark: str, which: Span, low: int, high: int, below: int, limit: int
    ) -> list[tuple[ComplaintId, OrganisationId, UnixTime]]:
        """The cases that a mark stands for, the newest first: number, organisation, time."""
        bounds = {"low": low, "high": high, "below": below, "limit": limit}
        found = await self._rows(statements.behind(mark), which, **bounds)
        return [(ComplaintId(one), OrganisationId(of), UnixTime(at)) for one, of, at in found]

    async def records(self, owners: Sequence[Address]) -> dict[Address, SeatRecord]:
        """What arbitrators did with their seats; nothing of those who never had one."""
        rows = await self._rows(
            statements.RECORDS, Span(), owners=list(owners), near=FULL_PAY_WITHIN
        )
        return {Address(owner): _record(rest) for owner, *rest in rows}

    async def _rows(self, statement: str, which: Span, **more: Any) -> list[Row]:
        asked = {name: getattr(which, name) for name in statements.CONDITIONS}
        asked = {name: value for name, value in asked.items() if value is not None}
        where = " ".join(statements.CONDITIONS[name] for name in asked)
        if "organisations" in asked:
            asked["organisations"] = list(asked["organisations"])
        parameters: Mapping[str, Any] = {
            "chain": self._chain_id,
            "agreed": [int(outcome) for outcome in AGREED],
            "most": MAX_GWEI,
            **asked,
            **more,
        }
        text = statement.replace(statements.SPAN, where)
        async with (
            self._turn(),
            database_errors(),
            self._source.connection() as connection,
            connection.transaction(),
        ):
            # A hundred thousand payers are told apart in memory, not sorted on the disk.
            await connection.execute("SET LOCAL work_mem = '32MB'")
            limit = f"SET LOCAL statement_timeout = {_MOST_MILLISECONDS}"
            await connection.execute(limit.encode())
            found = await connection.execute(text.encode(), parameters)
            return await found.fetchall()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._reads.acquire()
        except TimeoutError:
            raise Retryable(
                "too many ask for statistics", remedy="Try again", code="statistics-busy"
            ) from None
        try:
            yield
        finally:
            self._reads.release()


def _record(row: Sequence[Any]) -> SeatRecord:
    counts, money = row[:7], (Wei(int(amount)) for amount in row[7:])
    return SeatRecord(*counts, *money)


def nothing_filed(organisation: OrganisationId) -> Scorecard:
    """Of an organisation against which nothing was filed."""
    return Scorecard(
        organisation=organisation,
        complaints=0,
        open=0,
        headline=NO_HEADLINE,
        promises=Promises(*[_NOTHING] * 5),
        all_hours=_NO_DELAYS,
        peak=_NO_DELAYS,
        off_peak=_NO_DELAYS,
        peak_on_time=_NOTHING,
        off_peak_on_time=_NOTHING,
        endings=Endings(*[0] * 13),
        stars=(0, 0, 0, 0, 0),
    )


def _headline(row: Sequence[Any]) -> Headline:
    kept, judged, agreed, ended, stars, rated = (int(value) for value in row[:6])
    payers, (_, heaviest_kept, heaviest_judged) = row[6], map(int, row[7])
    return Headline(
        promises=Rate(kept, judged),
        resolved=Rate(agreed, ended),
        stars=Rate(stars, rated),
        payers=payers,
        without_heaviest=Rate(kept - heaviest_kept, judged - heaviest_judged),
    )


def _scorecard(row: Row, headline: Headline) -> Scorecard:
    values = iter(row)
    organisation, complaints, open_ = islice(values, 3)
    acknowledged, answered, in_kind, every, contested = (_rate(values) for _ in range(5))
    return Scorecard(
        organisation=OrganisationId(organisation),
        complaints=complaints,
        open=open_,
        headline=headline,
        promises=Promises(acknowledged, answered, in_kind, every, contested),
        all_hours=_delays(values),
        peak=_delays(values),
        off_peak=_delays(values),
        peak_on_time=_rate(values),
        off_peak_on_time=_rate(values),
        endings=Endings(*islice(values, 13)),
        stars=(next(values), next(values), next(values), next(values), next(values)),
    )


def _pace(row: Row) -> OperatorPace:
    account, *rest = row
    values = iter(rest)
    delays = _delays(values)
    on_time, replies, contested = values
    return OperatorPace(Address(account), delays, Rate(on_time, replies), Rate(contested, replies))


def _rate(values: Iterator[Any]) -> Rate:
    return Rate(next(values), next(values))


def _delays(values: Iterator[Any]) -> Delays:
    count, percentiles = next(values), next(values)
    p10, median, p90 = percentiles or (None, None, None)
    return Delays(count, p10, median, p90)
