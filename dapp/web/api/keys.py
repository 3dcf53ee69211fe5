"""Public keys: what evidence for somebody is sealed to."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from dapp.web.answers import answered
from dapp.web.api.inputs import AddressPath, PartsOf

router = APIRouter(tags=["keys"])


@router.get("/keys/{address}", response_class=JSONResponse)
async def key(parts: PartsOf, request: Request, address: AddressPath) -> Response:
    """What evidence for an account is to be sealed to; version 0 where it never said.

    `recipient` is null, too, where what the account registered can't be sealed to.
    """
    return answered(request, await parts.people.key(address))


@router.get("/clerk", response_class=JSONResponse)
async def clerk(parts: PartsOf, request: Request) -> Response:
    """Who seals to the panel where an author names it among the readers; null: nobody here."""
    return answered(request, {"recipient": parts.settings.clerk_recipient or None})
