"""What went wrong, in plain words, as a page."""

from fastapi import Request
from starlette.responses import Response

from dapp.web.i18n import DEFAULT, Language
from dapp.web.pages.render import language_of, page
from dapp.web.refusals import refusals


def error_page(
    request: Request, status: int, code: str, detail: str, remedy: str | None
) -> Response:
    """All in the reader's language; `detail` and `remedy` are English, as the service said them."""
    t = language_of(request)
    if t.tag != DEFAULT:
        detail = refusals(t).get(f"error-{code}", "")
        remedy = "" if detail else _way(status, t)
    return page(
        request,
        "error.html",
        status,
        title=_title(status, t),
        detail=detail,
        remedy=remedy or "",
        code=code,
    )


def _title(status: int, t: Language) -> str:
    if status == 404:
        return t.say("There is nothing here")
    if status == 503:
        return t.say("Not ready yet")
    if status >= 500:
        return t.say("Something broke on our side")
    return t.say("That cannot be shown")


def _way(status: int, t: Language) -> str:
    if status == 404:
        return t.say("Check the address. A case that was just filed shows once its block is read.")
    if status >= 500:
        return t.say("Wait a moment, then load the page again.")
    return t.say("Check what you typed.")
