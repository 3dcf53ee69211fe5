"""Keys by which programs act for an account in what is private."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from dapp.service.api_keys import MAX_DAYS
from dapp.web.api.accounts import Account, InBrowser, never_stored
from dapp.web.api.inputs import PartsOf

View = dict[str, Any]

router = APIRouter(prefix="/me/api-keys", tags=["api-keys"], dependencies=[Depends(never_stored)])


class NewKey(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    days: Annotated[int, Field(ge=1, le=MAX_DAYS)] = 90


@router.get("")
async def show(parts: PartsOf, account: Account) -> View:
    """The account's keys that are in force, without what would let anybody use them."""
    return await parts.api_keys.list(account)


@router.post("", status_code=201)
async def make(parts: PartsOf, account: InBrowser, new: NewKey) -> View:
    """A new key, shown this once, for `Authorization: Bearer`; by who is signed in with a wallet.

    It reads and changes what is private to the account, and signs nothing.
    """
    return await parts.api_keys.make(account, new.name, new.days)


@router.delete("/{key}", status_code=204)
async def remove(parts: PartsOf, account: Account, key: UUID) -> Response:
    """Takes a key away; it opens nothing from now on."""
    await parts.api_keys.remove(account, key)
    return Response(status_code=204)
