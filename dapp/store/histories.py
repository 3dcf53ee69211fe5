"""Whole histories, as an auditor reads them: every log about a case or an organisation, in order.

All reads of one `Histories` see one moment of the index, however far the indexer goes meanwhile.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from dapp.domain.deployment import Deployment
from dapp.domain.events import REGISTRY, Block, Event, RawLog
from dapp.domain.parts import ComplaintState
from dapp.domain.types import BlockNumber, ComplaintId, OrganisationId
from dapp.store import rows, statements
from dapp.store.answers import head_of
from dapp.store.database import Connection, database_errors
from dapp.store.event_log import EventLog
from dapp.store.subjects import (
    COMPLAINT,
    COMPLAINTS_ABOUT,
    ORDER,
    ORGANISATION,
    OUTSIDE_RULING,
    Subject,
    places,
    subjects_of,
)
from dapp.store.views import Head

Decode = Callable[[RawLog], Event | None]


class Told(NamedTuple):
    """A log and what it says."""

    log: RawLog
    event: Event


class Filed(NamedTuple):
    """A complaint, and what leads to its events.

    Attributes:
        order_key: of its order or claim.
        outside: what an arbitrator outside speaks of it by; None where there is none.
    """

    id: ComplaintId
    order_key: str
    outside: str | None

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """What its events are about."""
        own = (Subject(COMPLAINT, str(self.id)), Subject(ORDER, self.order_key))
        return own if self.outside is None else (*own, Subject(OUTSIDE_RULING, self.outside))


class Histories:
    """Reads of one chain's log.

    Args:
        connection: in a transaction that sees one moment of the database.
        deployment: which chain, and its contracts.
        decode: makes events of raw logs.
    """

    def __init__(self, connection: Connection, deployment: Deployment, decode: Decode) -> None:
        contracts = {one.name: one.address for one in deployment.contracts}
        self._connection = connection
        self._chain_id = deployment.chain_id
        self._log = EventLog(connection, deployment.chain_id, contracts)
        self._decode = decode

    async def head(self) -> Head | None:
        """The last indexed block; None before the first."""
        found = await self._connection.execute(statements.HEAD, {"chain": self._chain_id})
        row = await found.fetchone()
        return None if row is None else head_of(self._chain_id, row)

    async def block(self, number: BlockNumber) -> Block | None:
        """A stored block; None above the head and before the contracts."""
        return await self._log.block(number)

    async def complaints(
        self,
        after: int,
        last: int | None,
        limit: int,
        organisation: OrganisationId | None = None,
    ) -> list[Filed]:
        """The next complaints above `after`, up to `last` and of one organisation if given."""
        found = await self._connection.execute(
            "SELECT id, order_key, outside_ruling FROM complaint"
            " WHERE chain_id = %s AND id > %s AND (%s::bigint IS NULL OR id <= %s)"
            " AND (%s::bigint IS NULL OR organisation = %s) ORDER BY id LIMIT %s",
            (self._chain_id, after, last, last, organisation, organisation, limit),
        )
        return [Filed(ComplaintId(number), key, outside) async for number, key, outside in found]

    async def heard(self, at: BlockNumber) -> set[ComplaintId]:
        """Complaints that arbitrators had at a block, and maybe more that changed after it."""
        found = await self._connection.execute(
            "SELECT id FROM complaint WHERE chain_id = %s AND (state = %s OR updated_block > %s)",
            (self._chain_id, int(ComplaintState.ESCALATED), at),
        )
        return {ComplaintId(number) async for (number,) in found}

    async def of_cases(
        self, which: Sequence[Filed], up_to: BlockNumber
    ) -> dict[ComplaintId, list[Told]]:
        """Every event up to a block of each complaint, its dispute and its order, in order."""
        of: dict[Subject, list[ComplaintId]] = {}
        for filed in which:
            for subject in filed.subjects:
                of.setdefault(subject, []).append(filed.id)
        told: dict[ComplaintId, list[Told]] = {filed.id: [] for filed in which}
        for one in await self._about(of, up_to):
            ids = {number for subject in subjects_of(one.event) for number in of.get(subject, ())}
            for number in ids:
                told[number].append(one)
        return told

    async def of_organisations(
        self, which: Sequence[OrganisationId], up_to: BlockNumber
    ) -> dict[OrganisationId, list[Told]]:
        """Every event of the registry about each organisation up to a block, in order."""
        subjects = [Subject(ORGANISATION, str(number)) for number in which]
        told: dict[OrganisationId, list[Told]] = {number: [] for number in which}
        for one in await self._about(subjects, up_to):
            if one.event.contract == REGISTRY and "organisation" in one.event.args:
                told[OrganisationId(one.event.integer("organisation"))].append(one)
        return told

    async def changed(
        self, after: BlockNumber, up_to: BlockNumber
    ) -> tuple[set[ComplaintId], set[OrganisationId]]:
        """Complaints and organisations that have an event above one block and up to another."""
        named: set[Subject] = set()
        async with database_errors():
            async for log in self._log.between(after, up_to):
                event = self._decode(log)
                if event is not None:
                    named.update(subjects_of(event))
            # An order's events are all its complaints'.
            orders = {Subject(COMPLAINTS_ABOUT, one.key) for one in named if one.kind == ORDER}
            found = await rows.resolve(self._connection, self._chain_id, named | orders)
        return (
            {ComplaintId(int(one.key)) for one in found if one.kind == COMPLAINT},
            {OrganisationId(int(one.key)) for one in found if one.kind == ORGANISATION},
        )

    async def _about(self, subjects: Iterable[Subject], up_to: BlockNumber) -> list[Told]:
        where: Collection[tuple[str, bytes]] = {
            place for subject in subjects for place in places(subject)
        }
        async with database_errors():
            logs = await self._log.about(sorted(where), up_to)
        events = ((log, self._decode(log)) for log in logs)
        return [Told(log, event) for log, event in events if event is not None]
