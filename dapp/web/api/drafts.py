"""Drafts of complaints: what came by e-mail, for whoever has its link."""

import secrets
from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, BackgroundTasks, Depends, Header, Request, Response
from fastapi import Path as PathParam

from dapp.errors import InvalidInput, NotFound, SignInRequired
from dapp.service import views
from dapp.service.mail_in.reading import MOST_FILES
from dapp.web.api.accounts import never_stored
from dapp.web.api.inputs import PartsOf

View = dict[str, Any]

PATH = "/v1/drafts/email"
_LEAST_TOKEN_CHARS = 16
_DRAFT: View = {
    "text": "The parcel never came.",
    "order": None,
    "organisation": 12,
    "files": [
        {"name": "parcel.png", "media_type": "image/png", "kind": "file", "size": 48213, "place": 0}
    ],
    "expires_at": {"unix": 1802592000, "iso": "2027-02-14T08:00:00Z"},
}


def _answers(example: View, status: int = 200) -> dict[int | str, dict[str, Any]]:
    return {status: {"content": {"application/json": {"example": example}}}}


router = APIRouter(prefix="/drafts/email", tags=["mail"], dependencies=[Depends(never_stored)])


async def _bearer(authorization: Annotated[str, Header(max_length=300)] = "") -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise SignInRequired(
            "this needs a token",
            remedy="Send it as Authorization: Bearer TOKEN",
            code="token-missing",
        )
    return token.strip()


Bearer = Annotated[str, Depends(_bearer)]
Place = Annotated[int, PathParam(ge=0, le=MOST_FILES)]


@router.post(
    "",
    status_code=202,
    responses=_answers({"state": "draft", "reason": None}, 202),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "message/rfc822": {
                    "schema": {"type": "string", "format": "binary"},
                    "example": "From: anne@example.org\r\nTo: complaints+12@redress.example\r\n"
                    "Subject: It never came\r\n\r\nThe parcel never came.\r\n",
                }
            },
        }
    },
)
async def take(parts: PartsOf, request: Request, token: Bearer, later: BackgroundTasks) -> View:
    """Takes a message (RFC 5322) that a mail server passes on, with the token of the settings.

    Its sender is sent a link to the draft it makes; nothing is filed. `state`: `draft`, `known`
    (that message came before), or `ignored`, with the reason: another program wrote it, or its
    sender has sent too many.
    """
    await to_thread.run_sync(_check, parts.settings.mail_token_file, token)
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "message/rfc822":
        raise InvalidInput(
            "this is no message",
            remedy="Send it as it came, with Content-Type: message/rfc822",
            code="media-type-wrong",
        )
    taken = await parts.mail_door.take(await request.body())
    later.add_task(parts.mail_door.answer_due)
    return taken


@router.get("", responses=_answers(_DRAFT))
async def show(parts: PartsOf, link: Bearer) -> View:
    """A draft that came by e-mail; the token is what its link has behind `draft=`."""
    draft = await parts.mail_door.draft(link)
    return {
        "text": draft.text,
        "order": draft.order,
        "organisation": draft.organisation,
        "files": [{**one, "place": place} for place, one in enumerate(draft.files)],
        "expires_at": views.time(draft.expires_at),
    }


@router.get(
    "/files/{place}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"example": "…"}}}},
)
async def file(parts: PartsOf, link: Bearer, place: Place) -> Response:
    """The bytes of one of its files, as they came."""
    data = await parts.mail_door.file(link, place)
    headers = {"Content-Disposition": "attachment", "Cache-Control": "no-store"}
    return Response(data, media_type="application/octet-stream", headers=headers)


@router.delete("", status_code=204)
async def remove(parts: PartsOf, link: Bearer) -> Response:
    """Removes the draft: it was filed, or is not wanted any more."""
    await parts.mail_door.remove(link)
    return Response(status_code=204)


def _check(file: Path | None, token: str) -> None:
    """Raises NotFound where nobody may post, SignInRequired for another token."""
    if file is None:
        raise NotFound(
            "no mail is taken here", remedy="Set REDRESS_MAIL_TOKEN_FILE", code="mail-off"
        )
    try:
        expected = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError):
        expected = ""
    is_right = secrets.compare_digest(expected.encode(), token.encode("utf-8", "replace"))
    if len(expected) < _LEAST_TOKEN_CHARS or not is_right:
        raise SignInRequired(
            "this is not the token",
            remedy=f"Send that of REDRESS_MAIL_TOKEN_FILE, of {_LEAST_TOKEN_CHARS} characters "
            "at least",
            code="token-wrong",
        )
