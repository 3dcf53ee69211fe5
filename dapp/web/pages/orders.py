"""Paying an order, and one's orders."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from dapp.domain.organisation import PolicyVersion
from dapp.domain.types import OrganisationId
from dapp.service import inputs
from dapp.store.views import OrderRow
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.pages.statements import kept_text
from dapp.web.presentation.places import CreditLine, OrderLine, credit_line, order_line, place

router = APIRouter()

Account = Annotated[str, Query(max_length=42)]
_LISTED = 100


@router.get("/pay")
async def pay(
    request: Request, organisation: Annotated[int | None, Query(ge=1, lt=1 << 20)] = None
) -> Response:
    """Whom to pay, then how much, under the policy that is shown."""
    parts, t = parts_of(request), language_of(request)
    if organisation is None:
        found, moment = await parts.people.find_organisations(None, _LISTED)
        places = [place(row, moment.now, t) for row in found.items]
        return page(request, "pay.html", chosen=None, organisations=places)
    row, moment = await parts.people.find_organisation(OrganisationId(organisation))
    current = row.organisation.policy_at(moment.now)
    agreement = await kept_text(parts.evidence, current.agreement)
    chosen = place(row, moment.now, t, agreement)
    return page(request, "pay.html", chosen=chosen, organisations=[])


@router.get("/orders")
async def orders(request: Request, account: Account = "") -> Response:
    found = await lines(request, await of_account(request, account)) if account else []
    owed = await credit_lines(request, account) if account else []
    return page(request, "orders.html", account=account, orders=found, credits=owed)


@router.get("/orders/{key}")
async def order(request: Request, key: Annotated[str, Path(max_length=66)]) -> Response:
    """To the case about the order, or to its customer's orders."""
    row, _ = await parts_of(request).people.find_order(inputs.hash32(key, "order"))
    where = f"/orders?account={row.paid.order.customer}"
    if row.complaint is not None:
        where = f"/c/{row.complaint}"
    return RedirectResponse(where, 303)


async def of_account(request: Request, account: str) -> tuple[OrderRow, ...]:
    """Its orders, the newest first."""
    customer = inputs.address(account, "account")
    found, _ = await parts_of(request).people.find_orders(customer, None, None, _LISTED)
    return found.items


async def lines(request: Request, rows: tuple[OrderRow, ...]) -> list[OrderLine]:
    moment, t = await parts_of(request).clock.moment(), language_of(request)
    versions = await _versions(request, rows)
    return [
        order_line(
            row, versions[row.paid.order.organisation, row.paid.order.version], moment.now, t
        )
        for row in rows
    ]


async def credit_lines(request: Request, account: str) -> list[CreditLine]:
    """What could not be delivered to the account and waits in a contract."""
    parts, t = parts_of(request), language_of(request)
    whose = inputs.address(account, "account")
    found, _ = await parts.clock.read(lambda: parts.queries.credits(whose))
    return [credit_line(one, t) for one in found]


async def _versions(
    request: Request, rows: tuple[OrderRow, ...]
) -> dict[tuple[int, int], PolicyVersion]:
    """The policies that the orders were paid under."""
    people = parts_of(request).people
    versions = {}
    for number in {row.paid.order.organisation for row in rows}:
        organisation, _ = await people.find_organisation(number)
        for version in organisation.organisation.policies:
            versions[int(number), version.version] = version
    return versions
