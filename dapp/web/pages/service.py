"""About the service itself: where its index stands, its contracts, how programs use it."""

from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import PlainTextResponse, Response

from dapp.chain.artifacts import CONTRACTS
from dapp.errors import NotFound, RedressError
from dapp.service.clear_signing import SIGNED
from dapp.web import markdown
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.presentation.service import contract_lines, pause_lines, status_view
from dapp.web.security_txt import security_txt

router = APIRouter()

_MOST_NOTICE_BYTES = 64 * 1024


@router.get("/status")
async def status(request: Request) -> Response:
    """Opens also while the index is empty or away: then that is what it says."""
    parts, t = parts_of(request), language_of(request)
    checks = await parts.status.ready()
    try:
        found = await parts.status.show()
    except RedressError:
        found = None
    view = status_view(found, checks, t)
    return page(request, "status.html", view=view, notices=_notices(request))


@router.get("/security")
async def security(request: Request) -> Response:
    """The contracts as deployed; what only the node knows is left out while it is away."""
    parts, t = parts_of(request), language_of(request)
    try:
        found = await parts.governance.show()
    except RedressError:
        found = None
    return page(
        request,
        "security.html",
        deployment=parts.deployment,
        contracts=contract_lines(parts.deployment, found),
        pauses=pause_lines(found, t),
        governed=found,
        contact=parts.settings.security_contact,
        contact_name=parts.settings.security_contact.removeprefix("mailto:"),
        notices=_notices(request),
    )


@router.get("/developers")
async def developers(request: Request) -> Response:
    here = str(request.base_url).rstrip("/")
    return page(request, "developers.html", here=here, contracts=CONTRACTS, signed=SIGNED)


@router.get("/.well-known/security.txt")
async def security_contact(request: Request) -> Response:
    """RFC 9116; 404 where nobody was named."""
    parts = parts_of(request)
    if not parts.settings.security_contact:
        raise NotFound("nobody is named here to tell of weaknesses", remedy="See /security")
    site = parts.settings.site.origin if parts.settings.site else str(request.base_url).rstrip("/")
    return PlainTextResponse(security_txt(parts.settings.security_contact, site, datetime.now(UTC)))


def _notices(request: Request) -> Markup | None:
    """Whoever runs the service writes them; a file that cannot be read is none."""
    file: Path | None = parts_of(request).settings.notices_file
    try:
        text = file.read_bytes()[:_MOST_NOTICE_BYTES].decode("utf-8", "replace") if file else ""
    except OSError:
        return None
    return markdown.html(text) if text.strip() else None
