"""The named reads. None of them calls the chain."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from dapp.domain.case import Case
from dapp.domain.deployment import Deployment
from dapp.domain.events import Block, Event, RawLog
from dapp.domain.keys import EncryptionKey
from dapp.domain.public import PublicDispute
from dapp.domain.types import (
    Address,
    BlockNumber,
    ComplaintId,
    DisputeId,
    Hash32,
    OrganisationId,
    PositionId,
    UnixTime,
)
from dapp.store import cursors, filters, statements
from dapp.store.answers import (
    Row,
    case_row,
    head_of,
    order_row,
    organisation_row,
    position_row,
)
from dapp.store.case_lists import CaseLists
from dapp.store.case_pages import CasePages
from dapp.store.database import Connections
from dapp.store.desk_queue import DeskQueue
from dapp.store.event_log import EventLog
from dapp.store.gathering import Gathering
from dapp.store.histories import Histories
from dapp.store.reader import Reader
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

_NEVER = UnixTime(0)
Item = TypeVar("Item")


class Queries:
    """Reads of one chain's rows.

    Args:
        source: of connections to a database with our schema.
        deployment: which chain, and its contracts.
        decode: makes events of raw logs, which is how they are stored.
    """

    def __init__(self, source: Connections, deployment: Deployment, decode: Decode) -> None:
        self._reader = Reader(source, deployment)
        self.lists = CaseLists(self._reader)
        self.queue = DeskQueue(self._reader)
        self._at_once = Gathering(self._by_number)
        self._pages = CasePages(self._reader, deployment.chain_id)
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
        events, complaints, on_chain, unknown, wrong, unverified, of_node, of_bloom = (
            await self._rows(statements.STATUS)
        )[0]
        return Status(
            chain_id=self._chain_id,
            head=head,
            events=events or 0,
            complaints=complaints or 0,
            complaints_on_chain=on_chain,
            mismatches=tuple(ComplaintId(number) for number in wrong),
            unverified=unverified,
            unknown_logs=unknown,
            unproven_blocks=of_node + of_bloom,
            blocks_by_bloom=of_bloom,
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
        return (await self.case_now(complaint))[1]

    async def case_now(self, complaint: ComplaintId) -> tuple[Head | None, CaseRow | None]:
        """A case, and the head it is as of; both None before the first block."""
        return await self._at_once.find(complaint)

    async def cases_now(self, which: list[ComplaintId]) -> tuple[Head | None, list[CaseRow]]:
        """Those of the cases that there are, in any order, and the head they are as of."""
        rows = await self._rows(statements.CASES_NOW, ids=which)
        head = head_of(self._chain_id, rows[0][:-4]) if rows else None
        return head, [case_row(row[-4:]) for row in rows if row[-4] is not None]

    async def _by_number(
        self, which: list[ComplaintId]
    ) -> dict[ComplaintId, tuple[Head | None, CaseRow | None]]:
        head, found = await self.cases_now(which)
        by_number = {row.case.id: row for row in found}
        return {number: (head, by_number.get(number)) for number in which}

    async def case_page(
        self, which: CaseFilter, cursor: str | None, limit: int
    ) -> tuple[Head | None, Page[ComplaintId]]:
        """Numbers of cases, the newest first, and the head they are as of; not for breaches.

        Raises InvalidInput for a cursor that is not ours.
        """
        values = filters.lasting(which) | filters.passing(which, _NEVER)
        head, found = await self._pages.find(values, cursors.number(cursor), limit + 1)
        return head, _page(list(found), limit, str)

    async def cases(
        self,
        which: CaseFilter,
        cursor: str | None,
        limit: int,
        now: UnixTime = _NEVER,
    ) -> Page[CaseRow]:
        """Cases, the newest first; breaches are those of `now`. Raises InvalidInput (cursor)."""
        values = filters.lasting(which) | filters.passing(which, now)
        found = await self.lists.rows(values, cursors.number(cursor), limit + 1)
        return _page(found, limit, lambda row: str(row.case.id))

    async def case_numbers(
        self, which: CaseFilter, limit: int, now: UnixTime = _NEVER
    ) -> list[ComplaintId]:
        """Of the newest cases, `limit` at most; breaches are those of `now`."""
        values = filters.lasting(which) | filters.passing(which, now)
        return await self.lists.numbers(values, None, limit)

    async def block(self, number: BlockNumber) -> Block | None:
        """A stored block; None above the head and before the contracts."""
        async with self.log() as log:
            return await log.block(number)

    async def timeline(
        self, complaint: ComplaintId, up_to: BlockNumber | None = None
    ) -> list[Event]:
        """All events of the complaint, its dispute, appeals and order, in the chain's order."""
        case = await self.case(complaint)
        if case is None:
            return []
        about = [Subject(COMPLAINT, str(complaint)), Subject(ORDER, case.order.key)]
        if case.outside is not None:
            number = int(case.outside.dispute, 16)
            about.append(outside_ruling(case.outside.arbitrator, number))
        events = await self._events(*about)
        return [one for one in events if up_to is None or one.block_number <= up_to]

    async def organisation(self, organisation: OrganisationId) -> OrganisationRow | None:
        """An organisation with its policies, operators and bond."""
        rows = await self._rows(statements.ORGANISATION, id=organisation)
        return organisation_row(rows[0]) if rows else None

    async def organisations(self, cursor: str | None, limit: int) -> Page[OrganisationRow]:
        """Organisations, the oldest first. Raises InvalidInput for a cursor that is not ours."""
        rows = await self._rows(statements.ORGANISATIONS, after=_after(cursor), limit=limit + 1)
        found = [organisation_row(row) for row in rows]
        return _page(found, limit, lambda row: str(row.organisation.id))

    async def organisations_of(self, account: Address) -> list[OrganisationRow]:
        """Those in which `account` has a role or is nominated for one."""
        rows = await self._rows(statements.ORGANISATIONS_OF, account=account)
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
        values: filters.Values = {"customer": customer, "organisation": organisation}
        if (before := cursors.order(cursor)) is not None:
            values |= dict(zip(("before_time", "before_key"), before, strict=True))
        conditions = [name for name in statements.ORDER_CONDITIONS if values.get(name) is not None]
        rows = await self._reader.rows(
            statements.orders(conditions), {**values, "limit": limit + 1}, anew=True
        )
        found = [order_row(row) for row in rows]
        return _page(found, limit, lambda row: f"{row.paid.paid_at}-{row.paid.order.key}")

    async def arbitrators(self, cursor: str | None, limit: int) -> Page[PositionRow]:
        """All stakes, by position. Raises InvalidInput for a cursor that is not ours."""
        rows = await self._rows(
            statements.ARBITRATORS,
            after=_after(cursor),
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
        async with self._reader.one_moment() as connection:
            yield Histories(connection, self._deployment, self._decode)

    @asynccontextmanager
    async def log(self) -> AsyncIterator[EventLog]:
        """The raw logs; holds a connection meanwhile."""
        async with self._reader.log() as log:
            yield log

    async def _rows(self, statement: str, **values: Any) -> list[Row]:
        return await self._reader.rows(statement, values, anew=False)

    async def transaction(self, name: Hash32) -> list[Event]:
        """The events of a transaction, in their order; none of one that is not ours."""
        return await self._told(lambda log: log.of(name))

    async def events_of_block(self, block: BlockNumber) -> list[Event]:
        """In their order; none of one without any of ours."""
        return await self._told(lambda log: log.logs_of(block, block))

    async def _events(self, *subjects: Subject) -> list[Event]:
        where = [place for subject in subjects for place in places(subject)]
        events = await self._told(lambda log: log.about(where))
        wanted = set(subjects)
        return [event for event in events if not wanted.isdisjoint(subjects_of(event))]

    async def _told(self, logs: Callable[[EventLog], Awaitable[list[RawLog]]]) -> list[Event]:
        async with self.log() as log:
            found = await logs(log)
        return [event for log in found if (event := self._decode(log)) is not None]


def _page(found: list[Item], limit: int, cursor_of: Callable[[Item], str]) -> Page[Item]:
    more = len(found) > limit
    items = tuple(found[:limit])
    return Page(items, cursor_of(items[-1]) if more and items else None)


def _after(cursor: str | None) -> int:
    found = cursors.number(cursor)
    return -1 if found is None else found
