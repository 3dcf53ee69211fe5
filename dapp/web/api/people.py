"""Organisations, orders, arbitrators."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from dapp.web.answers import answered
from dapp.web.api.accounts import SiteOf
from dapp.web.api.inputs import (
    AddressPath,
    Cursor,
    Key,
    Limit,
    OfCustomer,
    OfOrganisation,
    Organisation,
    PartsOf,
)
from dapp.web.calendar import calendar
from dapp.web.pages.render import language_of

_DUTIES = frozenset({"commit", "reveal"})

router = APIRouter(tags=["people"])


@router.get("/organisations", response_class=JSONResponse)
async def organisations(
    parts: PartsOf, request: Request, cursor: Cursor = None, limit: Limit = 100
) -> Response:
    """The oldest first."""
    return answered(request, await parts.people.organisations(cursor, limit))


@router.get("/organisations/{organisation}", response_class=JSONResponse)
async def organisation(parts: PartsOf, request: Request, organisation: Organisation) -> Response:
    """With its policies, operators and bond."""
    return answered(request, await parts.people.organisation(organisation))


@router.get("/orders", response_class=JSONResponse)
async def orders(
    parts: PartsOf,
    request: Request,
    customer: OfCustomer,
    organisation: OfOrganisation,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Response:
    """The newest first: of one customer, of one organisation, or of one at the other."""
    return answered(request, await parts.people.orders(customer, organisation, cursor, limit))


@router.get("/orders/{key}", response_class=JSONResponse)
async def order(parts: PartsOf, request: Request, key: Key) -> Response:
    """One paid order, and the complaint about it."""
    return answered(request, await parts.people.order(key))


@router.get("/arbitrators", response_class=JSONResponse)
async def arbitrators(
    parts: PartsOf, request: Request, cursor: Cursor = None, limit: Limit = 100
) -> Response:
    """Every stake, by position, with its holder's record."""
    return answered(request, await parts.arbitrators.list(cursor, limit))


@router.get("/arbitrators/{address}", response_class=JSONResponse)
async def arbitrator(parts: PartsOf, request: Request, address: AddressPath) -> Response:
    """The record of one arbitrator, stakes, seats, and money that waits.

    A vote agreed if it is within 1 000 basis points of the complaint's final ruling.
    """
    return answered(request, await parts.arbitrators.show(address))


@router.get("/arbitrators/{address}/foreseen", response_class=JSONResponse)
async def foreseen(parts: PartsOf, request: Request, address: AddressPath) -> Response:
    """Seats in panels that nobody has drawn yet: the first to vote draws."""
    return answered(request, await parts.draws.show_of(address))


@router.get("/deadlines/{address}", response_class=JSONResponse)
async def deadlines(parts: PartsOf, request: Request, address: AddressPath) -> Response:
    """What an account must or may do next, by when, in which case; the next one first."""
    return answered(request, await parts.agenda.show(address))


@router.get("/arbitrators/{address}/duties", response_class=JSONResponse)
async def duties(parts: PartsOf, request: Request, address: AddressPath) -> Response:
    """What the seats of an arbitrator ask of them now or next: read, vote, wait or open."""
    return answered(request, await parts.arbitrators.duties(address))


@router.get(
    "/arbitrators/{address}/duties.ics",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {}}}},
)
async def duties_calendar(
    parts: PartsOf, request: Request, site: SiteOf, address: AddressPath
) -> Response:
    """The same for calendars: when votes end, and when sealed ones must have been opened."""
    entries, moment = await parts.agenda.of(address)
    chain, t = parts.deployment.chain_id, language_of(request)
    wanted = [one for one in entries if one.deadline.name in _DUTIES]
    body = calendar(t, wanted, chain, site.origin, moment.now)
    return Response(body, media_type="text/calendar; charset=utf-8")
