"""The HTML pages; `router` serves them and `error_page` says what went wrong to a reader."""

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

router = APIRouter()


def error_page(
    request: Request, status: int, code: str, detail: str, remedy: str | None
) -> Response:
    return PlainTextResponse(f"{detail}. {remedy or ''} ({code})", status)
