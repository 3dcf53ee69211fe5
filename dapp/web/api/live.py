"""News as they happen (server-sent events)."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from dapp.domain.types import ComplaintId
from dapp.web.api.inputs import MAX_ID
from dapp.web.stream import Hub

router = APIRouter(tags=["live"])


@router.get("/stream", response_class=EventSourceResponse)
async def stream(
    request: Request, complaint: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None
) -> AsyncIterator[ServerSentEvent]:
    """`changed` each time the index moves; with `complaint`, when that case does."""
    hub: Hub = request.app.state.hub
    async for change in hub.changes():
        if complaint is None or change.concerns(ComplaintId(complaint)):
            named = None if change.complaints is None else sorted(change.complaints)
            yield ServerSentEvent(
                event="changed", data={"block": change.block, "complaints": named}
            )
