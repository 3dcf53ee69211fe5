"""The statistics: every chart of the service, and where its numbers lead."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from dapp.service.charts import CHARTS
from dapp.store.scores import Span
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.pages.spans import ChosenSpan
from dapp.web.presentation.figures import Figure, figure
from dapp.web.presentation.scores import strip

router = APIRouter()


@router.get("/stats")
async def stats(request: Request, chosen: ChosenSpan) -> Response:
    """Of all complaints, or of those that the form chose."""
    t = language_of(request)
    overall, moment = await parts_of(request).stats.overall(chosen.span)
    return page(
        request,
        "stats.html",
        chosen=chosen,
        strip=strip(overall, t),
        block=moment.head.block_number,
        figures=[await one_figure(request, name, chosen.span) for name in CHARTS],
    )


async def one_figure(request: Request, name: str, which: Span) -> Figure:
    chart, moment = await parts_of(request).stats.chart(name, which)
    return figure(chart, which, moment, language_of(request))
