"""Organisations beside each other, and each by itself: what it promised, what it did."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from dapp.domain.types import OrganisationId
from dapp.service import charts
from dapp.service.scorecards import sorting_of
from dapp.store.scores import Span
from dapp.store.views import CaseFilter, OrganisationRow
from dapp.web.i18n import Language
from dapp.web.pages.lists import case_lines
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.pages.spans import ChosenSpan
from dapp.web.pages.statements import kept_text
from dapp.web.pages.stats import one_figure
from dapp.web.presentation.places import place
from dapp.web.presentation.scores import (
    card_line,
    facts,
    pace_line,
    promises,
    sortings,
)
from dapp.web.presentation.terms import Change, changes, neighbours, version_page

router = APIRouter()

Organisation = Annotated[int, Path(ge=1, lt=1 << 20)]
_A_PAGE = 25
_CASES = 10
_COMPARED = 10
"""Differences of policies that one page tells; each policy tells its own."""
_CHARTS = (charts.FIRST_ANSWERS, charts.OUTCOMES)


@router.get("/orgs")
async def organisations(
    request: Request,
    chosen: ChosenSpan,
    sort: Annotated[str, Query(max_length=40)] = "",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Side by side, in the order that the address names."""
    t, sorting = language_of(request), sorting_of(sort)
    span = Span(None, chosen.span.filed_from, chosen.span.filed_to)
    found, moment = await parts_of(request).scorecards.compare(cursor, _A_PAGE, span, sorting)
    asked = {**chosen.times(), "sort": str(sorting)}
    further = found.cursor and f"/orgs?{urlencode({**asked, 'cursor': found.cursor})}"
    return page(
        request,
        "orgs.html",
        chosen=chosen,
        organisations=[card_line(one, moment.now, t) for one in found.items],
        sort=str(sorting),
        sortings=sortings(t),
        sorted_to=lambda name: f"/orgs?{urlencode({**asked, 'sort': name})}",
        next=further,
        first=f"/orgs?{urlencode(asked)}" if cursor else "",
        csv=f"/v1/scorecards.csv?{urlencode({**asked, 'limit': 100})}",
        block=moment.head.block_number,
    )


@router.get("/orgs/{organisation}")
async def organisation(request: Request, organisation: Organisation) -> Response:
    """What it promises beside what it did; its policies, its cases."""
    parts, t, number = parts_of(request), language_of(request), OrganisationId(organisation)
    row, moment = await parts.people.find_organisation(number)
    measured, _ = await parts.scorecards.find(number, Span())
    whose = row.organisation
    current = whose.policy_at(moment.now)
    text = await kept_text(parts.evidence, current.agreement)
    lines, _ = await case_lines(request, CaseFilter(organisation=number), limit=_CASES)
    mine = Span((number,))
    return page(
        request,
        "organisation.html",
        one=place(row, moment.now, t, text),
        promises=promises(current, measured.card, t),
        facts=facts(measured.card, t),
        paces=[pace_line(one, t) for one in measured.operators],
        figures=[await one_figure(request, name, mine) for name in _CHARTS],
        versions=[version_page(whose, one, moment.now, t) for one in whose.policies[::-1]],
        differences=await _differences(request, row, t),
        cases=lines,
        block=moment.head.block_number,
    )


async def _differences(
    request: Request, row: OrganisationRow, t: Language
) -> dict[int, tuple[Change, ...]]:
    """By version, what it says otherwise than the one before; of the newest ones."""
    policies, whose = parts_of(request).policies, row.organisation
    found = {}
    for before, after in neighbours(whose)[:_COMPARED]:
        found[after] = changes(await policies.compare(whose.id, before, after), whose, t)
    return found


@router.get("/o/{organisation}")
async def moved(request: Request, organisation: Organisation) -> Response:
    """Where the page was before."""
    return RedirectResponse(request.url.replace(path=f"/orgs/{organisation}"), 308)
