"""The one place where errors become answers: problem+json (RFC 9457), or a page for a reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from dapp.errors import (
    CrossSite,
    EnvelopesFull,
    Erased,
    Forbidden,
    InvalidInput,
    NotFound,
    RedressError,
    Retryable,
    SignInRequired,
)
from dapp.service.told import argument
from dapp.web.limits import SECURITY_HEADERS
from dapp.web.pages import error_page
from evidence import EvidenceError
from evidence.errors import CidInvalid, ContentRefused, FileTooLarge, VaultError

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:redress:problem:"

_API_PATHS = ("/v1/", "/ipfs/", "/healthz", "/readyz")
_HTTP_CODES = {
    404: ("unknown-route", "See /v1/openapi.json for the routes there are"),
    405: ("method-not-allowed", "The Allow header names the methods of this route"),
    408: ("too-slow", "Send it again over a better connection"),
    413: ("body-too-large", "Send less at once"),
    503: ("busy", "Send it again in a while"),
}
_RETRY = {"Retry-After": "2"}
_STATUSES: dict[type[RedressError], int] = {
    SignInRequired: 401,
    CrossSite: 403,
    Forbidden: 403,
    EnvelopesFull: 507,
    NotFound: 404,
    InvalidInput: 422,
    Retryable: 503,
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, for people (`detail`, `remedy`) and for programs (`code`, `fields`)."""

    status: int
    code: str
    detail: str
    remedy: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        remedy = {} if self.remedy is None else {"remedy": self.remedy}
        return {
            "type": TYPE_PREFIX + self.code,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **remedy,
            **({"fields": argument(self.fields)} if self.fields else {}),
        }


def install(app: FastAPI) -> None:
    """Every error that leaves a route is answered from here."""
    for kind in (RedressError, EvidenceError, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, answer)


async def answer(request: Request, error: Exception) -> Response:
    found = problem(error)
    if found.status >= 500:
        log.error("request failed", path=request.url.path, code=found.code, exc_info=error)
    if not request.url.path.startswith(_API_PATHS):
        response = error_page(request, found.status, found.code, found.detail, found.remedy)
    else:
        response = JSONResponse(found.body(), found.status, media_type=MEDIA_TYPE)
    # What nobody foresaw is answered outside of every middleware.
    response.headers.update({**SECURITY_HEADERS, **found.headers})
    return response


def problem(error: Exception) -> Problem:
    """Anything at all becomes a problem; what nobody foresaw is `internal-error`."""
    if isinstance(error, RedressError):
        headers = _RETRY if isinstance(error, Retryable) else {}
        remedy, fields = error.remedy, error.fields
        return Problem(_status(error), error.code, error.message, remedy, fields, headers)
    if isinstance(error, EvidenceError):
        code = error.code.replace("_", "-")
        return Problem(_evidence_status(error), code, error.message, None, error.fields)
    if isinstance(error, RequestValidationError):
        return _validation(error)
    if isinstance(error, HTTPException):
        code, remedy = _HTTP_CODES.get(error.status_code, ("bad-request", None))
        headers = dict(error.headers or {})
        return Problem(error.status_code, code, str(error.detail), remedy, headers=headers)
    return Problem(
        500, "internal-error", "Something broke on our side", "Try again; the server's log has it"
    )


def _status(error: RedressError) -> int:
    if isinstance(error, Erased):
        return error.status
    found = (status for kind, status in _STATUSES.items() if isinstance(error, kind))
    return next(found, 409)


def _evidence_status(error: EvidenceError) -> int:
    if isinstance(error, VaultError):
        return 507 if error.code == "vault_full" else 503
    if isinstance(error, FileTooLarge):
        return 413
    if isinstance(error, ContentRefused):
        return int(error.fields.get("status", 410))
    return 400 if isinstance(error, CidInvalid) else 422


def _validation(error: RequestValidationError) -> Problem:
    faults = [
        {"field": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
        for fault in error.errors()
    ]
    if any(fault["type"] == "json_invalid" for fault in error.errors()):
        return Problem(400, "json-invalid", "The body is not JSON", "Send a JSON object")
    detail = "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults[:3])
    return Problem(422, "invalid-request", detail, "Correct these fields", {"faults": faults})
