"""Scorecards of organisations, one and many."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from dapp.service.scorecards import flat, sorting_of
from dapp.service.tables import csv_text
from dapp.web.answers import answered
from dapp.web.api.inputs import Cursor, Limit, Organisation, PartsOf
from dapp.web.api.spans import TimeSpan

router = APIRouter(tags=["scorecards"])

Sort = Annotated[str | None, Query(max_length=40, examples=["-on-time"])]
_TABLE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}}
}


@router.get("/organisations/{organisation}/scorecard", response_class=JSONResponse)
async def scorecard(
    parts: PartsOf, request: Request, organisation: Organisation, when: TimeSpan
) -> Response:
    """How an organisation answers, from chain facts alone (docs/scorecards.md).

    Shares are basis points and null of nothing, delays seconds, satisfaction hundredths of a star.
    `filed_from` and `filed_to` leave out complaints filed at other times.
    """
    return answered(request, await parts.scorecards.show(organisation, when))


@router.get("/scorecards", response_class=JSONResponse)
async def scorecards(
    parts: PartsOf,
    request: Request,
    when: TimeSpan,
    sort: Sort = None,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Response:
    """Organisations beside each other, the oldest first; `next_cursor` is null at the end.

    As `/v1/organisations/{organisation}/scorecard`, without its operators. With `sort` only those
    against which something was filed; the greatest first with a minus before the name.
    """
    asked = sorting_of(sort)
    return answered(request, await parts.scorecards.list(cursor, limit, when, asked))


@router.get("/scorecards.csv", response_class=Response, responses=_TABLE)
async def scorecards_table(
    parts: PartsOf,
    when: TimeSpan,
    sort: Sort = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """The same as a table, a row an organisation."""
    found = await parts.scorecards.list(cursor, limit, when, sorting_of(sort))
    rows = [flat(one) for one in found["scorecards"]]
    columns = list(rows[0]) if rows else ["organisation"]
    headers = {
        "X-As-Of-Block": str(found["as_of_block"]),
        "X-Finality": found["finality"],
        "Content-Disposition": 'attachment; filename="scorecards.csv"',
    }
    text = csv_text(columns, [list(row.values()) for row in rows])
    return Response(text, media_type="text/csv", headers=headers)
