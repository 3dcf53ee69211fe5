"""Arbitrators and what they did with their seats."""

from typing import Any

from dapp.domain.duties import duty
from dapp.domain.phases import round_phase
from dapp.domain.scorecard import NO_SEATS, SeatRecord
from dapp.domain.types import Address
from dapp.service import views
from dapp.service.clock import Clock, Moment
from dapp.service.people import People
from dapp.service.scorecards import rate
from dapp.store.queries import Queries
from dapp.store.scores import Scores
from dapp.store.views import SeatRow

View = dict[str, Any]


class Arbitrators:
    def __init__(self, queries: Queries, people: People, scores: Scores, clock: Clock) -> None:
        self._queries = queries
        self._people = people
        self._scores = scores
        self._clock = clock

    async def list(self, cursor: str | None, limit: int) -> View:
        """Every stake, by position, and the record of whoever holds it.

        Raises InvalidInput, Retryable.
        """
        found, moment = await self._clock.read(lambda: self._stakes(cursor, limit))
        return {**found, **moment.stamp()}

    async def show(self, owner: Address) -> View:
        """One arbitrator's record, stakes, seats and credits; empty for somebody who has none.

        Raises Retryable.
        """
        found, moment = await self._clock.read(lambda: self._whole(owner))
        return {**found, **moment.stamp()}

    async def duties(self, owner: Address) -> View:
        """What the seats that one was drawn into ask of them, the next first.

        Raises Retryable.
        """
        seats, moment = await self._clock.read(lambda: self._queries.seats(owner))
        found = [one for row in seats if (one := _duty(row, moment)) is not None]
        found.sort(key=lambda one: one[0])
        return {"address": owner, "duties": [view for _, view in found], **moment.stamp()}

    async def _stakes(self, cursor: str | None, limit: int) -> View:
        found = await self._people.arbitrators(cursor, limit)
        rows = found["positions"]
        records = await self._scores.records([Address(row["owner"]) for row in rows])
        shown = [
            {**row, "record": record_view(records.get(row["owner"], NO_SEATS))} for row in rows
        ]
        return {**found, "positions": shown}

    async def _whole(self, owner: Address) -> View:
        records = await self._scores.records([owner])
        found = await self._people.arbitrator(owner)
        return {"record": record_view(records.get(owner, NO_SEATS)), **found}


def _duty(row: SeatRow, moment: Moment) -> tuple[tuple[bool, int], View] | None:
    """With its rank."""
    current = row.case.round
    if current is None or current.number != row.round:
        return None
    stands = round_phase(current, moment.now, moment.next_block)
    due = duty(current, stands, row.number, moment.now)
    if due is None:
        return None
    return (
        due.rank,
        {
            "complaint": row.case.id,
            "round": row.round,
            "seat": row.number,
            "task": due.task.value,
            "opens": views.time(due.opens),
            "until": views.time(due.until),
            "commitment": current.seats[row.number].commitment,
        },
    )


def record_view(record: SeatRecord) -> View:
    """Shares in basis points, money in wei."""
    return {
        "seats_drawn": record.drawn,
        "revealed": record.revealed,
        "no_shows": record.no_shows,
        "leaked": record.leaked,
        "open": record.open,
        "agreed_with_final_ruling": rate(record.agreement),
        "rewards": views.wei(record.rewards),
        "penalties": views.wei(record.penalties),
    }
