"""The start page: three doors, promise beside measured, and the latest cases."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from dapp.errors import Retryable
from dapp.store.scores import Span
from dapp.store.views import CaseFilter
from dapp.web.pages.lists import case_lines
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.presentation.scores import Strip, strip

router = APIRouter()

_RECENT = 5


@router.get("/")
async def home(request: Request) -> Response:
    """The doors stand open before the first block is indexed, and while the index is away."""
    try:
        lines, _ = await case_lines(request, CaseFilter(), limit=_RECENT)
    except Retryable:
        lines = []
    return page(request, "home.html", cases=lines, strip=await _strip(request))


async def _strip(request: Request) -> Strip | None:
    try:
        found, _ = await parts_of(request).stats.overall(Span())
    except Retryable:
        return None
    return strip(found, language_of(request))
