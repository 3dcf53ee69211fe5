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
    shown: KeyLine | None = None
    if account:
        found, _ = await parts_of(request).people.find_key(inputs.address(account, "account"))
        shown = key_line(found, language_of(request))
    return page(request, "keys.html", account=account, key=shown)
