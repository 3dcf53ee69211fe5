"""Prepares what a person then signs; the server holds no key."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Request
from starlette.responses import JSONResponse, Response

from dapp.service import parameters
from dapp.web.answers import answered
from dapp.web.api.inputs import PartsOf
from dapp.web.pages.render import language_of

router = APIRouter(prefix="/actions", tags=["actions"])


@router.get("", response_class=JSONResponse)
async def actions(request: Request) -> Response:
    """Every action, and the parameters that it takes beside its `actor`."""
    return answered(request, {"actions": parameters.actions()})


@router.post("/{action}")
async def prepare(
    request: Request,
    parts: PartsOf,
    action: Annotated[str, Path(max_length=40)],
    params: Annotated[dict[str, Any], Body()],
) -> dict[str, Any]:
    """An unsigned transaction by `actor`, after the rules and a simulation let it pass.

    `summary` and `public` are in the reader's language.
    """
    return await parts.prepare.prepare(action, params, language_of(request).tell)
