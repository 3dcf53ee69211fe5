"""Cases, what belongs to them, and lists of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import JSONResponse, Response

from dapp.domain.types import Address, ComplaintId, OrganisationId
from dapp.service import case_views, filters
from dapp.service.case_tables import COLUMNS
from dapp.service.parts import Parts
from dapp.service.tables import csv_text
from dapp.store.views import CaseFilter
from dapp.web.answers import answered
from dapp.web.api.inputs import (
    MAX_ID,
    AsOf,
    Complaint,
    Cursor,
    Limit,
    OfArbitrator,
    OfCustomer,
    OfOrganisation,
    PartsOf,
)

router = APIRouter(prefix="/cases", tags=["cases"])

Words = Annotated[str | None, Query(max_length=100)]
Amount = Annotated[str | None, Query(max_length=30, description="in the coin's smallest unit")]
Time = Annotated[str | None, Query(max_length=40, description="Unix seconds or RFC 3339")]
Coin = Annotated[str | None, Query(max_length=42, description="`native`, or a token's address")]

_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}}
}
Mark = Annotated[
    str | None, Query(max_length=60, description="of a chart of /v1/stats, as `CHART.KEY`")
]


async def _whose(
    organisation: OfOrganisation, customer: OfCustomer, arbitrator: OfArbitrator
) -> tuple[OrganisationId | None, Address | None, Address | None]:
    return organisation, customer, arbitrator


async def _which(
    whose: Annotated[tuple[OrganisationId | None, Address | None, Address | None], Depends(_whose)],
    state: Words = None,
    category: Words = None,
    breach: Words = None,
    token: Coin = None,
    amount_min: Amount = None,
    amount_max: Amount = None,
    filed_from: Time = None,
    filed_to: Time = None,
    mark: Mark = None,
) -> CaseFilter:
    organisation, customer, arbitrator = whose
    is_bounded = amount_min or amount_max
    return CaseFilter(
        states=filters.states(state),
        organisation=organisation,
        customer=customer,
        arbitrator=arbitrator,
        categories=filters.categories(category),
        breaches=filters.breaches(breach),
        # An amount means nothing without its coin.
        token=filters.token(token or ("native" if is_bounded else None)),
        amount_min=filters.amount(amount_min, "amount_min"),
        amount_max=filters.amount(amount_max, "amount_max"),
        filed_from=filters.time(filed_from, "filed_from"),
        filed_to=filters.time(filed_to, "filed_to"),
        behind=filters.mark(mark) if mark else None,
    )


Which = Annotated[CaseFilter, Depends(_which)]


@router.get("/{complaint}", response_class=JSONResponse)
async def show_case(
    request: Request,
    complaint: Annotated[int, Path(ge=1, le=MAX_ID)],
    finality: AsOf = "latest",
) -> Response:
    """Everything folded from the case's events, and where it stands.

    Its ETag stays until the case itself changes; `Redress-As-Of-Block` says how fresh that is.
    """
    # Asked for more than all others: without dependencies, which cost as much as the rest.
    parts: Parts = request.app.state.parts
    return answered(request, await parts.cases.show(ComplaintId(complaint), finality))


@router.get("", response_class=JSONResponse)
async def list_cases(
    parts: PartsOf,
    request: Request,
    which: Which,
    cursor: Cursor = None,
    limit: Limit = 25,
    finality: AsOf = "latest",
) -> Response:
    """Newest first; `next_cursor` is null at the end, and a page may be shorter than `limit`.

    `state`, `category` and `breach` may list several, with commas. A `breach` is `acknowledgement`
    or `answer`: what the policy promised and the organisation did not keep. Bounds are included;
    amounts are those that shares are shares of, of the native coin unless `token` names another.
    `mark` gives the cases behind a mark of a chart, as of the newest block.
    """
    return answered(request, await parts.cases.list(which, cursor, limit, finality))


@router.get(".csv", response_class=Response, responses=_CSV)
async def list_as_table(
    parts: PartsOf,
    request: Request,
    which: Which,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> Response:
    """The same list for a spreadsheet: a thousand rows at once, and a `Link` to those that follow.

    Amounts are in the coin's smallest unit, shares in basis points, times in Unix seconds.
    """
    rows, following, moment = await parts.cases.table(which, cursor, limit)
    headers = {
        "Content-Disposition": 'attachment; filename="cases.csv"',
        "Redress-As-Of-Block": str(moment.head.block_number),
    }
    if following is not None:
        further = request.url.include_query_params(cursor=following)
        headers["Link"] = f'<{further.path}?{further.query}>; rel="next"'
    return Response(csv_text(list(COLUMNS), rows), media_type="text/csv", headers=headers)


@router.get("/{complaint}/panel", response_class=JSONResponse)
async def panel(parts: PartsOf, request: Request, complaint: Complaint) -> Response:
    """Who votes in the open round; once the seed's block is there, also before anybody drew."""
    return answered(request, await parts.draws.show(complaint))


@router.get("/{complaint}/timeline", response_class=JSONResponse)
async def timeline(
    parts: PartsOf, request: Request, complaint: Complaint, finality: AsOf = "latest"
) -> Response:
    """Every event about the case, in the chain's order, with what an auditor folds."""
    return answered(request, await parts.cases.timeline(complaint, finality))


@router.get("/{complaint}/evidence", response_class=JSONResponse)
async def evidence(
    parts: PartsOf, request: Request, complaint: Complaint, finality: AsOf = "latest"
) -> Response:
    """Every digest in the record, with its manifest where it is kept here, else why it is not."""
    return answered(request, await parts.cases.evidence(complaint, parts.evidence, finality))


@router.get("/{complaint}/payments", response_class=JSONResponse)
async def payments(
    parts: PartsOf, request: Request, complaint: Complaint, finality: AsOf = "latest"
) -> Response:
    """How the money was divided, and every event that moved some."""
    return answered(request, await parts.cases.payments(complaint, finality))


@router.get("/{complaint}/proof", response_class=JSONResponse)
async def proof(
    parts: PartsOf, request: Request, complaint: Complaint, finality: AsOf = "latest"
) -> Response:
    """What anybody can hold the record against: the desk's word, and the slot it is stored in."""
    return answered(request, await parts.cases.proof(complaint, finality))


def _reads(name: str) -> None:
    @router.get(f"/{{complaint}}/{name}", name=name, response_class=JSONResponse)
    async def part(
        parts: PartsOf, request: Request, complaint: Complaint, finality: AsOf = "latest"
    ) -> Response:
        """A part of the case by itself: for whoever asks often, and for nothing else."""
        return answered(request, await parts.cases.part(complaint, name, finality))


for _name in case_views.PARTS:
    _reads(_name)
