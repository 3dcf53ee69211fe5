"""Drafts that wallets and desks keep for whoever is signed in."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Response

from dapp.web.api.accounts import Account, never_stored
from dapp.web.api.inputs import PartsOf

View = dict[str, Any]

router = APIRouter(prefix="/me/drafts", tags=["drafts"], dependencies=[Depends(never_stored)])

Name = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,64}$")]


@router.get("")
async def all_of(parts: PartsOf, account: Account) -> View:
    """All drafts of the account, the latest first; at most 20."""
    return {"drafts": await parts.account_drafts.all_of(account)}


@router.get("/{name}")
async def show(parts: PartsOf, account: Account, name: Name) -> View:
    """One draft of the account."""
    return await parts.account_drafts.show(account, name)


@router.put("/{name}")
async def put(
    parts: PartsOf,
    account: Account,
    name: Name,
    draft: Annotated[View, Body()],
) -> View:
    """Keeps any JSON object of at most 64 KiB under a name of the caller's choice, for 90 days."""
    return await parts.account_drafts.put(account, name, draft)


@router.delete("/{name}", status_code=204)
async def remove(parts: PartsOf, account: Account, name: Name) -> Response:
    """Removes it; also where there is none."""
    await parts.account_drafts.remove(account, name)
    return Response(status_code=204)
