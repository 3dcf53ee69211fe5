"""Bundles by HTTP: made whole on the disk first, so that what is sent is sent to its end."""

import tempfile
from collections.abc import Iterator
from typing import IO, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from dapp.audit.format import CaseScope, OrganisationScope, Scope
from dapp.service.bundles import Asked, Limits, at_of
from dapp.service.parts import Parts
from dapp.web.api.inputs import Complaint, Organisation, PartsOf

router = APIRouter(tags=["bundles"])

AtBlock = Annotated[str | None, Query(max_length=20)]

MEDIA_TYPE = "application/zip"
ONLINE = Limits(cases=1000, bytes=1 << 30)
"""What a stranger may ask for; the command makes larger ones."""
_PIECE_BYTES = 1 << 16
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
    304: {"description": "Nothing has changed since the ETag that was sent"},
}


@router.get("/cases/{complaint}/bundle", response_class=Response, responses=_RESPONSES)
async def of_case(
    parts: PartsOf, request: Request, complaint: Complaint, block: AtBlock = None
) -> Response:
    """A case for an auditor (docs/audit.md), as a zip.

    `block` is `finalized`, `latest` (the newest that is indexed) or a number; by default the
    newest final one if the node can prove it and the case was there.
    """
    name = f"case-{complaint}"
    return await _answer(parts, request, CaseScope(complaint=complaint), name, block)


@router.get("/organisations/{organisation}/bundle", response_class=Response, responses=_RESPONSES)
async def of_organisation(
    parts: PartsOf, request: Request, organisation: Organisation, block: AtBlock = None
) -> Response:
    """An organisation and all cases against it, as above."""
    scope = OrganisationScope(organisation=organisation)
    return await _answer(parts, request, scope, f"organisation-{organisation}", block)


async def _answer(
    parts: Parts, request: Request, scope: Scope, name: str, block: str | None
) -> Response:
    at = at_of(block)
    chosen = await parts.bundles.block(at)
    if _etag(chosen.header.block.hash) in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=_headers(chosen.header.block.hash))
    file = tempfile.TemporaryFile()  # noqa: SIM115 (closed where it is sent)
    try:
        made = await parts.bundles.make(Asked(scope, at, ONLINE), file)
    except BaseException:
        file.close()
        raise
    headers = {
        **_headers(made.block_hash),
        "Content-Disposition": f'attachment; filename="redress-{name}-block-{made.block}.zip"',
        "Content-Length": str(made.size),
    }
    return StreamingResponse(_pieces(file), media_type=MEDIA_TYPE, headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE_BYTES):
            yield piece


def _headers(block_hash: str) -> dict[str, str]:
    return {"ETag": _etag(block_hash), "Cache-Control": "no-cache"}


def _etag(block_hash: str) -> str:
    """Weak: at one block the record is one, and evidence may still come to the vault."""
    return f'W/"{block_hash}"'
