"""The organisation's side: its queue by time to breach, its bond, its people; its public page."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from dapp.domain.organisation import Organisation
from dapp.domain.parts import ComplaintState
from dapp.domain.payment import OrderState
from dapp.domain.policy import Policy
from dapp.domain.types import Digest, OrganisationId
from dapp.service import inputs
from dapp.service.clock import Moment
from dapp.store.views import CaseFilter, OrganisationRow
from dapp.web.i18n import Language
from dapp.web.pages.agreements import agreement_text
from dapp.web.pages.keys import has_key
from dapp.web.pages.lists import case_lines, look_at
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.presentation.caselist import CaseLine, case_line
from dapp.web.presentation.places import HeldLine, Place, claim_caps, day_names, held_line, place
from dapp.web.presentation.queue import most_urgent

router = APIRouter()

_QUEUED = 100
_OPEN = frozenset(
    {
        ComplaintState.FILED,
        ComplaintState.ASKED,
        ComplaintState.OFFERED,
        ComplaintState.PLEDGED,
        ComplaintState.DELIVERED,
    }
)
_OFFICE_HOURS = sum(1 << day * 24 + hour for day in range(5) for hour in range(9, 18))
_FIRST_TERMS = Policy(
    peak_mask=_OFFICE_HOURS,
    acknowledge_peak_seconds=30 * 60,
    acknowledge_off_peak_seconds=10 * 60,
    answer_hours=48,
    confirm_hours=72,
    protection_hours=14 * 24,
    track=0,
)
"""What the form starts with; peak hours are Monday to Friday, 09:00 to 18:00 UTC."""


@router.get("/desk")
async def desk(request: Request, account: Annotated[str, Query(max_length=42)] = "") -> Response:
    """All organisations that the account acts for, or is asked to."""
    t = language_of(request)
    entries = []
    if account:
        parts = parts_of(request)
        whose = inputs.address(account, "account")
        rows, moment = await parts.clock.read(lambda: parts.queries.organisations_of(whose))
        entries = [await _entry(request, row, moment, t, account.lower()) for row in rows]
    return page(
        request,
        "desk.html",
        account=account,
        organisations=entries,
        days=day_names(t),
        caps=claim_caps(t),
        first_terms=_FIRST_TERMS,
        has_key=not account or await has_key(request, account),
    )


@router.get("/o/{organisation}")
async def organisation(
    request: Request, organisation: Annotated[int, Path(ge=1, lt=1 << 20)]
) -> Response:
    """What it promises, and the cases about it."""
    parts, t = parts_of(request), language_of(request)
    row, moment = await parts.people.find_organisation(OrganisationId(organisation))
    agreement = await agreement_text(parts.evidence, _digest(row.organisation, moment))
    lines, _ = await case_lines(request, CaseFilter(organisation=OrganisationId(organisation)))
    return page(request, "organisation.html", one=place(row, moment.now, t, agreement), cases=lines)


async def _entry(
    request: Request, row: OrganisationRow, moment: Moment, t: Language, account: str
) -> dict[str, object]:
    """An organisation with its queue; `is_asked` is whether the account is nominated."""
    found: Place = place(row, moment.now, t)
    return {
        "place": found,
        "queue": await _queue(request, row.organisation, t),
        "orders": await _held(request, row.organisation, t),
        "is_asked": account in found.nominated,
    }


async def _held(request: Request, whose: Organisation, t: Language) -> list[HeldLine]:
    """The orders that it could give back of its own will."""
    found, _ = await parts_of(request).people.find_orders(None, whose.id, None, _QUEUED)
    return [held_line(row, t) for row in found.items if row.state is OrderState.HELD]


async def _queue(request: Request, whose: Organisation, t: Language) -> list[CaseLine]:
    which = CaseFilter(states=_OPEN, organisation=whose.id)
    found, moment = await parts_of(request).cases.find_all(which, None, _QUEUED)
    looks = [look_at(row, moment, t) for row in found.items]
    return [case_line(look) for look in most_urgent(looks)]


def _digest(whose: Organisation, moment: Moment) -> Digest:
    return whose.policy_at(moment.now).agreement
