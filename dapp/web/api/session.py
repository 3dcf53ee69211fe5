"""Signing in with a wallet (EIP-4361) and out again. Only what is private needs it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from dapp.service import inputs
from dapp.service.sessions import MESSAGE_SECONDS
from dapp.store.sessions import Session
from dapp.web.api.accounts import OptionalSession, SiteOf, never_stored, same_site
from dapp.web.api.inputs import PartsOf
from dapp.web.cookies import BROWSER, SESSION, cookie, set_cookie

View = dict[str, Any]

PATH = "/v1/session"
BODY_BYTES = {PATH: 24 * 1024, f"{PATH}/message": 1024}
"""A signature of an account that is not made yet (ERC-6492) brings its making along."""


router = APIRouter(
    prefix="/session",
    tags=["session"],
    dependencies=[Depends(never_stored), Depends(same_site)],
)


class Who(BaseModel):
    address: Annotated[str, Field(max_length=42)]


class Signed(BaseModel):
    message: Annotated[str, Field(max_length=2_000)]
    signature: Annotated[str, Field(max_length=20_000)]


@router.post("/message")
async def message(parts: PartsOf, site: SiteOf, response: Response, who: Who) -> View:
    """The text that the account signs (EIP-191), good once, for ten minutes, in this browser."""
    asked = await parts.sessions.ask(inputs.address(who.address), site)
    set_cookie(response, site, BROWSER, asked.browser, MESSAGE_SECONDS)
    return {"message": asked.text, "expires_at": asked.expires_at}


@router.post("", status_code=201)
async def sign_in(
    request: Request, parts: PartsOf, site: SiteOf, response: Response, signed: Signed
) -> View:
    """Signs in who signed the message; the session is in a cookie, the former one ends."""
    browser = cookie(request, site, BROWSER) or ""
    opened = await parts.sessions.sign_in(signed.message, signed.signature, browser, site)
    former = cookie(request, site, SESSION)
    if former is not None:
        await parts.sessions.sign_out(former)
    set_cookie(response, site, SESSION, opened.token, parts.settings.session_seconds)
    set_cookie(response, site, BROWSER, "", 0)
    return _shown(opened.session)


@router.get("")
async def show(parts: PartsOf, session: OptionalSession) -> View:
    """Who is signed in here, and where else the account is; `account` is null for nobody."""
    if session is None:
        return _NOBODY
    everywhere = await parts.sessions.all_of(session.account)
    sessions = [{**_times(one), "is_this": one.digest == session.digest} for one in everywhere]
    return {**_shown(session), "sessions": sessions}


@router.delete("")
async def sign_out(
    request: Request,
    parts: PartsOf,
    site: SiteOf,
    response: Response,
    session: OptionalSession,
    everywhere: Annotated[bool, Query()] = False,
) -> View:
    """Signs out here, or everywhere; nothing happens where nobody is signed in."""
    if session is not None and everywhere:
        await parts.sessions.sign_out_everywhere(session.account)
    elif (token := cookie(request, site, SESSION)) is not None:
        await parts.sessions.sign_out(token)
    set_cookie(response, site, SESSION, "", 0)
    return _NOBODY


_NOBODY: View = {"account": None, "signed_in_at": None, "expires_at": None, "sessions": []}


def _shown(session: Session) -> View:
    return {"account": session.account, **_times(session)}


def _times(session: Session) -> View:
    return {"signed_in_at": session.signed_in_at, "expires_at": session.expires_at}
