"""All cases, filtered by what stands in the address."""

import re
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from dapp.domain.types import NATIVE_COIN, ComplaintId, OrganisationId
from dapp.errors import InvalidInput
from dapp.service import filters, inputs
from dapp.store.views import CaseFilter
from dapp.web.i18n import Language
from dapp.web.pages import spans
from dapp.web.pages.lists import case_lines
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.presentation.casefilters import (
    breach_choices,
    category_choices,
    chosen,
    state_choices,
)

router = APIRouter()

_PAGE = 20
_MOST_COUNTED = 1000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,7}")
_ETHER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,18})?")
_UNITS = re.compile(r"[0-9]{1,30}")
Words = Annotated[str, Query(max_length=100)]


@dataclass(frozen=True)
class Asked:
    """As the form and the charts write it; empty filters, as a form sends them, filter nothing.

    `least` and `most` are in ETH, or in units of the `token` that is named.
    """

    state: Words = ""
    category: Words = ""
    organisation: Words = ""
    customer: Words = ""
    arbitrator: Words = ""
    breach: Words = ""
    token: Words = ""
    least: Words = ""
    most: Words = ""
    filed_from: Words = ""
    filed_to: Words = ""
    mark: Words = ""


@router.get("/cases")
async def cases(
    request: Request,
    asked: Annotated[Asked, Depends()],
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """A filter that cannot be read is said above the form, which keeps what was typed."""
    try:
        query = _query(asked)
        found = await _found(request, _filter(query), cursor)
    except InvalidInput as error:
        wrong = _field_name(str(error.fields.get("field", "")), language_of(request))
        return _page(request, asked, 400, lines=[], wrong=wrong)
    return _page(request, asked, 200, **found, csv=f"/v1/cases.csv?{urlencode(query)}")


async def _found(request: Request, which: CaseFilter, cursor: str | None) -> dict[str, object]:
    lines, following = await case_lines(request, which, cursor, _PAGE)
    known = await parts_of(request).cases.numbers(which, _MOST_COUNTED + 1)
    url = request.url
    found: dict[str, object] = {"lines": lines, "counted": _counted(known, language_of(request))}
    if following:
        found["older"] = url.include_query_params(cursor=following)
    if cursor is not None:
        found["newest"] = url.remove_query_params("cursor")
        found["newer"] = _newer(request, known, cursor)
    return found


def _newer(request: Request, known: list[ComplaintId], cursor: str) -> object:
    """The page before this one; None where that is the first, or too far back to be known."""
    above = sum(number >= int(cursor) for number in known)
    begins = above - _PAGE
    if begins <= 0 or (len(known) > _MOST_COUNTED and above == len(known)):
        return None
    return request.url.include_query_params(cursor=str(known[begins - 1]))


def _counted(known: list[ComplaintId], t: Language) -> str:
    if len(known) > _MOST_COUNTED:
        return t.say("More than {number} cases.", number=t.number(_MOST_COUNTED))
    return t.count("{number} case.", "{number} cases.", len(known))


def _query(asked: Asked) -> dict[str, str]:
    """What the API would be asked for. Raises InvalidInput."""
    named = {name: value.strip() for name, value in asdict(asked).items()}
    if named["token"].upper() == "ETH":
        named |= {"token": "native"}
    found = {
        **{name: value for name, value in named.items() if name not in ("least", "most")},
        "amount_min": _amount(named["least"], "least", named["token"]),
        "amount_max": _amount(named["most"], "most", named["token"]),
        "filed_from": _moment(named["filed_from"], "T00:00:00Z"),
        "filed_to": _moment(named["filed_to"], "T23:59:59Z"),
    }
    if found["organisation"] and not _NUMBER.fullmatch(found["organisation"]):
        raise InvalidInput("organisation cannot be read", fields={"field": "organisation"})
    return {name: value for name, value in found.items() if value}


def _filter(query: dict[str, str]) -> CaseFilter:
    """Raises InvalidInput."""
    organisation, mark = query.get("organisation"), query.get("mark")
    is_bounded = "amount_min" in query or "amount_max" in query
    customer, arbitrator = query.get("customer"), query.get("arbitrator")
    return CaseFilter(
        states=filters.states(query.get("state")),
        organisation=OrganisationId(int(organisation)) if organisation else None,
        customer=inputs.address(customer, "customer") if customer else None,
        arbitrator=inputs.address(arbitrator, "arbitrator") if arbitrator else None,
        categories=filters.categories(query.get("category")),
        breaches=filters.breaches(query.get("breach")),
        # An amount means nothing without its coin.
        token=filters.token(query.get("token")) or (NATIVE_COIN if is_bounded else None),
        amount_min=filters.amount(query.get("amount_min"), "least"),
        amount_max=filters.amount(query.get("amount_max"), "most"),
        filed_from=filters.time(query.get("filed_from"), "filed_from"),
        filed_to=filters.time(query.get("filed_to"), "filed_to"),
        behind=filters.mark(mark) if mark else None,
    )


def _amount(text: str, field: str, token: str) -> str:
    """In the smallest unit. Raises InvalidInput."""
    if not text:
        return ""
    if token not in ("", "native"):
        if not _UNITS.fullmatch(text):
            raise InvalidInput(f"{field} cannot be read", fields={"field": field})
        return text
    if not _ETHER.fullmatch(text):
        raise InvalidInput(f"{field} cannot be read", fields={"field": field})
    return str(int(Decimal(text).scaleb(18)))


def _moment(text: str, time: str) -> str:
    """A day of the form is all of it, in UTC; charts name seconds."""
    return text + time if _DAY.fullmatch(text) else text


def _page(request: Request, asked: Asked, status: int, **context: object) -> Response:
    t, values = language_of(request), asdict(asked)
    plain = request.url.remove_query_params("cursor")
    return page(
        request,
        "cases.html",
        status,
        **{"wrong": "", "older": None, "newer": None, "newest": None, "counted": "", "csv": ""}
        | context,
        asked=values,
        chart="" if context.get("wrong") else _chart(asked),
        chosen=[(one.label, plain.remove_query_params(one.name)) for one in chosen(values, t)],
        states=state_choices(t),
        categories=category_choices(t),
        breaches=breach_choices(t),
    )


def _chart(asked: Asked) -> str:
    """The way back to the chart whose mark led here; empty where none did."""
    if not asked.mark:
        return ""
    before = spans.chosen(asked.organisation, asked.filed_from, asked.filed_to).query()
    return f"/stats{before}#{asked.mark.partition('.')[0]}"


def _field_name(field: str, t: Language) -> str:
    return {
        "state": t.say("State"),
        "category": t.say("Category"),
        "organisation": t.say("Organisation"),
        "customer": t.say("Customer"),
        "arbitrator": t.say("Arbitrator"),
        "breach": t.say("Promise"),
        "token": t.say("Coin"),
        "least": t.say("Amount, at least"),
        "most": t.say("Amount, at most"),
        "filed_from": t.say("Filed from"),
        "filed_to": t.say("Filed until"),
        "mark": t.say("Part of a chart"),
    }.get(field, t.say("The place in the list"))
