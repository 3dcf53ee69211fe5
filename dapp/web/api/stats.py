"""Statistics over complaints: as JSON, as a table, as a picture."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from dapp.service.charts import CHARTS
from dapp.service.parts import Parts
from dapp.service.stats import chart_view, overall_view, table_of
from dapp.service.tables import csv_text
from dapp.store.scores import Span
from dapp.web.api.inputs import Cursor, Limit, PartsOf
from dapp.web.api.spans import CaseSpan
from dapp.web.charts import svg

router = APIRouter(prefix="/stats", tags=["statistics"])


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    SVG = "svg"


_CONTENT = {
    "application/json": {"schema": {"type": "object"}},
    "text/csv": {"schema": {"type": "string"}},
    "image/svg+xml": {"schema": {"type": "string"}},
}
_MEDIA_TYPES = {Format.CSV: "text/csv", Format.SVG: "image/svg+xml"}
_ABOUT = """JSON, or with `format` or an extension CSV or SVG of the same numbers.

Of one organisation with `organisation`, of a time with `filed_from` and `filed_to`; each mark leads
to its cases. Example: `{"chart": "funnel", "columns": ["complaints"], "marks": [{"key": "filed",
"label": "filed", "values": {"complaints": 52}, "cases": "/cases?mark=funnel.filed", …}],
"as_of_block": 812, "finality": "latest"}`
"""


@router.get("")
async def charts() -> dict[str, Any]:
    """Which charts there are.

    Example: `{"charts": [{"name": "funnel", "json": "/v1/stats/funnel",
    "csv": "/v1/stats/funnel.csv", "svg": "/v1/stats/funnel.svg"}]}`
    """
    paths = ((name, f"/v1/stats/{name}") for name in CHARTS)
    return {
        "charts": [
            {"name": name, "json": path, "csv": f"{path}.csv", "svg": f"{path}.svg"}
            for name, path in paths
        ]
    }


@router.get("/overall")
async def overall(parts: PartsOf, which: CaseSpan) -> dict[str, Any]:
    """What was promised and what was done, of all complaints together.

    Example: `{"complaints": 52, "organisations": 3, "ended": 40, "first_reply":
    {"promised_median_seconds": 600, "median_seconds": 240}, "acknowledged_in_time": {"count": 49,
    "of": 52, "share": 9423}, "as_of_block": 812, "finality": "latest", …}`
    """
    found, moment = await parts.stats.overall(which)
    return overall_view(found, which, moment)


@router.get("/cases")
async def cases(
    parts: PartsOf,
    which: CaseSpan,
    mark: Annotated[str, Query(max_length=60, examples=["funnel.escalated"])],
    cursor: Cursor = None,
    limit: Limit = 25,
) -> dict[str, Any]:
    """The cases that one mark of a chart stands for, the newest first.

    Example: `{"mark": "funnel.escalated", "cases": [{"id": 7, "organisation": 1, "filed_at": …}],
    "next_cursor": null, "as_of_block": 812, "finality": "latest"}`
    """
    return await parts.stats.cases(mark, which, cursor, limit)


def _offer(name: str) -> None:
    """The three routes of one chart."""

    async def asked(
        parts: PartsOf,
        which: CaseSpan,
        asked_format: Annotated[Format, Query(alias="format")] = Format.JSON,
    ) -> Response:
        return await _answer(parts, name, which, asked_format)

    _route(f"/{name}", asked, _CONTENT)
    for extension, media_type in _MEDIA_TYPES.items():
        kind = {media_type: _CONTENT[media_type]}
        _route(f"/{name}.{extension}", _as(name, extension), kind)


def _as(name: str, extension: Format) -> Callable[..., Awaitable[Response]]:
    async def asked(parts: PartsOf, which: CaseSpan) -> Response:
        return await _answer(parts, name, which, extension)

    return asked


def _route(path: str, asked: Callable[..., Awaitable[Response]], content: dict[str, Any]) -> None:
    router.add_api_route(
        path,
        asked,
        summary=f"Chart {path[1:]}",
        description=_ABOUT,
        operation_id="statistics-" + path[1:].replace(".", "-"),
        response_class=Response,
        responses={200: {"content": content}},
    )


async def _answer(parts: Parts, name: str, which: Span, asked: Format) -> Response:
    chart, moment = await parts.stats.chart(name, which)
    if asked is Format.JSON:
        return JSONResponse(chart_view(chart, which, moment))
    block, finality = moment.head.block_number, moment.head.finality
    headers = {"X-As-Of-Block": str(block), "X-Finality": finality}
    if asked is Format.CSV:
        headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        text = csv_text(*table_of(chart, which))
    else:
        text = svg(chart, which, f"As of block {block} ({finality})")
    return Response(text, media_type=_MEDIA_TYPES[asked], headers=headers)


for _name in CHARTS:
    _offer(_name)
