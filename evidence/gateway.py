"""A trustless gateway: what this instance holds, by CID, in forms that anyone can check.

specs.ipfs.tech/http-gateways/trustless-gateway: single blocks and CARs. Without a format asked for
it gives a file's bytes, to be saved, never shown. It fetches nothing for strangers. No framework:
a `Request` comes in, a `Response` goes out.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from evidence.car import write_blocks
from evidence.cid import CID
from evidence.dag import BlockSource, Sparing, links_of, load
from evidence.directory import step
from evidence.errors import ContentRefused, EvidenceError
from evidence.gateway_car import car_blocks
from evidence.gateway_range import Span, parse_range
from evidence.gateway_request import (
    CAR_TYPE,
    RAW_TYPE,
    Format,
    Request,
    Scope,
    Wanted,
    parse_request,
)
from evidence.gateway_response import (
    FOR_ALL,
    FOR_ANY_ORIGIN,
    PREFLIGHT,
    Response,
    attachment,
    not_modified,
    refusal,
)
from evidence.unixfs import file_node, read_node

__all__ = ["Gateway", "Request", "Response"]

_FOR_EVER = "public, max-age=29030400, immutable"
_ETAG = re.compile(r'"[^"]*"')


class _Found(NamedTuple):
    cid: CID
    block: bytes
    path: tuple[CID, ...]
    """The blocks that lead to it, shards too."""
    roots: tuple[CID, ...]
    """One for the CID asked for, and one for each name of the path."""


class Gateway:
    """Blocking: it reads and hashes blocks. Any number of threads may use one."""

    def __init__(
        self, source: BlockSource, refused: Callable[[CID], int | None] = lambda cid: None
    ) -> None:
        """`refused` says 410 or 451 of content that is not to be given out, whether held or not.

        It is asked about every block before it is read. A block has several CIDs (versions,
        codecs); they share the multihash.
        """
        self._source = source
        self._refused = refused

    def answer(self, request: Request) -> Response:
        """Raises no EvidenceError: a refusal is an answer, too (RFC 9457)."""
        if request.method == "OPTIONS":
            return Response(204, {**FOR_ALL, **FOR_ANY_ORIGIN, **PREFLIGHT}, iter(()))
        try:
            response = self._answer(request)
        except EvidenceError as error:
            response = refusal(error, request)
        if request.method == "HEAD":
            return Response(response.status, response.headers, iter(()), response.error)
        return response

    def _answer(self, request: Request) -> Response:
        wanted = parse_request(request)
        source = Sparing(self._read)
        found = _find(wanted.root, wanted.names, source)
        if wanted.format is Format.CAR:
            return self._car(request, wanted, found)
        if wanted.format is Format.RAW:
            headers = _trustless(wanted, found, RAW_TYPE, f'"{found.cid}.raw"', "bin")
            block = found.block
            return _bytes(request, headers, len(block), lambda span: iter([block[slice(*span)]]))
        node = file_node(found.cid, found.block)
        headers = _headers(wanted, found, "application/octet-stream", f'"{found.cid}"')
        headers |= {
            "Content-Disposition": attachment(wanted.filename),
            "Cross-Origin-Resource-Policy": "same-origin",
        }

        def pieces(span: Span) -> Iterator[bytes]:
            return source.passing(read_node(node, source, *span))

        return _bytes(request, headers, node.size, pieces)

    def _car(self, request: Request, wanted: Wanted, found: _Found) -> Response:
        if wanted.scope is Scope.ALL:
            links_of(found.cid, found.block)  # else it would break off after the first block
        dups = "y" if wanted.again else "n"
        kind = f"{CAR_TYPE}; version=1; order=dfs; dups={dups}"
        headers = _trustless(wanted, found, kind, _car_etag(wanted), "car")
        headers["Accept-Ranges"] = "none"
        if _is_known(request, headers["ETag"]):
            return not_modified(headers)
        blocks = car_blocks(wanted, found.path, found.cid, self._read)
        return Response(200, headers, write_blocks(found.cid, blocks))

    def _read(self, cid: CID) -> bytes:
        status = self._refused(cid)
        if status is not None:
            raise ContentRefused(f"{cid} is not given out here", cid=str(cid), status=status)
        return self._source(cid)


def _find(root: CID, names: Sequence[str], source: BlockSource) -> _Found:
    block = load(root, source)
    roots, path = [root], list[CID]()
    while names:
        (cid, visited), names = step(roots[-1], names, source)
        roots.append(cid)
        path += visited
    if path:
        block = load(roots[-1], source)
    return _Found(roots[-1], block, tuple(path), tuple(roots))


def _bytes(
    request: Request, headers: dict[str, str], size: int, pieces: Callable[[Span], Iterator[bytes]]
) -> Response:
    """Content whose size is known, or the part of it that was asked for."""
    if _is_known(request, headers["ETag"]):
        return not_modified(headers)
    headers["Accept-Ranges"] = "bytes"
    unchanged = request.headers.get("if-range", headers["ETag"]) == headers["ETag"]
    asked = request.headers.get("range", "") if request.method == "GET" and unchanged else ""
    span = parse_range(asked, size)
    status = 200 if span is None else 206
    if span is not None:
        headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    span = span or Span(0, size)
    headers["Content-Length"] = str(span.stop - span.start)
    return Response(status, headers, pieces(span))


def _headers(wanted: Wanted, found: _Found, media_type: str, etag: str) -> dict[str, str]:
    return {
        **FOR_ALL,
        "Content-Type": media_type,
        "ETag": etag,
        "Cache-Control": _FOR_EVER,
        "X-Ipfs-Path": wanted.path,
        "X-Ipfs-Roots": ",".join(map(str, found.roots)),
    }


def _trustless(
    wanted: Wanted, found: _Found, media_type: str, etag: str, suffix: str
) -> dict[str, str]:
    return {
        **_headers(wanted, found, media_type, etag),
        **FOR_ANY_ORIGIN,
        "Content-Disposition": attachment(wanted.filename or f"{found.cid}.{suffix}"),
        "Content-Location": wanted.location,
    }


def _car_etag(wanted: Wanted) -> str:
    """The scope first, as the specification has it; order and version are always the same."""
    path = hashlib.sha256(wanted.path.encode()).hexdigest()[:32]
    dups = "y" if wanted.again else "n"
    return f'"{".".join(filter(None, (wanted.scope, wanted.span_text, dups, path, "car")))}"'


def _is_known(request: Request, etag: str) -> bool:
    known = request.headers.get("if-none-match", "").strip()
    return known == "*" or etag in _ETAG.findall(known)
