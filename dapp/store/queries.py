"""The named reads. None of them calls the chain."""

from collections.abc import Callable

from psycopg_pool import AsyncConnectionPool

from dapp.domain.case import Case
from dapp.domain.deployment import Deployment
from dapp.domain.events import Event, RawLog
from dapp.domain.types import (
    Address,
    ChainId,
    ComplaintId,
    Hash32,
    OrganisationId,
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


class Queries:
    """Reads of one chain's rows.

    Args:
        pool: connections to a database with our schema.
        chain_id: whose rows.
        decode: makes events of raw logs, which is how they are stored.
    """

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId, decode: Decode) -> None:
        self._pool = pool
        self._chain_id = chain_id
        self._decode = decode

    async def head(self) -> Head | None:
        """The last indexed block; None before the first."""
        raise NotImplementedError

    async def status(self) -> Status:
        """How the index stands."""
        raise NotImplementedError

    async def deployments(self) -> list[Deployment]:
        """The contracts that are indexed."""
        raise NotImplementedError

    async def case(self, complaint: ComplaintId) -> Case | None:
        """A case; None if no such complaint is filed."""
        raise NotImplementedError

    async def case_row(self, complaint: ComplaintId) -> CaseRow | None:
        """A case with its verification."""
        raise NotImplementedError

    async def cases(self, which: CaseFilter, cursor: str | None, limit: int) -> Page[CaseRow]:
        """Cases, the newest first. Raises InvalidInput for a cursor that is not ours."""
        raise NotImplementedError

    async def timeline(self, complaint: ComplaintId) -> list[Event]:
        """All events of the complaint, its dispute and its order, in the chain's order."""
        raise NotImplementedError

    async def organisation(self, organisation: OrganisationId) -> OrganisationRow | None:
        """An organisation with its policies, operators and bond."""
        raise NotImplementedError

    async def organisations(self, cursor: str | None, limit: int) -> Page[OrganisationRow]:
        """Organisations, the oldest first."""
        raise NotImplementedError

    async def organisations_of(self, account: Address) -> list[OrganisationRow]:
        """Those in which `account` has a role or is nominated for one."""
        raise NotImplementedError

    async def organisation_timeline(self, organisation: OrganisationId) -> list[Event]:
        """All events of the registry about it, in the chain's order."""
        raise NotImplementedError

    async def order(self, key: Hash32) -> OrderRow | None:
        """A paid order."""
        raise NotImplementedError

    async def orders(
        self,
        cursor: str | None,
        limit: int,
        *,
        customer: Address | None = None,
        organisation: OrganisationId | None = None,
    ) -> Page[OrderRow]:
        """Orders, the newest first."""
        raise NotImplementedError

    async def arbitrators(self, cursor: str | None, limit: int) -> Page[PositionRow]:
        """All stakes, by position."""
        raise NotImplementedError

    async def positions(self, owner: Address) -> list[PositionRow]:
        """The stakes of one arbitrator."""
        raise NotImplementedError

    async def seats(self, owner: Address) -> list[SeatRow]:
        """Where an arbitrator was drawn, the newest complaint first."""
        raise NotImplementedError

    async def credits(self, account: Address) -> list[Credit]:
        """What contracts hold for `account` because it could not be delivered."""
        raise NotImplementedError
