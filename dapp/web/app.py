"""Puts the web application together around the parts it is given."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from dapp.service.parts import Parts
from dapp.web import api, pages, problems
from dapp.web.api import envelopes, evidence, session
from dapp.web.limits import BodyLimit, SecurityHeaders
from dapp.web.stream import Hub

STATIC = Path(__file__).parent / "static"

_MAX_BODY_BYTES = 256 * 1024
_LARGE_BODIES_AT_ONCE = 8
"""As if each were a submission as large as may be."""


def create_app(parts: Parts) -> FastAPI:
    """The pages, the API and their one error handler; its lifespan runs what goes on."""
    app = FastAPI(
        title="Redress",
        version=version("redress"),
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.parts = parts
    app.state.hub = Hub(parts.news)
    app.include_router(api.router)
    app.include_router(api.unversioned)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=STATIC, check_dir=False), "static")
    problems.install(app)
    app.add_middleware(
        BodyLimit,
        default_bytes=_MAX_BODY_BYTES,
        bytes_by_path={
            evidence.PATH: parts.settings.max_upload_bytes,
            **session.BODY_BYTES,
            **envelopes.BODY_BYTES,
        },
        at_once_bytes=_LARGE_BODIES_AT_ONCE * parts.settings.max_upload_bytes,
    )
    app.add_middleware(SecurityHeaders)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: Parts = app.state.parts
    work = (app.state.hub.run(), parts.outbox.run(), parts.erasure.run())
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        app.state.hub.close()
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
