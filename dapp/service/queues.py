"""The queue of an organisation's desk: what is due, the most urgent first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dapp.domain.types import UnixTime
from dapp.domain.urgency import is_late, next_due, owes_first_reply
from dapp.service import case_views, views
from dapp.service.clock import Clock, Moment
from dapp.service.standing import Standing
from dapp.store.desk_queue import Queued, QueueFilter
from dapp.store.queries import Queries

View = dict[str, Any]

MOST_IN_TABLE = 1_000
COLUMNS = (
    "complaint",
    "due",
    "due_at",
    "seconds_left",
    "first_reply_owed",
    "first_reply_late",
    "state",
    "amount",
    "token",
    "category",
    "filed_at",
    "operator",
    "customer",
    "order",
)


@dataclass(frozen=True, slots=True)
class Queue:
    """Part of a queue, and how long the whole of it is."""

    counts: Queued
    rows: tuple[Standing, ...]
    moment: Moment


class Queues:
    """Each read takes a few statements, however many cases there are."""

    def __init__(self, queries: Queries, clock: Clock) -> None:
        self._queries = queries
        self._clock = clock

    async def find(self, which: QueueFilter, page: int, limit: int) -> Queue:
        """`page` counts from 1. Raises Retryable."""
        found, moment = await self._clock.read_as_of(
            "latest", lambda at: self._read(which, at.now, (page - 1) * limit, limit)
        )
        counts, rows = found
        return Queue(counts, tuple(Standing(row, moment) for row in rows), moment)

    async def show(self, which: QueueFilter, page: int, limit: int) -> View:
        """As JSON; `due` is null where every window is over. Raises Retryable."""
        found = await self.find(which, page, limit)
        counts = found.counts
        return {
            "organisation": which.organisation,
            "open": counts.open,
            "organisation_must_act": counts.ours,
            "within_ten_minutes": counts.soon,
            "found": counts.found,
            "page": page,
            "cases": [{**case_views.short(one), **_due(one)} for one in found.rows],
            **found.moment.stamp(),
        }

    async def table(self, which: QueueFilter) -> tuple[Sequence[str], list[list[object]]]:
        """Names of columns, and a row for each of the first 1000 cases. Raises Retryable."""
        found = await self.find(which, 1, MOST_IN_TABLE)
        return COLUMNS, [_row(one) for one in found.rows]

    async def _read(
        self, which: QueueFilter, now: UnixTime, first: int, limit: int
    ) -> tuple[Queued, list[Any]]:
        counts = await self._queries.queue.find(which, now, first, limit)
        if not counts.cases:
            return counts, []
        _, rows = await self._queries.cases_now(list(counts.cases))
        by_number = {row.case.id: row for row in rows}
        return counts, [by_number[number] for number in counts.cases]


def _due(found: Standing) -> View:
    case, moment = found.case, found.moment
    due = next_due(case, moment.now, moment.next_block)
    shown = due and {
        "what": due.name,
        "organisation_must_act": due.is_promise,
        "opened_at": views.time(due.opens),
        "until": views.time(due.until),
        "seconds_left": due.until - moment.now,
    }
    return {
        "due": shown,
        "first_reply_owed": owes_first_reply(case, moment.now),
        "first_reply_late": is_late(case, moment.now),
        "operator": case.acknowledgement.actor if case.acknowledgement else None,
    }


def _row(found: Standing) -> list[object]:
    """Of the table; times as in the JSON's `iso`, amounts in the coin's smallest unit."""
    case, shown = found.case, _due(found)
    due = shown["due"]
    return [
        case.id,
        due and due["what"],
        due and due["until"]["iso"],
        due and due["seconds_left"],
        shown["first_reply_owed"],
        shown["first_reply_late"],
        views.name(case.state),
        str(case.amount),
        case.order.token,
        views.name(case.category),
        views.time(case.filed_at)["iso"],
        shown["operator"],
        case.customer,
        case.order.key,
    ]
