"""All cases, filtered by what stands in the address."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from dapp.domain.parts import ComplaintState
from dapp.domain.types import OrganisationId
from dapp.service import inputs
from dapp.service.cases import states
from dapp.store.views import CaseFilter
from dapp.web.i18n import Language
from dapp.web.pages.lists import case_lines
from dapp.web.pages.render import language_of, page

router = APIRouter()


@router.get("/cases")
async def cases(
    request: Request,
    state: Annotated[str, Query(max_length=40)] = "",
    organisation: Annotated[str, Query(pattern=r"^\d{0,7}$")] = "",
    customer: Annotated[str, Query(max_length=42)] = "",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Empty filters, as a form sends them, filter nothing."""
    which = CaseFilter(
        states=states(state),
        organisation=OrganisationId(int(organisation)) if organisation else None,
        customer=inputs.address(customer, "customer") if customer else None,
    )
    lines, following = await case_lines(request, which, cursor)
    older = request.url.include_query_params(cursor=following) if following else None
    return page(
        request,
        "cases.html",
        cases=lines,
        next=older,
        states=state_names(language_of(request)),
        filters={"state": state, "organisation": organisation, "customer": customer},
    )


def state_names(t: Language) -> list[tuple[str, str]]:
    """Stored states; what the clock makes of them shows on each case."""
    return [
        (ComplaintState.FILED.name.lower(), t.say("Waiting for the organisation")),
        (ComplaintState.ASKED.name.lower(), t.say("Waiting for the customer")),
        (ComplaintState.OFFERED.name.lower(), t.say("Offer made")),
        (ComplaintState.PLEDGED.name.lower(), t.say("Promise accepted")),
        (ComplaintState.DELIVERED.name.lower(), t.say("Delivered")),
        (ComplaintState.ESCALATED.name.lower(), t.say("In arbitration")),
        (ComplaintState.PAID.name.lower(), t.say("Paid")),
        (ComplaintState.CONFIRMED.name.lower(), t.say("Settled")),
        (ComplaintState.WITHDRAWN.name.lower(), t.say("Withdrawn")),
    ]
