"""The least that FastAPI can do: routes that answer with bytes they are given, and nothing else.

The server's settings are those of `redress serve`.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
import uvloop
from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent
from psycopg_pool import AsyncConnectionPool
from starlette.responses import Response

from dapp.web.protocol import BoundedHttp

_ROW = b"SELECT body::text FROM complaint WHERE chain_id = %s AND id = %s"

_MESSAGE = json.dumps({"text": "." * 600})
"""About as long as an event."""


def app_of(answers: dict[str, list[str]], database_url: str, chain_id: int) -> FastAPI:
    """`/case/N` and `/list/N` answer with one of the bodies; `/row/N` reads a row by its key."""
    pool = AsyncConnectionPool(database_url, min_size=8, open=False, kwargs={"autocommit": True})
    bell: list[asyncio.Event] = [asyncio.Event()]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with pool:
            yield

    app = FastAPI(lifespan=lifespan)
    bodies = {name: [body.encode() for body in some] for name, some in answers.items()}

    @app.get("/case/{number}")
    async def case(number: int) -> Response:
        found = bodies["case"]
        return Response(found[number % len(found)], media_type="application/json")

    @app.get("/list/{number}")
    async def some(number: int) -> Response:
        found = bodies["list"]
        return Response(found[number % len(found)], media_type="application/json")

    @app.get("/same/{number}")
    async def same(number: int) -> Response:
        return Response(status_code=304)

    @app.get("/row/{number}")
    async def row(number: int) -> Response:
        async with pool.connection() as connection:
            rows = await (await connection.execute(_ROW, (chain_id, number))).fetchall()
        return Response(rows[0][0].encode(), media_type="application/json")

    @app.get("/stream", response_class=EventSourceResponse)
    async def stream() -> AsyncIterator[ServerSentEvent]:
        yield ServerSentEvent(comment="bare")
        while True:
            await bell[0].wait()
            yield ServerSentEvent(event="event", raw_data=_MESSAGE)

    @app.get("/ring")
    async def ring() -> Response:
        bell[0].set()
        bell[0] = asyncio.Event()
        return Response(status_code=204)

    return app


def main(port: str, answers: str, database_url: str, chain_id: str) -> None:
    bodies = json.loads(Path(answers).read_text(encoding="utf-8"))
    config = uvicorn.Config(
        app_of(bodies, database_url, int(chain_id)),
        port=int(port),
        loop="none",
        http=BoundedHttp,
        access_log=False,
        log_config=None,
        server_header=False,
    )
    uvloop.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main(*sys.argv[1:])
