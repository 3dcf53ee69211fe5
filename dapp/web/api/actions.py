"""Prepares what a person then signs; the server holds no key."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path

from dapp.web.api.inputs import PartsOf

router = APIRouter(prefix="/actions", tags=["actions"])


@router.post("/{action}")
async def prepare(
    parts: PartsOf,
    action: Annotated[str, Path(max_length=40)],
    params: Annotated[dict[str, Any], Body()],
) -> dict[str, Any]:
    """An unsigned transaction by `actor`, after the rules and a simulation let it pass."""
    return await parts.prepare.prepare(action, params)
