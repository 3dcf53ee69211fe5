"""Organisations, orders, arbitrators."""

from typing import Any

from fastapi import APIRouter

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

router = APIRouter(tags=["people"])


@router.get("/organisations")
async def organisations(
    parts: PartsOf, cursor: Cursor = None, limit: Limit = 100
) -> dict[str, Any]:
    """The oldest first."""
    return await parts.people.organisations(cursor, limit)


@router.get("/organisations/{organisation}")
async def organisation(parts: PartsOf, organisation: Organisation) -> dict[str, Any]:
    """With its policies, operators and bond."""
    return await parts.people.organisation(organisation)


@router.get("/orders")
async def orders(
    parts: PartsOf,
    customer: OfCustomer,
    organisation: OfOrganisation,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> dict[str, Any]:
    """The newest first: of one customer, of one organisation, or of one at the other."""
    return await parts.people.orders(customer, organisation, cursor, limit)


@router.get("/orders/{key}")
async def order(parts: PartsOf, key: Key) -> dict[str, Any]:
    """One paid order, and the complaint about it."""
    return await parts.people.order(key)


@router.get("/arbitrators")
async def arbitrators(parts: PartsOf, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """Every stake, by position."""
    return await parts.people.arbitrators(cursor, limit)


@router.get("/arbitrators/{address}")
async def arbitrator(parts: PartsOf, address: AddressPath) -> dict[str, Any]:
    """Stakes, seats, and money that waits."""
    return await parts.people.arbitrator(address)


@router.get("/arbitrators/{address}/foreseen")
async def foreseen(parts: PartsOf, address: AddressPath) -> dict[str, Any]:
    """Seats in panels that nobody has drawn yet: the first to vote draws."""
    return await parts.draws.show_of(address)
