"""The trustless gateway by HTTP: content by its CID. What it answers is `evidence.gateway`'s."""

import structlog
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Send

from dapp.web.api.inputs import PartsOf
from evidence import EvidenceError, gateway

router = APIRouter(prefix="/ipfs", tags=["evidence"])

log = structlog.get_logger()


@router.options("/{path:path}", include_in_schema=False)
@router.head("/{path:path}", include_in_schema=False)
@router.get("/{path:path}", response_class=Response)
async def content(parts: PartsOf, request: Request, path: str) -> Response:
    """A block (`?format=raw`), a CAR (`?format=car`), or a file's bytes, by CID and path.

    As specs.ipfs.tech/http-gateways/trustless-gateway has it; only what is held here.
    """
    answer = await to_thread.run_sync(parts.evidence.gateway.answer, _asked(request))
    if answer.status >= 500 and answer.error is not None:
        log.error("gateway failed", path=path, code=answer.error.code, reason=answer.error.message)
    return _Streamed(answer.body, answer.status, answer.headers)


def _asked(request: Request) -> gateway.Request:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    # Decoded, a slash within a name could not be told from one between names.
    path = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    return gateway.Request(request.method, path, query, headers)


class _Streamed(StreamingResponse):
    async def stream_response(self, send: Send) -> None:
        """Where a part is missing the last message is never sent: the server then breaks the
        connection off, and what was sent cannot pass for the whole."""
        try:
            await super().stream_response(send)
        except EvidenceError as error:
            log.error("gateway broke off", code=error.code, reason=error.message)
