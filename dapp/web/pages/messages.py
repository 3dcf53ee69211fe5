"""The pages behind the links in messages. To look changes nothing: robots read mail too."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from dapp.store.subscribers import ChannelState
from dapp.web.i18n import Language
from dapp.web.pages.render import language_of, page, parts_of

router = APIRouter(prefix="/messages")

Link = Annotated[str, Query(max_length=200)]
_HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


@router.get("/confirm")
async def ask_confirm(request: Request, link: Link) -> Response:
    channel = await parts_of(request).channels.check_link("confirm", link)
    if channel.state is not ChannelState.UNCONFIRMED:
        return _done(request, _confirmed if channel.state is ChannelState.ACTIVE else _over)
    t = language_of(request)
    return _ask(
        request,
        t.say("Confirm your e-mail address"),
        t.say("From then on the messages that you have chosen come to it."),
        t.say("Confirm"),
    )


@router.post("/confirm")
async def confirm(request: Request, link: Link) -> Response:
    is_on = await parts_of(request).channels.confirm(link)
    return _done(request, _confirmed if is_on else _over)


@router.get("/unsubscribe")
async def ask_unsubscribe(request: Request, link: Link) -> Response:
    await parts_of(request).channels.check_link("unsubscribe", link)
    t = language_of(request)
    return _ask(
        request,
        t.say("No more messages"),
        t.say("Nothing is sent to your address any more."),
        t.say("Send no more"),
    )


@router.post("/unsubscribe")
async def unsubscribe(request: Request, link: Link) -> Response:
    """Also where a mail program asks by itself (RFC 8058)."""
    await parts_of(request).channels.unsubscribe(link)
    return _done(request, _stopped)


@router.get("/refuse")
async def ask_refuse(request: Request, link: Link) -> Response:
    await parts_of(request).channels.check_link("refuse", link)
    t = language_of(request)
    return _ask(
        request,
        t.say("Never write to me"),
        t.say("Nobody can have messages sent to your address then, you included."),
        t.say("Never write to me"),
    )


@router.post("/refuse")
async def refuse(request: Request, link: Link) -> Response:
    await parts_of(request).channels.refuse(link)
    return _done(request, _stopped)


def _ask(request: Request, title: str, detail: str, button: str) -> Response:
    return _page(request, title, detail, button)


def _done(request: Request, words: Callable[[Language], tuple[str, str]]) -> Response:
    return _page(request, *words(language_of(request)), "")


def _page(request: Request, title: str, detail: str, button: str) -> Response:
    response = page(request, "messages.html", title=title, detail=detail, button=button)
    response.headers.update(_HEADERS)
    return response


def _confirmed(t: Language) -> tuple[str, str]:
    return t.say("Your address is confirmed"), t.say("Messages come to it from now on.")


def _over(t: Language) -> tuple[str, str]:
    return t.say("This address was taken back"), t.say("Enter it again if you want messages.")


def _stopped(t: Language) -> tuple[str, str]:
    return t.say("That is done"), t.say("Nothing is sent to your address any more.")
