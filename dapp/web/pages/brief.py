"""A case for those who judge it: both sides beside each other, and the vote."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from dapp.domain.types import ComplaintId
from dapp.web.pages.case import Id, view_of
from dapp.web.pages.render import page
from dapp.web.presentation.brief import brief as brief_of

router = APIRouter()


@router.get("/c/{complaint}/brief")
async def brief(request: Request, complaint: Id) -> Response:
    """The whole page, or only what changes, as the page of the case."""
    look, view, manifests = await view_of(request, ComplaintId(complaint))
    is_update = request.headers.get("hx-request") == "true"
    template = "parts/brief.html" if is_update else "brief.html"
    return page(request, template, view=view, brief=brief_of(look, view, manifests))
