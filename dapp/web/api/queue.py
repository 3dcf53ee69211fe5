"""What an organisation's desk has to do, the most urgent first: as JSON, and as a table."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response

from dapp.service import filters, inputs
from dapp.service.tables import csv_text
from dapp.store.desk_queue import QueueFilter
from dapp.web.answers import answered
from dapp.web.api.inputs import Limit, Organisation, PartsOf

router = APIRouter(prefix="/organisations/{organisation}", tags=["people"])

Within = Annotated[
    int | None,
    Query(ge=1, le=10**7, description="seconds in which the organisation must act"),
]
Words = Annotated[str | None, Query(max_length=100)]
Account = Annotated[str | None, Query(max_length=42, description="who gave the first reply")]
Unheard = Annotated[bool, Query(description="without a first reply")]
PageNumber = Annotated[int, Query(ge=1, le=10_000)]


async def _which(
    organisation: Organisation,
    within: Within = None,
    category: Words = None,
    state: Words = None,
    operator: Account = None,
    unheard: Unheard = False,
) -> QueueFilter:
    return QueueFilter(
        organisation,
        within,
        filters.categories(category),
        filters.states(state),
        inputs.address(operator, "operator") if operator else None,
        unheard,
    )


Which = Annotated[QueueFilter, Depends(_which)]


@router.get("/queue", response_class=JSONResponse)
async def queue(
    parts: PartsOf, request: Request, which: Which, page: PageNumber = 1, limit: Limit = 100
) -> Response:
    """Open cases by the time to the next breach; then those that wait for the customer, or for
    anyone.

    `due` says what is waited for (acknowledge, answer, deliver; or of the customer: inform, decide,
    confirm-delivery) and until when; it is null where every window is over.
    """
    return answered(request, await parts.queues.show(which, page, limit))


@router.get(
    "/queue.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def queue_csv(parts: PartsOf, which: Which) -> Response:
    """The same as a table, with the 1000 most urgent cases."""
    text = csv_text(*await parts.queues.table(which))
    name = f"queue-{which.organisation}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv", headers=headers)
