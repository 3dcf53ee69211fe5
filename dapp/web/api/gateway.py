"""The trustless gateway by HTTP: content by its CID. What it answers is `evidence.gateway`'s."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import structlog
from anyio import CapacityLimiter, fail_after, to_thread
from anyio.lowlevel import RunVar
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Message, Send

from dapp.web.api.inputs import PartsOf
from evidence import EvidenceError, gateway

router = APIRouter(prefix="/ipfs", tags=["evidence"])

log = structlog.get_logger()

# Threads of its own: whoever asks for much here keeps nobody from pages and submissions.
_AT_ONCE = 8
_turns = RunVar[CapacityLimiter]("gateway turns")

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "A block, a CAR or bytes", "content": {"*/*": _BINARY}},
    206: {"description": "A range of a file's bytes", "content": {"*/*": _BINARY}},
    304: {"description": "Nothing has changed since the ETag that was sent"},
}

_STALL_SECONDS = 300
"""Until a reader who takes nothing is left: what is still to come takes memory."""


@router.options("/{path:path}", include_in_schema=False)
@router.head("/{path:path}", include_in_schema=False)
@router.get("/{path:path}", response_class=Response, responses=_RESPONSES)
async def content(parts: PartsOf, request: Request, path: str) -> Response:
    """A block (`?format=raw`), a CAR (`?format=car`), or a file's bytes, by CID and path.

    As specs.ipfs.tech/http-gateways/trustless-gateway has it; only what is held here.
    """
    work = parts.evidence.gateway.answer
    answer = await to_thread.run_sync(work, _asked(request), limiter=_limiter())
    if answer.status >= 500 and answer.error is not None:
        log.error("gateway failed", path=path, code=answer.error.code, reason=answer.error.message)
    return _Streamed(_pieces(answer.body), answer.status, answer.headers)


def _asked(request: Request) -> gateway.Request:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    # Decoded, a slash within a name could not be told from one between names.
    path = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    return gateway.Request(request.method, path, query, headers)


def _limiter() -> CapacityLimiter:
    found = _turns.get(None)
    if found is None:
        found = CapacityLimiter(_AT_ONCE)
        _turns.set(found)
    return found


async def _pieces(body: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await to_thread.run_sync(next, body, None, limiter=_limiter())) is not None:
        yield piece


class _Streamed(StreamingResponse):
    async def stream_response(self, send: Send) -> None:
        """Where a part is missing the last message is never sent: the server then breaks the
        connection off, and what was sent cannot pass for the whole."""

        async def in_time(message: Message) -> None:
            with fail_after(_STALL_SECONDS):
                await send(message)

        try:
            await super().stream_response(in_time)
        except EvidenceError as error:
            log.error("gateway broke off", code=error.code, reason=error.message)
        except TimeoutError:
            log.info("a reader of the gateway takes nothing any more")
