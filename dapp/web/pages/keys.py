"""What evidence for an account is sealed to: made, brought back and replaced in the browser."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from dapp.service import inputs
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.presentation.sealed import KeyLine, key_line

router = APIRouter()


@router.get("/keys")
async def keys(request: Request, account: Annotated[str, Query(max_length=42)] = "") -> Response:
    shown = await _key(request, account) if account else None
    return page(request, "keys.html", account=account, key=shown)


async def has_key(request: Request, account: str) -> bool:
    """Whether others can seal to it. Raises InvalidInput."""
    found = await _key(request, account)
    return found is not None and found.recipient != ""


async def _key(request: Request, account: str) -> KeyLine | None:
    found, _ = await parts_of(request).people.find_key(inputs.address(account, "account"))
    return key_line(found, language_of(request))
