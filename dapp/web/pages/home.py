"""The start page: three doors and the latest cases."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from dapp.errors import Retryable
from dapp.store.views import CaseFilter
from dapp.web.pages.lists import case_lines
from dapp.web.pages.render import page

router = APIRouter()

_RECENT = 5


@router.get("/")
async def home(request: Request) -> Response:
    """The doors stand open before the first block is indexed, and while the index is away."""
    try:
        lines, _ = await case_lines(request, CaseFilter(), limit=_RECENT)
    except Retryable:
        lines = []
    return page(request, "home.html", cases=lines)
