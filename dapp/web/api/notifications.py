"""The messages that an account wants, where they go, and its deadlines as a calendar."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dapp.service.messages.preferences import (
    DEFAULT_LEAD_SECONDS,
    MAX_LEAD_SECONDS,
    MIN_LEAD_SECONDS,
    Wish,
)
from dapp.service.messages.reach import MAX_URL_CHARS
from dapp.store.subscribers import ChannelKind
from dapp.web.api.accounts import Account, SiteOf, never_stored
from dapp.web.api.inputs import PartsOf
from dapp.web.calendar import calendar
from dapp.web.i18n import load

View = dict[str, Any]

PATH = "/v1/me/notifications"
router = APIRouter(prefix="/me", tags=["notifications"], dependencies=[Depends(never_stored)])


class QuietHours(BaseModel):
    """Times of the day by the clocks of `time_zone`, such as 22:00; over midnight as well."""

    model_config = ConfigDict(populate_by_name=True)

    starts: Annotated[str, Field(alias="from", max_length=5)]
    ends: Annotated[str, Field(alias="to", max_length=5)]


class Wanted(BaseModel):
    language: Annotated[str, Field(max_length=20)]
    time_zone: Annotated[str, Field(max_length=60)] = "UTC"
    quiet_hours: QuietHours | None = None
    kinds: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=40)] | None = None
    """Null for all."""
    lead_seconds: Annotated[int, Field(ge=MIN_LEAD_SECONDS, le=MAX_LEAD_SECONDS)] = (
        DEFAULT_LEAD_SECONDS
    )


class NewChannel(BaseModel):
    kind: ChannelKind
    target: Annotated[str, Field(max_length=MAX_URL_CHARS)]


@router.get("/notifications")
async def show(parts: PartsOf, account: Account) -> View:
    """Language, time zone, quiet hours, kinds and channels; defaults where nothing was said."""
    return await parts.preferences.show(account)


@router.put("/notifications")
async def change(parts: PartsOf, account: Account, wanted: Wanted) -> View:
    """Says all of it anew but for the channels; `kinds` null means all."""
    quiet = wanted.quiet_hours
    wish = Wish(
        language=wanted.language,
        time_zone=wanted.time_zone,
        quiet=None if quiet is None else (quiet.starts, quiet.ends),
        kinds=wanted.kinds,
        lead_seconds=wanted.lead_seconds,
    )
    return await parts.preferences.change(account, wish)


@router.post("/notifications/channels", status_code=201)
async def add(parts: PartsOf, account: Account, new: NewChannel) -> View:
    """Adds a webhook, an e-mail address or a chat tool (an Apprise URL).

    A webhook's `secret` is shown this once. An e-mail address gets one message, and no other before
    the link in that was followed.
    """
    return await parts.preferences.add_channel(account, new.kind, new.target)


@router.delete("/notifications/channels/{channel}", status_code=204)
async def remove(parts: PartsOf, account: Account, channel: UUID) -> Response:
    """Takes a channel away; what still waits for it is not sent."""
    await parts.channels.remove(account, channel)
    return Response(status_code=204)


@router.post("/notifications/channels/{channel}/secret")
async def rotate(parts: PartsOf, account: Account, channel: UUID) -> View:
    """A new secret for a webhook, shown this once; for a day the former one signs as well."""
    return await parts.channels.rotate(account, channel)


@router.post("/notifications/channels/{channel}/enable")
async def enable(parts: PartsOf, account: Account, channel: UUID) -> View:
    """Sends over a channel again that failed for too long."""
    return await parts.channels.enable(account, channel)


@router.post("/notifications/test", status_code=202)
async def test(parts: PartsOf, account: Account) -> View:
    """Sends a test message over every channel that is on, at most once a minute."""
    return await parts.channels.test(account)


@router.get("/notifications/failures")
async def failures(parts: PartsOf, account: Account) -> View:
    """Messages that were given up, the latest first, and channels that fail now."""
    return await parts.channels.failures(account)


@router.get("/notifications/deliveries")
async def deliveries(parts: PartsOf, account: Account) -> View:
    """The last messages that were tried, the latest first: sent, tried again, or given up."""
    return await parts.channels.deliveries(account)


@router.post("/notifications/calendar", status_code=201)
async def new_calendar(parts: PartsOf, site: SiteOf, account: Account) -> View:
    """An address of the account's deadlines, shown this once; the one before opens nothing."""
    token = await parts.preferences.new_calendar(account)
    return {"url": f"{site.origin}/v1/me/deadlines.ics?token={token}"}


@router.delete("/notifications/calendar", status_code=204)
async def drop_calendar(parts: PartsOf, account: Account) -> Response:
    """The calendar's address opens nothing any more."""
    await parts.preferences.drop_calendar(account)
    return Response(status_code=204)


@router.get(
    "/deadlines.ics",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {}}}},
)
async def deadlines(
    parts: PartsOf, site: SiteOf, token: Annotated[str, Query(max_length=100)]
) -> Response:
    """The deadlines of whoever made the token, for calendars; the token stands for a session."""
    reader = await parts.preferences.of_calendar(token)
    entries, moment = await parts.agenda.of(reader.account)
    chain = parts.deployment.chain_id
    body = calendar(load(reader.language), entries, chain, site.origin, moment.now)
    headers = {"Cache-Control": "no-store", "Content-Disposition": "inline"}
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)
