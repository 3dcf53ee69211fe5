"""An organisation's open cases in the order of their deadlines: one statement, however many."""

from dataclasses import dataclass

from dapp.domain.parts import Category, ComplaintState
from dapp.domain.types import Address, ComplaintId, OrganisationId, UnixTime
from dapp.domain.urgency import OURS, QUEUED
from dapp.store.reader import Reader

SOON_SECONDS = 600

# As `dapp.domain.urgency.next_due` has it, from narrow columns; 0: the organisation must act,
# 1: the customer may, 2: every window is over.
_DUE = """
SELECT
    c.id, c.state, c.category, f.operator, f.first_answer_seconds IS NULL AS unheard,
    CASE
        WHEN c.state = 1 AND f.first_answer_seconds IS NULL AND f.acknowledge_by > %(now)s
            THEN f.acknowledge_by
        WHEN c.state = 1 THEN f.answer_by
        WHEN c.state = %(pledged)s THEN f.pledge_due
        ELSE (c.body->>'deadline')::bigint
    END AS due
FROM complaint c JOIN case_fact f ON f.chain_id = c.chain_id AND f.complaint = c.id
WHERE c.chain_id = %(chain)s AND c.organisation = %(organisation)s
    AND c.state = ANY(%(queued)s::smallint[])
"""
_RANKED = f"""
SELECT d.*, CASE WHEN due <= %(now)s THEN 2 WHEN state = ANY(%(ours)s::smallint[]) THEN 0 ELSE 1 END
    AS rank
FROM ({_DUE}) d
"""  # noqa: S608 (ours)
_CONDITIONS = {
    "before": "rank = 0 AND due < %(before)s",
    "categories": "category = ANY(%(categories)s::smallint[])",
    "states": "state = ANY(%(states)s::smallint[])",
    "operator": "operator = %(operator)s",
    "unheard": "state = 1 AND unheard = %(unheard)s",
}


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which of an organisation's open cases; what is None or empty does not filter.

    Attributes:
        within_seconds: the organisation must act, and so soon.
        operator: who gave the first reply.
        unheard: nobody gave one yet.
    """

    organisation: OrganisationId
    within_seconds: int | None = None
    categories: frozenset[Category] = frozenset()
    states: frozenset[ComplaintState] = frozenset()
    operator: Address | None = None
    unheard: bool = False


@dataclass(frozen=True, slots=True)
class Queued:
    """Attributes:
    found: how many fit.
    ours: of all open ones, those in which the organisation must act; `soon` of them within ten
        minutes.
    """

    found: int
    ours: int
    soon: int
    open: int
    cases: tuple[ComplaintId, ...]


class DeskQueue:
    """
    Args:
        reader: of the chain's rows.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def find(self, which: QueueFilter, now: UnixTime, first: int, limit: int) -> Queued:
        """Those from place `first` (0 is the most urgent), and how many there are."""
        asked = _asked(which, now)
        fits = " AND ".join(_CONDITIONS[name] for name in asked) or "true"
        rows = await self._reader.rows(
            _statement(fits),
            {
                **asked,
                "organisation": which.organisation,
                "now": now,
                "soon": now + SOON_SECONDS,
                "queued": [int(state) for state in QUEUED],
                "ours": [int(state) for state in OURS],
                "pledged": int(ComplaintState.PLEDGED),
                "first": first + 1,
                "last": first + limit,
            },
            anew=True,
        )
        found, ours, soon, open_, cases = rows[0]
        return Queued(found, ours, soon, open_, tuple(map(ComplaintId, cases or ())))


def _statement(fits: str) -> str:
    return f"""
    SELECT
        count(*) FILTER (WHERE {fits}),
        count(*) FILTER (WHERE rank = 0),
        count(*) FILTER (WHERE rank = 0 AND due < %(soon)s),
        count(*),
        (array_agg(id ORDER BY rank, due, id) FILTER (WHERE {fits}))[%(first)s:%(last)s]
    FROM ({_RANKED}) q
    """  # noqa: S608 (ours)


def _asked(which: QueueFilter, now: UnixTime) -> dict[str, object]:
    """The values of the conditions that are asked for."""
    found: dict[str, object] = {}
    if which.within_seconds is not None:
        found["before"] = now + which.within_seconds
    if which.categories:
        found["categories"] = sorted(int(one) for one in which.categories)
    if which.states:
        found["states"] = sorted(int(one) for one in which.states)
    if which.operator is not None:
        found["operator"] = which.operator
    if which.unheard:
        found["unheard"] = True
    return found
