"""Public keys: what evidence for somebody is sealed to."""

from typing import Any

from fastapi import APIRouter

from dapp.web.api.inputs import AddressPath, PartsOf

router = APIRouter(tags=["keys"])


@router.get("/keys/{address}")
async def key(parts: PartsOf, address: AddressPath) -> dict[str, Any]:
    """What evidence for an account is to be sealed to; version 0 where it never said.

    `recipient` is null, too, where what the account registered can't be sealed to.
    """
    return await parts.people.key(address)


@router.get("/clerk")
async def clerk(parts: PartsOf) -> dict[str, str | None]:
    """Who seals to the panel where an author names it among the readers; null: nobody here."""
    return {"recipient": parts.settings.clerk_recipient}
