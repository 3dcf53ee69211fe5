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
    AnchorOff,
    BudgetExhausted,
    CrossSite,
    DraftsFull,
    EnvelopesFull,
    Erased,
    Forbidden,
    InvalidInput,
    NotFound,
    RedressError,
    RelayOff,
    Retryable,
    SignInRequired,
    TooMany,
)
from dapp.service.told import argument
from dapp.web.limits import SECURITY_HEADERS
from dapp.web.pages import error_page
from dapp.web.requests import route_of
from evidence import EvidenceError
from evidence.errors import (
    BudgetSpent,
    ChecksumMismatch,
    CidInvalid,
    ContentRefused,
    FileTooLarge,
    OffsetMismatch,
    ShareFull,
    UploadBusy,
    UploadExpired,
    UploadIncomplete,
    UploadMissing,
    UploadTooLarge,
    VaultError,
    VaultFull,
)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:redress:problem:"

_API_PATHS = ("/v1/", "/ipfs/", "/healthz", "/readyz")
_HTTP_CODES = {
    404: ("unknown-route", "See /v1/openapi.json for the routes there are"),
    405: ("method-not-allowed", "The Allow header names the methods of this route"),
    408: ("too-slow", "Send it again over a better connection"),
    412: ("tus-version-unsupported", "Send Tus-Resumable: 1.0.0"),
    413: ("body-too-large", "Send less at once"),
    415: ("media-type-unsupported", None),
    503: ("busy", "Send it again in a while"),
}
_RETRY_SECONDS = 2
_RETRY = {"Retry-After": str(_RETRY_SECONDS)}
_STATUSES: dict[type[RedressError], int] = {
    SignInRequired: 401,
    CrossSite: 403,
    Forbidden: 403,
    EnvelopesFull: 507,
    DraftsFull: 507,
    NotFound: 404,
    InvalidInput: 422,
    AnchorOff: 409,
    RelayOff: 409,
    BudgetExhausted: 429,
    TooMany: 429,
    Retryable: 503,
}
_EVIDENCE_STATUSES: dict[type[EvidenceError], int] = {
    UploadMissing: 404,
    UploadExpired: 410,
    UploadBusy: 423,
    UploadIncomplete: 409,
    UploadTooLarge: 413,
    OffsetMismatch: 409,
    ChecksumMismatch: 460,
    BudgetSpent: 429,
    ShareFull: 507,
    VaultFull: 507,
    VaultError: 503,
    FileTooLarge: 413,
    CidInvalid: 400,
}
"""The first that fits."""
_OWN_PHRASES = {460: "Checksum Mismatch"}
"""Of statuses that are tus's own."""

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
            "title": _OWN_PHRASES.get(self.status) or HTTPStatus(self.status).phrase,
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
        _tell(error, route=route_of(request.scope), code=found.code)
    if not request.url.path.startswith(_API_PATHS):
        response = error_page(request, found.status, found.code, found.detail, found.remedy)
    else:
        response = JSONResponse(found.body(), found.status, media_type=MEDIA_TYPE)
    # What nobody foresaw is answered outside of every middleware.
    of_route = getattr(request.state, "headers", {})
    response.headers.update({**SECURITY_HEADERS, **of_route, **found.headers})
    if found.status in (401, 403):
        response.headers["Cache-Control"] = "no-store"
    return response


def _tell(error: Exception, **where: str) -> None:
    """Outages pass, and come by the hundred: where in the code each was met helps nobody."""
    if isinstance(error, Retryable):
        log.warning("request failed", reason=str(error), **where)
    else:
        log.error("request failed", exc_info=error, **where)


def problem(error: Exception) -> Problem:
    """Anything at all becomes a problem; what nobody foresaw is `internal-error`."""
    if isinstance(error, RedressError):
        headers = _retry(error)
        remedy, fields = error.remedy, error.fields
        return Problem(_status(error), error.code, error.message, remedy, fields, headers)
    if isinstance(error, EvidenceError):
        code = error.code.replace("_", "-")
        headers = _RETRY if isinstance(error, UploadBusy) else {}
        return Problem(_evidence_status(error), code, error.message, None, error.fields, headers)
    if isinstance(error, RequestValidationError):
        return _validation(error)
    if isinstance(error, HTTPException):
        code, remedy = _HTTP_CODES.get(error.status_code, ("bad-request", None))
        headers = dict(error.headers or {})
        return Problem(error.status_code, code, str(error.detail), remedy, headers=headers)
    return Problem(
        500, "internal-error", "Something broke on our side", "Try again; the server's log has it"
    )


def _retry(error: RedressError) -> dict[str, str]:
    if not isinstance(error, Retryable):
        return {}
    return {"Retry-After": str(error.fields.get("retry_after_seconds", _RETRY_SECONDS))}


def _status(error: RedressError) -> int:
    if isinstance(error, Erased):
        return error.status
    found = (status for kind, status in _STATUSES.items() if isinstance(error, kind))
    return next(found, 409)


def _evidence_status(error: EvidenceError) -> int:
    if isinstance(error, ContentRefused):
        return int(error.fields.get("status", 410))
    found = (status for kind, status in _EVIDENCE_STATUSES.items() if isinstance(error, kind))
    return next(found, 422)


def _validation(error: RequestValidationError) -> Problem:
    faults = [
        {"field": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
        for fault in error.errors()
    ]
    if any(fault["type"] == "json_invalid" for fault in error.errors()):
        return Problem(400, "json-invalid", "The body is not JSON", "Send a JSON object")
    detail = "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults[:3])
    return Problem(422, "invalid-request", detail, "Correct these fields", {"faults": faults})
