"""Key envelopes and what is private to their readers. It needs a session, or an author's token."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from dapp.service.envelopes import MAX_BASE64_CHARS
from dapp.service.sealing import MAX_REASON_CHARS
from dapp.store.envelopes import MOST
from dapp.web.api.accounts import Account, OptionalAccount, never_stored, required_account
from dapp.web.api.inputs import Complaint, Digest, PartsOf
from evidence.seal import MAX_RECIPIENTS

View = dict[str, Any]

_BINARY = {"schema": {"type": "string", "format": "binary"}}

BODY_BYTES = {"/v1/evidence/*/envelopes": MAX_BASE64_CHARS + 8 * 1024}

router = APIRouter(tags=["envelopes"], dependencies=[Depends(never_stored)])


class NewEnvelope(BaseModel):
    recipients: Annotated[
        list[Annotated[str, Field(max_length=42)]], Field(max_length=MAX_RECIPIENTS)
    ]
    envelope: Annotated[str, Field(max_length=MAX_BASE64_CHARS)]
    """Base64."""
    token: Annotated[str | None, Field(max_length=200)] = None
    """As POST /v1/evidence gave it: in place of a session, for the author's own."""


class Reason(BaseModel):
    reason: Annotated[str, Field(max_length=4 * MAX_REASON_CHARS)]


@router.post("/evidence/{digest}/envelopes", status_code=201)
async def put(parts: PartsOf, digest: Digest, account: OptionalAccount, new: NewEnvelope) -> View:
    """Keeps an envelope for these accounts, and `clerk`; for the author and for readers."""
    given = (new.recipients, new.envelope)
    if new.token is not None:
        return await parts.envelopes.put_with_token(digest, new.token, *given)
    return await parts.envelopes.put(digest, await required_account(account), *given)


@router.get(
    "/evidence/{digest}/envelope",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": _BINARY}}},
)
async def open_(
    parts: PartsOf,
    digest: Digest,
    account: Account,
    skip: Annotated[int, Query(ge=0, lt=MOST)] = 0,
) -> Response:
    """One that names the account; where it opens nothing, `skip` so many for the next.

    First come those of the author, of the clerk and of the account itself, the newest first; the
    header `Sealed-By` says whose this is.
    """
    found = await parts.envelopes.find(digest, account, skip)
    return Response(
        found.body,
        media_type="application/octet-stream",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": "attachment",
            "Sealed-By": found.sealed_by,
        },
    )


@router.get("/evidence/{digest}/readers")
async def readers(parts: PartsOf, digest: Digest, account: Account) -> View:
    """For whom there are envelopes; told to these, and to the author."""
    return await parts.envelopes.readers(digest, account)


@router.post("/evidence/{digest}/unopened", status_code=201)
async def cannot_open(parts: PartsOf, digest: Digest, account: Account, said: Reason) -> View:
    """An arbitrator's word that it cannot be opened, from the draw to the end of commit."""
    return await parts.sealing.cannot_open(digest, account, said.reason)


@router.delete("/evidence/{digest}")
async def erase(parts: PartsOf, digest: Digest, account: Account) -> View:
    """Its author takes back what is sealed, once no open complaint rests on it."""
    manifest = await parts.envelopes.manifest(digest)
    return await parts.erasure.erase_own(digest, account, manifest)


@router.get("/cases/{complaint}/sealing")
async def sealing(parts: PartsOf, complaint: Complaint, account: Account) -> View:
    """Who should be able to read what in this case, and cannot yet."""
    return await parts.sealing.show(complaint, account)


public = APIRouter(tags=["envelopes"])


@public.get("/cases/{complaint}/unopened")
async def unopened(parts: PartsOf, complaint: Complaint) -> View:
    """What arbitrators said that they cannot open; `stands` until it is sealed to them again."""
    return await parts.envelopes.unopened(complaint)
