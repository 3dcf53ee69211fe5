"""The arbitrator's side: what comes next, the cases they were drawn for, and stakes."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from dapp.domain.types import Address
from dapp.errors import RedressError
from dapp.service import inputs
from dapp.service.clock import Moment
from dapp.service.parts import Parts
from dapp.store.views import Credit, PositionRow, SeatRow
from dapp.web.pages.keys import has_key
from dapp.web.pages.lists import look_at
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.presentation.places import credit_line
from dapp.web.presentation.seats import Seats, seats
from dapp.web.presentation.stakes import stake_line, stake_terms
from dapp.web.presentation.view import Look

router = APIRouter()

Whose = Annotated[str, Query(max_length=42)]
Rows = tuple[list[SeatRow], list[PositionRow], list[Credit]]


@router.get("/panel")
async def panel(request: Request, account: Whose = "") -> Response:
    """The whole page, or only what changes, for the script that keeps an open page up to date."""
    parts, t = parts_of(request), language_of(request)
    found, stakes, owed = Seats(None, (), (), ()), [], []
    if account:
        whose = inputs.address(account, "account")
        (sat, held, credits_), moment = await _read(parts, whose)
        rows = [(Look(row.case, moment.now, moment.next_block, t), row) for row in sat]
        found = seats(t, rows, await _foreseen(request, whose))
        ticket = parts.deployment.ticket_wei
        stakes = [stake_line(row, ticket, moment.next_block, t) for row in held]
        owed = [credit_line(one, t) for one in credits_]
    is_update = request.headers.get("hx-request") == "true"
    return page(
        request,
        "parts/panel.html" if is_update else "panel.html",
        account=account,
        seats=found,
        positions=stakes,
        credits=owed,
        terms=stake_terms(parts.deployment, t),
        has_key=not account or await has_key(request, account),
    )


async def _foreseen(request: Request, whose: Address) -> list[Look]:
    """Cases whose panel the account is on, though nobody has drawn it. None without the node."""
    t = language_of(request)
    try:
        found = await parts_of(request).draws.foreseen_of(whose)
    except RedressError:
        return []
    return [look_at(one.row, one.moment, t) for one, _ in found]


async def _read(parts: Parts, whose: Address) -> tuple[Rows, Moment]:
    async def all_three() -> Rows:
        queries = parts.queries
        return (
            await queries.seats(whose),
            await queries.positions(whose),
            await queries.credits(whose),
        )

    return await parts.clock.read(all_three)
