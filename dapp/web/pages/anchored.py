"""Complaints that were signed, to be put on chain with others: all of them, and each."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from dapp.domain.anchoring import UNOPENED
from dapp.domain.types import Address, OrganisationId
from dapp.service import inputs
from dapp.store.anchored_reads import Which
from dapp.web.i18n import Language
from dapp.web.pages.render import language_of, page, parts_of, with_own_node
from dapp.web.pages.statements import kept_text
from dapp.web.presentation.anchored import SignedLine, signed_line, signed_page
from dapp.web.presentation.names import organisation_name
from dapp.web.presentation.people import short

router = APIRouter(prefix="/anchored")

_PAGE = 20
_MOST_OWN = 100
Account = Annotated[str, Query(max_length=42)]


@router.get("")
async def listed(
    request: Request,
    customer: Account = "",
    organisation: Annotated[int | None, Query(ge=1, lt=1 << 24)] = None,
    sender: Account = "",
    root: Annotated[str, Query(max_length=66)] = "",
    cursor: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Of a customer, about an organisation, in a batch; else all."""
    t = language_of(request)
    batch = (inputs.address(sender, "sender"), inputs.hash32(root, "root")) if root else None
    which = Which(
        inputs.address(customer, "customer") if customer else None,
        None if organisation is None else OrganisationId(organisation),
        batch=batch,
    )
    found, moment = await parts_of(request).anchoring.find_all(which, cursor or None, _PAGE)
    here = request.url.remove_query_params("cursor")
    return page(
        request,
        "anchored.html",
        of=_of(which, t),
        lines=[signed_line(row, moment.now, t) for row in found.items],
        newest=f"?{here.query}" if cursor else "",
        older=f"?{here.include_query_params(cursor=found.cursor).query}" if found.cursor else "",
    )


@router.get("/{leaf}")
async def show(request: Request, leaf: Annotated[str, Path(max_length=66)]) -> Response:
    """What was signed and promised, where it is on chain, and what can be done with it."""
    parts, t = parts_of(request), language_of(request)
    row, moment = await parts.anchoring.find(inputs.hash32(leaf, "leaf"))
    is_update = request.headers.get("hx-request") == "true"
    answer = page(
        request,
        "parts/signed.html" if is_update else "anchored-one.html",
        one=signed_page(row, moment.now, t, parts.deployment),
        said=await kept_text(parts.evidence, row.complaint.digest),
    )
    return with_own_node(answer)


async def unopened(request: Request, customer: Address) -> dict[str, SignedLine]:
    """What an account has signed and something can still come of, by order."""
    which, t = Which(customer, statuses=UNOPENED), language_of(request)
    found, moment = await parts_of(request).anchoring.find_all(which, None, _MOST_OWN)
    return {row.complaint.order.key: signed_line(row, moment.now, t) for row in found.items}


def _of(which: Which, t: Language) -> str:
    """Whose they are; empty for all."""
    if which.batch is not None:
        sender, root = which.batch
        return t.say("Batch {root} of {sender}", root=short(root), sender=short(sender))
    if which.organisation is not None:
        return organisation_name(which.organisation, t)
    return "" if which.customer is None else short(which.customer)
