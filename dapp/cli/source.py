"""Where a command reads and prepares: the database of this machine, or a service by its URL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from dapp.cli.session import Answer, builders
from dapp.domain.types import Address, ComplaintId, Hash32, OrganisationId
from dapp.errors import InvalidInput
from dapp.service import inputs
from dapp.service.evidence import Submission
from dapp.settings import Settings

if TYPE_CHECKING:
    from dapp.service.parts import Parts

View = dict[str, Any]
Query = Mapping[str, str | int | None]
"""Filters as the API's query has them; None stands for none."""

Service = Annotated[
    str | None,
    typer.Option(
        help="Address of a service to use, such as https://redress.example; default "
        "REDRESS_SERVICE_URL, else the database of this machine."
    ),
]


class Source(Protocol):
    """The answers are those of the API, wherever they come from. All raise RedressError."""

    async def cases(self, query: Query, cursor: str | None, limit: int) -> View: ...
    async def case(self, complaint: int) -> View: ...
    async def timeline(self, complaint: int) -> View: ...
    async def panel(self, complaint: int) -> View: ...
    async def orders(self, query: Query, cursor: str | None, limit: int) -> View: ...
    async def organisation(self, organisation: int) -> View: ...
    async def organisations(self, cursor: str | None) -> View: ...
    async def arbitrator(self, account: Address) -> View: ...
    async def foreseen(self, account: Address) -> View: ...
    async def evidence(self, digest: Hash32) -> View: ...
    async def manifest(self, digest: Hash32) -> bytes:
        """The bytes that are said to have this digest; nobody has checked them."""
        ...

    async def anchored(self, leaf: Hash32, wait: float = 0.0) -> View: ...
    async def all_anchored(self, query: Query, cursor: str | None, limit: int) -> View: ...
    async def anchor(self, signed: Mapping[str, Any], wait: float) -> View:
        """Hands a signed complaint in, and waits so many seconds for its receipt."""
        ...

    async def prepare(self, action: str, values: Mapping[str, Any]) -> View: ...
    async def submit(self, submission: Submission) -> View:
        """Stores what is public, and says its digest."""
        ...


@asynccontextmanager
async def open_source(context: typer.Context, service: str | None) -> AsyncIterator[Source]:
    """The service that is named, else this machine's database. Raises RedressError."""
    settings = Settings()
    url = service or settings.service_url
    if url:
        # Here, so that no other command waits for it.
        from dapp.cli.remote import Remote

        async with Remote(url) as remote:
            yield remote
        return
    async with builders(context).parts(settings) as parts:
        yield Local(parts)


def read(
    context: typer.Context, service: str | None, work: Callable[[Source], Awaitable[Answer]]
) -> Answer:
    """What `work` reads there."""

    async def session() -> Answer:
        async with open_source(context, service) as source:
            return await work(source)

    return asyncio.run(session())


class Local:
    """The use cases, called in this process."""

    def __init__(self, parts: "Parts") -> None:
        self._parts = parts

    async def cases(self, query: Query, cursor: str | None, limit: int) -> View:
        from dapp.service.filters import states
        from dapp.store.views import CaseFilter

        state, organisation = query.get("state"), query.get("organisation")
        which = CaseFilter(
            states=states(None if state is None else str(state)),
            organisation=None if organisation is None else OrganisationId(int(organisation)),
            customer=_account(query, "customer"),
            arbitrator=_account(query, "arbitrator"),
        )
        found = await self._parts.cases.list(which, cursor, limit)
        # Here, so that commands over a URL need not wait for it: the rows are JSON already.
        import msgspec

        return dict(msgspec.json.decode(msgspec.json.encode(found)))

    async def case(self, complaint: int) -> View:
        return await self._parts.cases.show(ComplaintId(complaint))

    async def timeline(self, complaint: int) -> View:
        return await self._parts.cases.timeline(ComplaintId(complaint))

    async def panel(self, complaint: int) -> View:
        return await self._parts.draws.show(ComplaintId(complaint))

    async def orders(self, query: Query, cursor: str | None, limit: int) -> View:
        customer = _account(query, "customer")
        return await self._parts.people.orders(customer, None, cursor, limit)

    async def organisation(self, organisation: int) -> View:
        return await self._parts.people.organisation(OrganisationId(organisation))

    async def organisations(self, cursor: str | None) -> View:
        return await self._parts.people.organisations(cursor, 100)

    async def arbitrator(self, account: Address) -> View:
        return await self._parts.arbitrators.show(account)

    async def foreseen(self, account: Address) -> View:
        return await self._parts.draws.show_of(account)

    async def evidence(self, digest: Hash32) -> View:
        return (await self._parts.replicas.told([self._parts.evidence.show(digest)]))[0]

    async def manifest(self, digest: Hash32) -> bytes:
        return self._parts.evidence.manifest(digest)

    async def anchored(self, leaf: Hash32, wait: float = 0.0) -> View:
        return await self._parts.anchoring.show(leaf, wait)

    async def all_anchored(self, query: Query, cursor: str | None, limit: int) -> View:
        from dapp.service.anchoring import statuses
        from dapp.store.anchored_reads import Which

        status, organisation = query.get("status"), query.get("organisation")
        which = Which(
            customer=_account(query, "customer"),
            organisation=None if organisation is None else OrganisationId(int(organisation)),
            statuses=statuses([] if status is None else [str(status)]),
        )
        return await self._parts.anchoring.list(which, cursor, limit)

    async def anchor(self, signed: Mapping[str, Any], wait: float) -> View:
        return await self._parts.anchoring.take(signed["typed_data"], signed["signature"], wait)

    async def prepare(self, action: str, values: Mapping[str, Any]) -> View:
        return await self._parts.prepare.prepare(action, values)

    async def submit(self, submission: Submission) -> View:
        stored = self._parts.evidence.submit(submission)
        await self._parts.erasure.lift(stored["digest"])
        await self._parts.outbox.note_down()
        return stored


def _account(query: Query, name: str) -> Address | None:
    found = query.get(name)
    if isinstance(found, int):
        raise InvalidInput(f"{name} is not an address", fields={"field": name})
    return None if found is None else inputs.address(found, name)
