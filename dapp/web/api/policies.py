"""Policies of organisations, and their differences."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, Response

from dapp.web.answers import answered
from dapp.web.api.inputs import Organisation, PartsOf

router = APIRouter(prefix="/organisations/{organisation}/policies", tags=["policies"])

_MAX_VERSION = 2**16 - 1
Version = Annotated[int, Path(ge=1, le=_MAX_VERSION)]


@router.get("", response_class=JSONResponse)
async def policies(parts: PartsOf, request: Request, organisation: Organisation) -> Response:
    """Every version, the oldest first, and which is in force."""
    return answered(request, await parts.policies.list(organisation))


@router.get("/{version}", response_class=JSONResponse)
async def policy(
    parts: PartsOf, request: Request, organisation: Organisation, version: Version
) -> Response:
    """One version."""
    return answered(request, await parts.policies.show(organisation, version))


@router.get("/{before}/diff/{after}", response_class=JSONResponse)
async def difference(
    parts: PartsOf, request: Request, organisation: Organisation, before: Version, after: Version
) -> Response:
    """What version `after` says otherwise than `before`, field by field, and hour by hour.

    `first_reply` names the hours in which a first reply is due sooner or later than before,
    whatever changed: the limits or the peak hours.
    """
    return answered(request, await parts.policies.compare(organisation, before, after))
