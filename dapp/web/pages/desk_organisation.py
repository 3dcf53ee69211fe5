"""Behind the queue: an organisation's own record; its money, its people, its policy, its texts."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from dapp.domain.breach import Breach
from dapp.domain.payment import OrderState
from dapp.domain.policy import Policy
from dapp.domain.types import OrganisationId
from dapp.store.scores import Span
from dapp.store.views import CaseFilter
from dapp.web.i18n import Language
from dapp.web.pages.desk_frame import Frame, framed
from dapp.web.pages.lists import look_at
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.presentation.house import house, terms
from dapp.web.presentation.ownrecord import breach_line, measures, paces
from dapp.web.presentation.places import HeldLine, claim_caps, day_names, held_line

router = APIRouter()

_ORDERS = 100
_BREACHES = 20
_OFFICE_HOURS = sum(1 << day * 24 + hour for day in range(5) for hour in range(9, 18))
FIRST_TERMS = Policy(
    peak_mask=_OFFICE_HOURS,
    acknowledge_peak_seconds=30 * 60,
    acknowledge_off_peak_seconds=10 * 60,
    answer_hours=48,
    confirm_hours=72,
    protection_hours=14 * 24,
    track=0,
)
"""What the form starts with; peak hours are Monday to Friday, 09:00 to 18:00 UTC."""


@router.get("/desk/organisation")
async def organisation(request: Request, frame: Annotated[Frame, Depends(framed)]) -> Response:
    """Its money, its people and its policy; for who has none yet, the form that registers one."""
    t, shown = language_of(request), dict[str, Any]()
    if frame.row is not None and frame.moment is not None:
        found = frame.row.organisation
        shown = {
            "house": house(frame.row, frame.moment.now, t),
            "orders": await _held(request, found.id, t),
            "current": terms(found.policy_at(frame.moment.now).policy),
        }
    return page(request, "desk-organisation.html", **frame.context, **editor(t), **shown)


@router.get("/desk/record")
async def record(
    request: Request,
    frame: Annotated[Frame, Depends(framed)],
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """What it promises beside what was measured, and the cases in which a promise was broken."""
    t, parts, shown = language_of(request), parts_of(request), dict[str, Any]()
    if frame.row is not None and frame.moment is not None:
        found = frame.row.organisation
        card = (await parts.scorecards.show(found.id, Span()))["scorecard"]
        which = CaseFilter(organisation=found.id, breaches=frozenset(Breach))
        broken, moment = await parts.cases.find_all(which, cursor, _BREACHES)
        older = request.url.include_query_params(cursor=broken.cursor) if broken.cursor else None
        shown = {
            "measures": measures(card, found.policy_at(moment.now).policy, t),
            "complaints": t.count("{number} complaint", "{number} complaints", card["complaints"]),
            "paces": paces(card, t),
            "breaches": [breach_line(look_at(row, moment, t)) for row in broken.items],
            "next": older,
        }
    return page(request, "desk-record.html", **frame.context, **shown)


def editor(t: Language) -> dict[str, Any]:
    """What the policy's form is made of."""
    return {"days": day_names(t), "caps": claim_caps(t), "first_terms": FIRST_TERMS}


async def _held(request: Request, whose: OrganisationId, t: Language) -> list[HeldLine]:
    """The orders that it could give back of its own will."""
    found, _ = await parts_of(request).people.find_orders(None, whose, None, _ORDERS)
    return [held_line(row, t) for row in found.items if row.state is OrderState.HELD]
