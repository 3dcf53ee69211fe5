"""The arbitrator's side: stakes, and the cases they were drawn for."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from dapp.domain.types import Address
from dapp.errors import RedressError
from dapp.service import inputs
from dapp.service.clock import Moment
from dapp.service.parts import Parts
from dapp.store.views import PositionRow, SeatRow
from dapp.web.i18n import Language
from dapp.web.pages.keys import has_key
from dapp.web.pages.lists import look_at
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.presentation.places import stake_line
from dapp.web.presentation.seats import foreseen_line, seat_line
from dapp.web.presentation.view import Look

router = APIRouter()


@router.get("/panel")
async def panel(request: Request, account: Annotated[str, Query(max_length=42)] = "") -> Response:
    parts, t = parts_of(request), language_of(request)
    ticket = parts.deployment.ticket_wei
    seats, stakes = [], []
    if account:
        whose = inputs.address(account, "account")
        (sat, held), moment = await _read(parts, whose)
        seats = [foreseen_line(look) for look in await _foreseen(parts, whose, t)]
        seats += [seat_line(Look(row.case, moment.now, moment.next_block, t), row) for row in sat]
        stakes = [stake_line(row, ticket, moment.next_block, t) for row in held]
    return page(
        request,
        "panel.html",
        account=account,
        seats=seats,
        positions=stakes,
        ticket=t.amount(ticket),
        has_key=not account or await has_key(request, account),
    )


async def _foreseen(parts: Parts, whose: Address, t: Language) -> list[Look]:
    """Cases whose panel the account is on, though nobody has drawn it. None without the node."""
    try:
        found = await parts.draws.foreseen_of(whose)
    except RedressError:
        return []
    return [look_at(one.row, one.moment, t) for one, _ in found]


async def _read(
    parts: Parts, whose: Address
) -> tuple[tuple[list[SeatRow], list[PositionRow]], Moment]:
    async def both() -> tuple[list[SeatRow], list[PositionRow]]:
        return await parts.queries.seats(whose), await parts.queries.positions(whose)

    return await parts.clock.read(both)
