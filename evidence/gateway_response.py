"""What the gateway answers with: headers, and refusals in words."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from evidence.errors import (
    BlockMissing,
    CidInvalid,
    CodecUnsupported,
    ContentRefused,
    DagError,
    EvidenceError,
    HashUnsupported,
    NameMissing,
    NotAcceptable,
    NotADirectory,
    NotAFile,
    PathInvalid,
    RangeUnsatisfiable,
    RequestInvalid,
    SymlinkNotFollowed,
    VaultError,
)
from evidence.gateway_request import Request

FOR_ALL = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept",
}
"""A stranger's bytes are never part of the site that serves them."""
FOR_ANY_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Content-Length, Content-Location, Content-Range, ETag, X-Ipfs-Path, X-Ipfs-Roots"
    ),
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Blocks and CARs are for any page that checks them; bare files for pages of this site."""
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Cache-Control, Content-Type, If-None-Match, If-Range, Range",
    "Access-Control-Max-Age": "86400",
}

_STATUS: tuple[tuple[type[EvidenceError], int], ...] = (
    (CidInvalid, 400),
    (PathInvalid, 400),
    (RequestInvalid, 400),
    (CodecUnsupported, 400),
    (BlockMissing, 404),
    (HashUnsupported, 404),
    (NameMissing, 404),
    (NotADirectory, 404),
    (SymlinkNotFollowed, 404),
    (NotAcceptable, 406),
    (NotAFile, 406),
    (RangeUnsatisfiable, 416),
    (DagError, 422),
    (VaultError, 503),
)
"""The first that fits counts; what fits none is the fault of this instance."""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: dict[str, str]
    body: Iterator[bytes]
    """Raises EvidenceError where a part turns out to be missing or rotten. The connection must
    then be broken off: an answer that ended as usual would look whole."""
    error: EvidenceError | None = None
    """What a refusal is about."""


def attachment(filename: str | None) -> str:
    """A Content-Disposition (RFC 6266), with an ASCII name for those who know no other."""
    if filename is None:
        return "attachment"
    plain = re.sub(r'[^ -~]|["\\%/]', "_", filename)
    extended = "" if plain == filename else f"; filename*=UTF-8''{quote(filename, safe='')}"
    return f'attachment; filename="{plain}"{extended}'


def not_modified(headers: dict[str, str]) -> Response:
    kept = {name: value for name, value in headers.items() if name != "Content-Type"}
    return Response(304, kept, iter(()))


def refusal(error: EvidenceError, request: Request) -> Response:
    """A problem (RFC 9457), in the form that the rest of the service gives."""
    status = _status(error, request)
    code = error.code.replace("_", "-")
    problem = {
        "type": f"urn:redress:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": error.message,
        "fields": error.fields,
    }
    body = json.dumps(problem).encode()
    headers = {
        **FOR_ALL,
        **FOR_ANY_ORIGIN,
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
    }
    if isinstance(error, RangeUnsatisfiable):
        headers["Content-Range"] = f"bytes */{error.fields['size']}"
    if error.retryable:
        headers["Retry-After"] = "2"
    return Response(status, headers, iter([body]), error)


def _status(error: EvidenceError, request: Request) -> int:
    if isinstance(error, ContentRefused):
        return int(error.fields["status"])
    only_cached = "only-if-cached" in request.headers.get("cache-control", "")
    if isinstance(error, BlockMissing) and only_cached:
        return 412  # what path-gateway asks for: nothing more is fetched here in any case
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
