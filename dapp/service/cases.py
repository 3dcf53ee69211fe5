"""Cases: found for pages, shown as JSON for everybody else."""

from dataclasses import dataclass
from typing import Any

from dapp.domain.case import Case
from dapp.domain.events import Event
from dapp.domain.parts import ComplaintState
from dapp.domain.phases import Phase, RoundPhase, phase, round_phase
from dapp.domain.rules import Action, Role, available
from dapp.domain.turns import Turn, turn
from dapp.domain.types import Address, ComplaintId, Wei
from dapp.errors import InvalidInput, NotFound
from dapp.service import hearings, told, views
from dapp.service.clock import Clock, Moment
from dapp.store.queries import Queries
from dapp.store.views import CaseFilter, CaseRow, Page, Verification

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """A case, and where it stands at a moment."""

    row: CaseRow
    moment: Moment

    @property
    def case(self) -> Case:
        return self.row.case

    @property
    def phase(self) -> Phase:
        return phase(self.case, self.moment.now)

    @property
    def round_phase(self) -> RoundPhase:
        """As the next block will find it."""
        return round_phase(self.case.round, self.moment.now, self.moment.next_block)

    @property
    def turn(self) -> Turn:
        """Whose turn it is."""
        return turn(self.case, self.moment.now, self.moment.next_block)

    def actions(self, role: Role, actor: Address | None = None) -> tuple[Action, ...]:
        """What somebody in `role` may do now."""
        return available(self.case, role, self.moment.now, self.moment.next_block, actor)


class Cases:
    def __init__(self, queries: Queries, clock: Clock, bounty: Wei) -> None:
        """`bounty` is what whoever draws a panel is paid."""
        self._queries = queries
        self._clock = clock
        self._bounty = bounty

    async def find(self, complaint: ComplaintId) -> Standing:
        """Raises NotFound, Retryable."""
        row, moment = await self._clock.read(lambda: self._queries.case_row(complaint))
        if row is None:
            raise unknown(complaint)
        return Standing(row, moment)

    async def find_all(
        self, which: CaseFilter, cursor: str | None, limit: int
    ) -> tuple[Page[CaseRow], Moment]:
        """The newest first. Raises InvalidInput, Retryable."""
        return await self._clock.read(lambda: self._queries.cases(which, cursor, limit))

    async def find_timeline(self, complaint: ComplaintId) -> tuple[list[Event], Moment]:
        """Every event, in the chain's order. Raises NotFound, Retryable."""
        events, moment = await self._clock.read(lambda: self._queries.timeline(complaint))
        if not events:
            raise unknown(complaint)
        return events, moment

    async def show(self, complaint: ComplaintId) -> View:
        """One case, whole. Raises NotFound, Retryable."""
        found = await self.find(complaint)
        return {"case": _whole(found, self._bounty), **found.moment.stamp()}

    async def list(self, which: CaseFilter, cursor: str | None, limit: int) -> View:
        """A page of short views. Raises InvalidInput, Retryable."""
        page, moment = await self.find_all(which, cursor, limit)
        rows = [_short(Standing(row, moment)) for row in page.items]
        return {"cases": rows, "next_cursor": page.cursor, **moment.stamp()}

    async def timeline(self, complaint: ComplaintId) -> View:
        """Every event, with what an auditor folds. Raises NotFound, Retryable."""
        events, moment = await self.find_timeline(complaint)
        shown = [told.event(event, moment.head) for event in events]
        return {"complaint": complaint, "events": shown, **moment.stamp()}


def states(names: str | None) -> frozenset[ComplaintState]:
    """From a list such as `filed,offered`. Raises InvalidInput."""
    if not names:
        return frozenset()
    known = {state.name.lower(): state for state in ComplaintState if state}
    wanted = [name.strip() for name in names.split(",")]
    for name in wanted:
        if name not in known:
            raise InvalidInput(
                f"{name[:20]!r} is no state of a complaint",
                remedy=f"Use {', '.join(known)}",
                fields={"field": "state"},
            )
    return frozenset(known[name] for name in wanted)


def unknown(complaint: ComplaintId) -> NotFound:
    return NotFound(
        f"there is no complaint {complaint}",
        remedy="Complaints are numbered from 1; one just filed shows once its block is indexed",
        code="complaint-unknown",
        fields={"complaint": complaint},
    )


def _whole(found: Standing, bounty: Wei) -> View:
    current = found.case.round
    rounds = [
        hearings.round_(one, found.round_phase if one is current else RoundPhase.NONE, bounty)
        for one in found.case.rounds
    ]
    return {
        **views.case(found.case),
        "phase": views.name(found.phase),
        "round_phase": _hearing(found),
        "rounds": rounds,
        "outside": hearings.outside(found.case.outside),
        "appeals": [hearings.level(one) for one in found.case.appeals],
        "turn": views.turn(found.turn),
        "actions": {str(role): list(found.actions(role)) for role in Role},
        "now": views.time(found.moment.now),
        "finality": found.moment.head.finality_of(found.case.updated_block),
        "verification": _verification(found.row.verification),
    }


def _short(found: Standing) -> View:
    case = found.case
    return {
        "id": case.id,
        "customer": case.customer,
        "organisation": case.organisation,
        "order": case.order.key,
        "amount": views.wei(case.amount),
        "category": views.name(case.category),
        "demand": case.demand,
        "offer": case.offer.share if case.offer else None,
        "share": case.payment.share if case.payment else None,
        "state": views.name(case.state),
        "phase": views.name(found.phase),
        "round_phase": _hearing(found),
        "filed_at": views.time(case.filed_at),
        "deadline": views.time(case.deadline),
        "updated_block": case.updated_block,
    }


def _hearing(found: Standing) -> str | None:
    """Where the round stands, while the court has the case."""
    return views.name(found.round_phase) if found.phase is Phase.ESCALATED else None


def _verification(found: Verification | None) -> View | None:
    if found is None:
        return None
    return {
        "block": found.block_number,
        "matches": found.matches,
        "folded": found.folded,
        "on_chain": found.on_chain,
    }
