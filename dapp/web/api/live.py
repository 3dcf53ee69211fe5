"""News as they happen (server-sent events)."""

from collections.abc import AsyncIterator
from typing import Annotated

from anyio import current_time
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException

from dapp.domain.types import ComplaintId
from dapp.store.feed import Place
from dapp.web.api.inputs import MAX_ID, OfArbitrator, OfCustomer, OfOrganisation, PartsOf
from dapp.web.clients import client_of
from dapp.web.messages import Interest, id_of, messages, place_of
from dapp.web.stream import Behind, Hub

router = APIRouter(tags=["live"])

_QUIET_SECONDS = 10.0
_RETRY_MS = 2_000
_MOST_READERS = 4_000
_BEHIND = '{"code":"stream-behind","detail":"you read too slowly: come again, with the last id"}'


async def _hub(request: Request, parts: PartsOf) -> AsyncIterator[Hub]:
    hub: Hub = request.app.state.hub
    if hub.readers >= _MOST_READERS:
        raise HTTPException(503, "too many listen to this server", {"Retry-After": "30"})
    with hub.seat(client_of(request.scope, parts.settings.trusted_proxies)):
        yield hub


async def _after(
    last_event_id: Annotated[str | None, Query(max_length=60)] = None,
    header: Annotated[str | None, Header(alias="Last-Event-ID", max_length=60)] = None,
) -> Place | None:
    said = header or last_event_id
    return place_of(said) if said else None


async def _interest(
    organisation: OfOrganisation,
    customer: OfCustomer,
    arbitrator: OfArbitrator,
    complaint: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    kind: Annotated[str | None, Query(max_length=500)] = None,
) -> Interest:
    kinds = frozenset(name.strip() for name in (kind or "").split(",") if name.strip())
    which = None if complaint is None else ComplaintId(complaint)
    return Interest(which, organisation, customer, arbitrator, kinds)


@router.get("/stream", response_class=EventSourceResponse)
async def stream(
    hub: Annotated[Hub, Depends(_hub)],
    after: Annotated[Place | None, Depends(_after)],
    interest: Annotated[Interest, Depends(_interest)],
) -> AsyncIterator[ServerSentEvent]:
    """`event` for each of our contracts' events, `changed` when all of a block were told.

    `kind` may list several names, with commas. Every message's id says how far it goes: sent again
    as `Last-Event-ID` (or `last_event_id`), nothing is left out and nothing comes twice. `reorged`
    takes back all that was told from its `block` on (docs/adr/0018). `behind` ends it for who reads
    too slowly.
    """
    try:
        async for message in _told(hub, after, interest):
            yield message
    except Behind:
        yield ServerSentEvent(event="behind", raw_data=_BEHIND)


async def _told(
    hub: Hub, after: Place | None, interest: Interest
) -> AsyncIterator[ServerSentEvent]:
    place: Place | None = None
    since = current_time()
    async for batch in hub.batches(after, _QUIET_SECONDS):
        if batch is not None and place is None:
            yield ServerSentEvent(retry=_RETRY_MS, id=id_of(batch.end), comment="redress")
        elif batch is not None:
            for message in messages(interest, batch):
                yield message
                since = current_time()
        place = place if batch is None else batch.end
        if current_time() - since >= _QUIET_SECONDS:
            # Also how far it went where nothing was theirs: nobody looks at that twice.
            yield ServerSentEvent(comment="quiet", id=None if place is None else id_of(place))
            since = current_time()
