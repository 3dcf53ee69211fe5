"""A made-up case to practise on: plain forms, nothing is stored, nothing is on a chain."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from dapp.errors import InvalidInput
from dapp.service import practice as rehearsal
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.presentation.practice import made_up, result

router = APIRouter()

_PATH = "/panel/practice"
Short = Annotated[str, Form(max_length=100)]
Long = Annotated[str, Form(max_length=10_000)]


@router.get(_PATH)
async def practice(request: Request) -> Response:
    """The brief and the vote."""
    return _page(request, "vote")


@router.post(_PATH)
async def step(
    request: Request, step: Short = "", vote: Short = "", receipt: Long = "", commitment: Short = ""
) -> Response:
    """The next step: what it needs comes with it, so nothing is kept between them."""
    t, terms = language_of(request), parts_of(request).deployment.track(0)
    try:
        if step == "commit":
            hidden = rehearsal.cast(vote)
            told: dict[str, Any] = {"commitment": hidden.commitment, "receipt": hidden.receipt}
            return _page(request, "sealed", **told)
        seen = rehearsal.opened(receipt, commitment).vote if step == "reveal" else None
        end = rehearsal.ended(seen, terms)
        return _page(request, "end", result=result(end, t))
    except InvalidInput as error:
        if step == "commit":
            return _page(request, "vote", 422, wrong=error.code)
        told = {"commitment": commitment, "receipt": receipt}
        return _page(request, "sealed", 422, wrong=error.code, **told)


def _page(request: Request, step: str, status: int = 200, **more: Any) -> Response:
    t, terms = language_of(request), parts_of(request).deployment.track(0)
    shown = {"commitment": "", "receipt": "", "wrong": "", "result": None, **more}
    return page(request, "practice.html", status, step=step, case=made_up(t, terms), **shown)
