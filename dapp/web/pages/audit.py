"""Finding a case by whatever the reader has of it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from dapp.errors import InvalidInput
from dapp.service.search import Found, Kind
from dapp.store.views import Status
from dapp.web.i18n import Language
from dapp.web.pages.lists import look_at
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.presentation.caselist import CaseLine, case_line
from dapp.web.presentation.hits import hit_line, looked_at

router = APIRouter()

_PEOPLE = {Kind.CUSTOMER, Kind.ARBITRATOR, Kind.OPERATOR, Kind.ORDERS, Kind.CONTRACT}


@router.get("/audit")
async def audit(request: Request, q: Annotated[str, Query(max_length=512)] = "") -> Response:
    """What leads to one case alone shows it at once; all else is listed."""
    parts, t, wanted = parts_of(request), language_of(request), q.strip()
    found, is_readable = Found(()), True
    if wanted:
        try:
            found = await parts.search.find(wanted)
        except InvalidInput:
            is_readable = False
    if (target := _only(found)) is not None:
        return RedirectResponse(target, 303)
    chain = parts.deployment.chain_id
    return page(
        request,
        "audit.html",
        q=wanted,
        is_readable=is_readable,
        cases=await _cases(request, found),
        hits=[hit_line(one, chain, t) for one in found.hits],
        looked_at=looked_at(found.looked_at, t),
        index=_index(await parts.queries.status(), t),
    )


def _only(found: Found) -> str | None:
    """Somebody's cases are listed even where there is but one."""
    if any(one.kind in _PEOPLE for one in found.hits):
        return None
    if len(found.cases) == 1:
        return f"/c/{found.cases[0]}"
    if not found.cases and len(found.hits) == 1 and found.hits[0].kind is Kind.ORGANISATION:
        return f"/orgs/{found.hits[0].key}"
    return None


async def _cases(request: Request, found: Found) -> list[CaseLine]:
    """As they stand; one that was just taken back is left out."""
    parts, t = parts_of(request), language_of(request)
    head, rows = await parts.queries.cases_now(list(found.cases))
    moment = parts.clock.moment_of(head)
    ordered = sorted(rows, key=lambda row: -row.case.id)
    return [case_line(look_at(row, moment, t)) for row in ordered]


def _index(status: Status, t: Language) -> list[tuple[str, str]]:
    """How far the index is, and what is wrong with it; nothing before the first block."""
    head = status.head
    if head is None:
        return []
    known = t.number(status.complaints)
    if status.complaints_on_chain is not None:
        known = t.say(
            "{known} of {all} on the chain",
            known=known,
            all=t.number(status.complaints_on_chain),
        )
    wrong = ", ".join(str(number) for number in status.mismatches)
    lines = [
        (t.say("Read up to block"), f"{head.block_number}"),
        (t.say("Time of that block"), t.time(head.timestamp)),
        (t.say("Final up to block"), f"{head.finalized_block}"),
        (t.say("Cases"), known),
        (t.say("Cases that do not give the word on the chain"), wrong or t.say("none")),
    ]
    if head.halted is not None:
        lines.append((t.say("Halted"), t.say("The nodes disagree; nothing newer is shown.")))
    return lines
