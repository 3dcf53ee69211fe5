"""Finding a case by whatever the reader has of it."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from dapp.domain.types import ComplaintId, Hash32
from dapp.errors import NotFound
from dapp.service import inputs
from dapp.service.parts import Parts
from dapp.store.views import CaseFilter
from dapp.web.pages.lists import case_lines
from dapp.web.pages.render import page, parts_of
from dapp.web.presentation.caselist import CaseLine

router = APIRouter()

_HASH = re.compile(r"0x[0-9a-fA-F]{64}")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


@router.get("/audit")
async def audit(request: Request, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """One case found is shown at once; several are listed."""
    wanted = q.strip()
    found = await _find(parts_of(request), wanted)
    if isinstance(found, int):
        return RedirectResponse(f"/c/{found}", 303)
    lines: list[CaseLine] = []
    for which in found:
        lines += (await case_lines(request, which))[0]
    return page(request, "audit.html", q=wanted, cases=lines)


async def _find(parts: Parts, wanted: str) -> ComplaintId | list[CaseFilter]:
    """A case, or filters that together find some."""
    if wanted.isdecimal() and int(wanted) < 2**63:
        return ComplaintId(int(wanted))
    if _ADDRESS.fullmatch(wanted):
        account = inputs.address(wanted, "address")
        ours = await parts.queries.organisations_of(account)
        return [
            CaseFilter(customer=account),
            CaseFilter(arbitrator=account),
            *[CaseFilter(organisation=row.organisation.id) for row in ours],
        ]
    if _HASH.fullmatch(wanted):
        known = await _about(parts, Hash32(wanted.lower()))
        return [] if known is None else known
    return []


async def _about(parts: Parts, name: Hash32) -> ComplaintId | None:
    """The case of an order's key, or of a transaction."""
    complaint = await _of_order(parts, name)
    for event in await parts.queries.transaction(name) if complaint is None else ():
        for argument in ("complaint", "dispute"):
            if argument in event.args:
                return ComplaintId(event.integer(argument))
        if "key" in event.args:
            complaint = await _of_order(parts, Hash32(event.text("key")))
    return complaint


async def _of_order(parts: Parts, key: Hash32) -> ComplaintId | None:
    try:
        order, _ = await parts.people.find_order(key)
    except NotFound:
        return None
    return order.complaint
