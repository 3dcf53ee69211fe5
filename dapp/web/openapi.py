"""The API's description: what FastAPI knows of the routes, and what it cannot know.

Errors are answered in one place for all routes, so they are described in one place as well: from
what an operation takes, and from whom. Examples are files, `examples/OPERATION.json`.
"""

import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from dapp.web.api import accounts

Json = dict[str, Any]

_PROBLEM = "application/problem+json"
_SCHEMA: Json = {
    "title": "Problem",
    "description": "RFC 9457. `code` is stable; `detail` and `remedy` are for people.",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "remedy": {"type": "string"},
        "fields": {"type": "object", "description": "What it is about, by name"},
    },
}
_MEANINGS = {
    400: ("json-invalid", "The request makes no sense as it stands"),
    401: ("sign-in-required", "Nobody is signed in"),
    403: ("forbidden", "No right to it, or asked for by another site"),
    404: ("not-found", "There is no such thing"),
    406: ("not-acceptable", "Not in a form that was asked for"),
    408: ("too-slow", "The body did not come in time"),
    409: ("refused", "The rules forbid it as things stand"),
    410: ("evidence-erased", "It was taken away for good"),
    412: ("tus-version-unsupported", "It is another version of tus, or does not say which"),
    413: ("body-too-large", "The body is too long"),
    415: ("media-type-unsupported", "The body is of another type"),
    416: ("range-invalid", "The range is outside of it"),
    422: ("invalid-request", "A value makes no sense; `fields` names each fault"),
    423: ("upload-busy", "A part is coming in; go on after it"),
    429: ("too-many-requests", "Too much at once; Retry-After says for how long to wait"),
    451: ("evidence-erased", "It was taken away for legal reasons"),
    460: ("checksum-mismatch", "The part is not what its checksum says; nothing of it counts"),
    502: ("block-missing", "Part of it is not to be had"),
    503: ("database-unavailable", "Something that is needed is away; try again"),
    507: ("vault-full", "There is no room for it"),
}
_ERASED = (410, 451)
_OWN = {
    "/v1/evidence": (507,),
    "/v1/evidence/{digest}": _ERASED,
    "/v1/evidence/{digest}/envelopes": (*_ERASED, 507),
    "/v1/evidence/{digest}/envelope": _ERASED,
    "/v1/evidence/{digest}/readers": _ERASED,
    "/v1/evidence/{digest}/unopened": _ERASED,
    "/v1/cases/{complaint}/bundle": (409,),
    "/v1/organisations/{organisation}/bundle": (409,),
    "/v1/arbitrators/{address}/foreseen": (409,),
    "/v1/cases/{complaint}/panel": (409,),
    "/v1/me/deadlines.ics": (404,),
    "/v1/drafts/email": (401, 404, 415, 507),
    "/v1/drafts/email/files/{place}": (401,),
    "/v1/me/drafts/{name}": (507,),
    "/v1/uploads": (412, 413, 507),
    "/v1/uploads/{upload}": (408, 410, 412, 413, 415, 423, 460, 507),
    "/ipfs/{path}": (400, 404, 406, *_ERASED, 416, 502),
}
_ABOUT = (
    "Amounts are decimal strings in the smallest unit, times Unix seconds and RFC 3339, chains "
    "CAIP-2 names. What shows chain facts says `as_of_block` and `finality`. Errors are "
    "problem+json (RFC 9457). A POST that stores something may bear an `Idempotency-Key`."
)
_NEVER_FAIL = ("/healthz", "/readyz")


def install(app: FastAPI) -> None:
    """Describes the routes that the application has when it is first asked."""

    @cache
    def described() -> Json:
        return describe(app)

    app.openapi = described  # type: ignore[method-assign]


def name_of(route: APIRoute) -> str:
    """An operation's id: its first tag and its function's name."""
    words = [str(tag) for tag in route.tags[:1]] + [route.name.strip("_")]
    return "-".join(words).replace("_", "-")


def describe(app: FastAPI) -> Json:
    found = get_openapi(title=app.title, version=app.version, description=_ABOUT, routes=app.routes)
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _SCHEMA
    private = _private(app)
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            operation["summary"] = operation.get("description", "").partition("\n")[0]
            responses = operation["responses"]
            responses.pop("422", None)
            is_private = (path, method) in private
            for status in statuses(path, method, operation, is_private=is_private):
                responses.setdefault(str(status), _problem(status))
            _fill(operation, example(operation["operationId"]))
    return found


def statuses(path: str, method: str, operation: Json, *, is_private: bool) -> Iterator[int]:
    """With what an operation may fail."""
    if path in _NEVER_FAIL:
        return
    if "parameters" in operation or "requestBody" in operation:
        yield 422
    if "{" in path:
        yield 404
    if "requestBody" in operation:
        yield from (400, 408, 413)
    if method != "get":
        yield 409
    if is_private:
        yield from (401, 403)
    elif method != "get" and "session" in operation["tags"]:
        yield 403
    yield from _OWN.get(path, ())
    yield from (429, 503)


def _private(app: FastAPI) -> set[tuple[str, str]]:
    """Path and method of what is only for who is signed in."""
    return {
        (str(route.path_format), method.lower())
        for route in iter_route_contexts(app.routes)
        if isinstance(getattr(route, "dependant", None), Dependant)
        and {accounts.required_account, accounts.in_browser} & set(_calls(route.dependant))
        for method in route.methods or ()
    }


def _calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for one in dependant.dependencies:
        yield from _calls(one)


def example(operation: str) -> Json:
    """What was asked and answered once, by the operation's id; empty if nobody wrote it down."""
    file = resources.files("dapp.web.api") / "examples" / f"{operation}.json"
    found: Json = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found


def _fill(operation: Json, found: Json) -> None:
    success = next(one for status, one in operation["responses"].items() if status < "300")
    for media in success.get("content", {}).values():
        if "answer" in found:
            media["example"] = found["answer"]
    for media in operation.get("requestBody", {}).get("content", {}).values():
        if "body" in found:
            media["example"] = found["body"]


def _problem(status: int) -> Json:
    code, meaning = _MEANINGS[status]
    body = {
        "type": f"urn:redress:problem:{code}",
        "title": meaning,
        "status": status,
        "code": code,
        "detail": meaning,
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": meaning, "content": {_PROBLEM: {"schema": schema, "example": body}}}
