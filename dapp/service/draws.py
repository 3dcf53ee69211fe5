"""Panels that nobody has drawn yet: known to everybody once the seed's block is there."""

from dataclasses import dataclass
from typing import Any

from dapp.chain.keccak import keccak
from dapp.chain.node import Node
from dapp.domain.case import Case
from dapp.domain.draw import Stake, lottery, panel, sat_before
from dapp.domain.organisation import Organisation
from dapp.domain.phases import RoundPhase, seed_block
from dapp.domain.position import Position
from dapp.domain.rounds import Round, Seat
from dapp.domain.types import Address, ComplaintId, DisputeId, PositionId
from dapp.errors import InvalidInput
from dapp.service.cases import Cases, Standing
from dapp.service.people import People
from dapp.store.queries import Queries
from dapp.store.views import PositionRow

View = dict[str, Any]

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The panel that the seed's block makes.

    Attributes:
        header: of that block, as the court takes it for proof.
        seats: in order; none where too few arbitrators can be found.
    """

    header: bytes
    seats: tuple[Seat, ...]


class Draws:
    """Asks the node for the one header that the index does not hold."""

    def __init__(self, queries: Queries, cases: Cases, people: People, node: Node) -> None:
        self._queries = queries
        self._cases = cases
        self._people = people
        self._node = node

    async def foresee(self, found: Standing) -> Foreseen | None:
        """None unless the round can be drawn now. Raises RedressError where the node is away."""
        current = found.case.round
        if current is None or found.round_phase is not RoundPhase.DRAWABLE:
            return None
        header = await self._node.header_at(seed_block(current))
        organisation, _ = await self._people.find_organisation(found.case.organisation)
        stakes = await self._stakes()
        drawn = panel(
            keccak,
            lottery(DisputeId(found.case.id), current, header.mix_hash),
            stakes.get,
            lambda owner: _is_excluded(found.case, organisation.organisation, current, owner),
            sat_before(found.case.rounds[:-1]),
        )
        return Foreseen(
            header.encoded,
            tuple(Seat(n, place, stakes[place].owner) for n, place in enumerate(drawn)),
        )

    async def show(self, complaint: ComplaintId) -> View:
        """Who votes in the open round, drawn or not. Raises NotFound, RedressError."""
        found = await self._cases.find(complaint)
        foreseen = await self.foresee(found)
        current = found.case.round
        drawn = current.seats if current is not None else ()
        return {
            "complaint": complaint,
            "round": found.case.round_number,
            "drawn": current is not None and current.drawn_at is not None,
            "seats": [
                {"number": one.number, "position": one.position, "owner": one.owner}
                for one in (drawn if foreseen is None else foreseen.seats)
            ],
            **found.moment.stamp(),
        }

    async def position(self, number: PositionId) -> Position:
        """Raises InvalidInput where nobody holds it."""
        found = await self._queries.arbitrators(str(number - 1) if number else None, 1)
        for row in found.items:
            if row.position.id == number and row.position.left_at is None:
                return row.position
        raise InvalidInput(
            f"nobody holds position {number}",
            remedy="See /v1/arbitrators for those there are",
            code="position-unknown",
            fields={"field": "position"},
        )

    async def _stakes(self) -> dict[PositionId, Stake]:
        page = await self._queries.arbitrators(None, _PAGE)
        rows = list(page.items)
        while page.cursor is not None:
            page = await self._queries.arbitrators(page.cursor, _PAGE)
            rows += page.items
        return {row.position.id: _stake(row) for row in rows if row.position.left_at is None}


def _stake(row: PositionRow) -> Stake:
    held = row.position
    return Stake(held.owner, held.tickets, held.since_block, held.exit_block, row.open_seats)


def _is_excluded(case: Case, organisation: Organisation, current: Round, owner: Address) -> bool:
    """Parties, who acted for one as the round was armed, and who is accused by name."""
    accused = case.accusation is not None and case.accusation.account == owner
    acted = organisation.was_operator(owner, current.armed_at_block)
    return owner == case.customer or acted or accused
