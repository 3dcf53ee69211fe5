"""Reports about somebody's conduct, and who stays out because of them."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from dapp.domain.parts import Category
from dapp.errors import Retryable
from dapp.store.views import CaseFilter
from dapp.web.pages.lists import look_at
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.presentation.caselist import CaseLine, case_line
from dapp.web.presentation.people import short

router = APIRouter()

_MOST = 50
_CONDUCT = CaseFilter(categories=frozenset({Category.CONDUCT}))


@router.get("/report-staff")
async def report_staff(request: Request) -> Response:
    """The newest reports; whom one names can neither answer it nor judge it."""
    try:
        reports = await _reports(request)
    except Retryable:
        reports = None
    return page(request, "report-staff.html", reports=reports)


async def _reports(request: Request) -> list[tuple[CaseLine, str, str]]:
    """Each with whom it names, whole and short; empty where it names nobody, or not yet."""
    t = language_of(request)
    found, moment = await parts_of(request).cases.find_all(_CONDUCT, None, _MOST)
    reports = []
    for row in found.items:
        accusation = row.case.accusation
        named = accusation.account if accusation and accusation.account else ""
        reports.append((case_line(look_at(row, moment, t)), named, short(named) if named else ""))
    return reports
