"""Puts the web application together around the parts it is given."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from dapp.service.parts import Parts
from dapp.web import api, openapi, pages, problems, telemetry
from dapp.web.answers import KeptAnswers
from dapp.web.api import anchored, drafts, envelopes, evidence, relay, session, uploads
from dapp.web.delivery import Compressed, Files
from dapp.web.limits import BodyLimit, OpenReads, SecurityHeaders
from dapp.web.meters import Meters
from dapp.web.once import Once
from dapp.web.quotas import Quotas
from dapp.web.requests import Requests
from dapp.web.shortcuts import Shortcuts
from dapp.web.stream import Hub

STATIC = Path(__file__).parent / "static"

_MAX_BODY_BYTES = 256 * 1024
_LARGE_BODIES_AT_ONCE = 8
"""As if each were a submission as large as may be."""


def create_app(parts: Parts) -> FastAPI:
    """The pages, the API and their one error handler; its lifespan runs what goes on."""
    app = _routed()
    app.state.parts = parts
    app.state.kept = parts.kept
    app.state.leaving = False
    app.state.hub = Hub(parts.news, parts.feed)
    app.state.meters = Meters(parts, app.state.hub)
    app.mount("/static", Files(directory=STATIC, check_dir=False), "static")
    problems.install(app)
    # The innermost: reads that are kept ready never come to it.
    app.add_middleware(Compressed)
    app.add_middleware(Shortcuts, cases=parts.cases, kept=parts.kept)
    app.add_middleware(KeptAnswers, kept=parts.kept)
    app.add_middleware(Once, given=parts.given)
    app.add_middleware(
        BodyLimit,
        default_bytes=_MAX_BODY_BYTES,
        bytes_by_path={
            evidence.PATH: parts.settings.max_upload_bytes,
            uploads.ONE: parts.settings.max_file_bytes,
            drafts.PATH: parts.mail_door.most_bytes,
            **session.BODY_BYTES,
            **envelopes.BODY_BYTES,
            **relay.BODY_BYTES,
            **anchored.BODY_BYTES,
        },
        at_once_bytes=_LARGE_BODIES_AT_ONCE * parts.settings.max_upload_bytes,
        streamed=[uploads.ONE],
    )
    settings = parts.settings
    app.add_middleware(
        Quotas,
        reads=settings.reads_per_minute,
        writes=settings.writes_per_minute,
        proxies=settings.trusted_proxies,
    )
    app.add_middleware(OpenReads)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Requests)
    telemetry.install(app)
    return app


def description() -> dict[str, Any]:
    """What /v1/openapi.json answers; it needs neither a database nor a node."""
    return _routed().openapi()


def _routed() -> FastAPI:
    app = FastAPI(
        title="Redress",
        version=version("redress"),
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=openapi.name_of,
    )
    app.include_router(api.router)
    app.include_router(api.unversioned)
    app.include_router(pages.router)
    openapi.install(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: Parts = app.state.parts
    work = (
        app.state.hub.run(),
        app.state.meters.run(),
        parts.keeping.run(),
        parts.outbox.run(),
        parts.erasure.run(),
        parts.sweep.run(),
    )
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        app.state.hub.close()
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
