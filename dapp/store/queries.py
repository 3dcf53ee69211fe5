"""The named reads. None of them calls the chain."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from psycopg_pool import AsyncConnectionPool

from dapp.domain.case import Case
from dapp.domain.deployment import Deployment
from dapp.domain.events import Event, RawLog
from dapp.domain.keys import EncryptionKey
from dapp.domain.public import PublicDispute
from dapp.domain.types import (
    Address,
    ComplaintId,
    DisputeId,
    Hash32,
    OrganisationId,
    PositionId,
)
from dapp.errors import InvalidInput
from dapp.store import statements
from dapp.store.answers import (
    OPEN_STATES,
    Row,
    case_row,
    head_of,
    order_row,
    organisation_row,
    position_row,
)
from dapp.store.database import database_errors
from dapp.store.event_log import EventLog
from dapp.store.histories import Histories
from dapp.store.rows import read
from dapp.store.subjects import (
    COMPLAINT,
    ORDER,
    ORGANISATION,
    Subject,
    outside_ruling,
    places,
    subjects_of,
)
from dapp.store.views import (
    CaseFilter,
    CaseRow,
    Credit,
    Head,
    OrderRow,
    OrganisationRow,
    Page,
    PositionRow,
    SeatRow,
    Status,
)

Decode = Callable[[RawLog], Event | None]
"""A log's event; None for one that no ABI explains."""

_OPEN = [int(state) for state in OPEN_STATES]
Item = TypeVar("Item")


class Queries:
    """Reads of one chain's rows.

    Args:
        pool: connections to a database with our schema.
        deployment: which chain, and its contracts.
        decode: makes events of raw logs, which is how they are stored.
    """

    def __init__(self, pool: AsyncConnectionPool, deployment: Deployment, decode: Decode) -> None:
        self._pool = pool
        self._deployment = deployment
        self._chain_id = deployment.chain_id
        self._decode = decode

    async def head(self) -> Head | None:
        """The last indexed block; None before the first."""
        rows = await self._rows(statements.HEAD)
        return head_of(self._chain_id, rows[0]) if rows else None

    async def status(self) -> Status:
        """How the index stands."""
        head = await self.head()
        events, complaints, on_chain, unknown, wrong, unverified, unproven = (
            await self._rows(statements.STATUS)
        )[0]
        return Status(
            chain_id=self._chain_id,
            head=head,
            events=events,
            complaints=complaints,
            complaints_on_chain=on_chain,
            mismatches=tuple(ComplaintId(number) for number in wrong),
            unverified=unverified,
            unknown_logs=unknown,
            unproven_blocks=unproven,
        )

    async def deployments(self) -> list[Deployment]:
        """The contracts that are indexed."""
        rows = await self._rows(statements.DEPLOYMENTS)
        return [read(text, Deployment) for (text,) in rows]

    async def case(self, complaint: ComplaintId) -> Case | None:
        """A case; None if no such complaint is filed."""
        row = await self.case_row(complaint)
        return None if row is None else row.case

    async def case_row(self, complaint: ComplaintId) -> CaseRow | None:
        """A case with its verification."""
        rows = await self._rows(statements.CASE, id=complaint)
        return case_row(rows[0]) if rows else None

    async def cases(self, which: CaseFilter, cursor: str | None, limit: int) -> Page[CaseRow]:
        """Cases, the newest first. Raises InvalidInput for a cursor that is not ours."""
        rows = await self._rows(
            statements.CASES,
            before=_number(cursor),
            states=[int(state) for state in sorted(which.states)] or None,
            organisation=which.organisation,
            customer=which.customer,
            order=which.order,
            arbitrator=which.arbitrator,
            limit=limit + 1,
        )
        found = [case_row(row) for row in rows]
        return _page(found, limit, lambda row: str(row.case.id))

    async def timeline(self, complaint: ComplaintId) -> list[Event]:
        """All events of the complaint, its dispute, appeals and order, in the chain's order."""
        case = await self.case(complaint)
        if case is None:
            return []
        about = [Subject(COMPLAINT, str(complaint)), Subject(ORDER, case.order.key)]
        if case.outside is not None:
            number = int(case.outside.dispute, 16)
            about.append(outside_ruling(case.outside.arbitrator, number))
        return await self._events(*about)

    async def organisation(self, organisation: OrganisationId) -> OrganisationRow | None:
        """An organisation with its policies, operators and bond."""
        rows = await self._rows(statements.ORGANISATION, id=organisation, open=_OPEN)
        return organisation_row(rows[0]) if rows else None

    async def organisations(self, cursor: str | None, limit: int) -> Page[OrganisationRow]:
        """Organisations, the oldest first. Raises InvalidInput for a cursor that is not ours."""
        rows = await self._rows(
            statements.ORGANISATIONS, after=_number(cursor), limit=limit + 1, open=_OPEN
        )
        found = [organisation_row(row) for row in rows]
        return _page(found, limit, lambda row: str(row.organisation.id))

    async def organisations_of(self, account: Address) -> list[OrganisationRow]:
        """Those in which `account` has a role or is nominated for one."""
        rows = await self._rows(statements.ORGANISATIONS_OF, account=account, open=_OPEN)
        return [organisation_row(row) for row in rows]

    async def organisation_timeline(self, organisation: OrganisationId) -> list[Event]:
        """All events of the registry about it, and its withdrawals, in the chain's order."""
        return await self._events(Subject(ORGANISATION, str(organisation)))

    async def order(self, key: Hash32) -> OrderRow | None:
        """A paid order."""
        rows = await self._rows(statements.ORDER, key=key)
        return order_row(rows[0]) if rows else None

    async def orders(
        self,
        cursor: str | None,
        limit: int,
        *,
        customer: Address | None = None,
        organisation: OrganisationId | None = None,
    ) -> Page[OrderRow]:
        """Orders, the newest first. Raises InvalidInput for a cursor that is not ours."""
        time, _, key = (cursor or "").partition("-")
        rows = await self._rows(
            statements.ORDERS,
            before_time=_number(time or None),
            before_key=key,
            customer=customer,
            organisation=organisation,
            limit=limit + 1,
        )
        found = [order_row(row) for row in rows]
        return _page(found, limit, lambda row: f"{row.paid.paid_at}-{row.paid.order.key}")

    async def arbitrators(self, cursor: str | None, limit: int) -> Page[PositionRow]:
        """All stakes, by position. Raises InvalidInput for a cursor that is not ours."""
        rows = await self._rows(
            statements.ARBITRATORS,
            after=_number(cursor),
            limit=limit + 1,
        )
        found = [position_row(row, self._deployment) for row in rows]
        return _page(found, limit, lambda row: str(row.position.id))

    async def positions(self, owner: Address) -> list[PositionRow]:
        """The stakes of one arbitrator."""
        rows = await self._rows(statements.POSITIONS, owner=owner)
        return [position_row(row, self._deployment) for row in rows]

    async def positions_voted_by(self, account: Address) -> list[PositionRow]:
        """The stakes for which `account` may commit, as owner or by its voting key."""
        rows = await self._rows(statements.POSITIONS_VOTED_BY, account=account)
        return [position_row(row, self._deployment) for row in rows]

    async def seats(self, owner: Address) -> list[SeatRow]:
        """Where an arbitrator was drawn, the newest complaint first."""
        rows = await self._rows(statements.SEATS, owner=owner)
        return [
            SeatRow(read(text, Case), round_, number, PositionId(position))
            for text, round_, number, position in rows
        ]

    async def credits(self, account: Address) -> list[Credit]:
        """What contracts hold for `account` because it could not be delivered."""
        rows = await self._rows(statements.CREDITS, account=account)
        return [
            Credit(contract, Address(owner), Address(token), int(amount))
            for contract, owner, token, amount in rows
        ]

    async def key(self, account: Address) -> EncryptionKey | None:
        """What evidence for somebody is sealed to; None if they never set a key."""
        rows = await self._rows(statements.KEY, account=account)
        return read(rows[0][0], EncryptionKey) if rows else None

    async def public_dispute(self, dispute: DisputeId) -> PublicDispute | None:
        """A dispute that another contract brought to the house court."""
        rows = await self._rows(statements.PUBLIC_DISPUTE, id=dispute)
        return read(rows[0][0], PublicDispute) if rows else None

    @asynccontextmanager
    async def histories(self) -> AsyncIterator[Histories]:
        """Whole histories, all read at one moment of the index; holds a connection meanwhile."""
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield Histories(connection, self._deployment, self._decode)

    async def _rows(self, statement: str, **values: Any) -> list[Row]:
        parameters: Mapping[str, Any] = {"chain": self._chain_id, **values}
        async with database_errors(), self._pool.connection() as connection:
            found = await connection.execute(statement.encode(), parameters)
            return await found.fetchall()

    async def transaction(self, name: Hash32) -> list[Event]:
        """The events of a transaction, in their order; none of one that is not ours."""
        return await self._decoded(lambda log: log.of(name))

    async def _events(self, *subjects: Subject) -> list[Event]:
        where = [place for subject in subjects for place in places(subject)]
        events = await self._decoded(lambda log: log.about(where))
        wanted = set(subjects)
        return [event for event in events if not wanted.isdisjoint(subjects_of(event))]

    async def _decoded(self, logs: Callable[[EventLog], Awaitable[list[RawLog]]]) -> list[Event]:
        contracts = {one.name: one.address for one in self._deployment.contracts}
        async with database_errors(), self._pool.connection() as connection:
            found = await logs(EventLog(connection, self._chain_id, contracts))
        return [event for log in found if (event := self._decode(log)) is not None]


def _page(found: list[Item], limit: int, cursor_of: Callable[[Item], str]) -> Page[Item]:
    more = len(found) > limit
    items = tuple(found[:limit])
    return Page(items, cursor_of(items[-1]) if more and items else None)


def _number(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not cursor.isdecimal() or len(cursor) > 18:
        raise InvalidInput("the cursor is not one of ours", fields={"field": "cursor"})
    return int(cursor)
