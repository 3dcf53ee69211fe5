"""`redress audit`: looks again and again whether all is as the record says."""

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import httpx
import msgspec
import structlog
import typer
from prometheus_client import Gauge, start_http_server

from dapp.cli.failure import Mismatch
from dapp.cli.logging import configure
from dapp.cli.output import as_json, table
from dapp.cli.session import AsJson, builders
from dapp.cli.stopping import stopping
from dapp.domain.types import OrganisationId
from dapp.errors import Retryable
from dapp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dapp.service.parts import Parts
    from dapp.service.watch import Finding

_FINDINGS = Gauge("redress_audit_findings", "What is not as it should be", ["chain", "code"])
_LOOKED = Gauge(
    "redress_audit_looked_at_seconds", "When all was looked at the last time", ["chain"]
)
_WEBHOOK_SECONDS = 10.0

_log = structlog.get_logger("audit")


def audit(
    context: typer.Context,
    every: Annotated[
        int | None, typer.Option(min=1, help="Go on, and look every so many seconds.")
    ] = None,
    organisation: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Make and verify the whole record of this organisation, too."),
    ] = None,
    full_hours: Annotated[
        float, typer.Option(min=0.001, help="With --every: so often is that done.")
    ] = 24.0,
    json: AsJson = False,
) -> None:
    """Compare index and chain, money and what is owed, evidence and what is kept.

    Once, and exit 1 if anything is wrong; with --every until SIGTERM or SIGINT. What is found goes
    to REDRESS_AUDIT_WEBHOOK, too, whenever it changes.
    """
    settings = Settings()
    whole = [OrganisationId(number) for number in organisation or []]
    if every is not None:
        configure(settings)
        asyncio.run(_watch(context, settings, every, _Round(whole, full_hours * 3600)))
        return
    found = asyncio.run(_once(context, settings, _Round(whole, 0.0)))
    if json:
        as_json({"findings": msgspec.to_builtins(found)})
    elif found:
        table(("code", "what", "how it is"), [(f.code, f.subject, f.detail) for f in found])
    else:
        print("all is as the record says")
    if found:
        raise Mismatch


class _Round:
    """What is looked at each time, and what less often.

    Args:
        whole: the organisations whose whole records are verified.
        seconds: so long what was found in them holds.
    """

    def __init__(self, whole: "Sequence[OrganisationId]", seconds: float) -> None:
        self._whole = whole
        self._seconds = seconds
        self._next = 0.0
        self._found: list[Finding] = []

    async def look(self, parts: "Parts") -> "list[Finding]":
        """Raises Retryable."""
        found = await parts.watch.look()
        if self._whole and time.monotonic() >= self._next:
            self._found = [
                one for number in self._whole for one in await parts.full_audit.look(number)
            ]
            self._next = time.monotonic() + self._seconds
        return found + self._found


async def _once(context: typer.Context, settings: Settings, round_: _Round) -> "Sequence[Finding]":
    async with builders(context).parts(settings) as parts:
        found = await round_.look(parts)
        if found:
            await _tell(parts, found)
        return found


async def _watch(context: typer.Context, settings: Settings, every: int, round_: _Round) -> None:
    stop = stopping()
    if settings.metrics_port:
        start_http_server(settings.metrics_port, "127.0.0.1")
    async with builders(context).parts(settings) as parts:
        told: Sequence[Finding] = []
        while not stop.is_set():
            told = await _look(parts, round_, told)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every)


async def _look(parts: "Parts", round_: _Round, told: "Sequence[Finding]") -> "Sequence[Finding]":
    """What somebody was told the last time."""
    try:
        found = await round_.look(parts)
    except Retryable as error:
        _log.warning("could not look", code=error.code, reason=error.message)
        return told
    _show(parts, found)
    return found if found == told or await _tell(parts, found) else told


def _show(parts: "Parts", found: "Sequence[Finding]") -> None:
    chain = parts.deployment.name
    _FINDINGS.clear()
    for one in found:
        _FINDINGS.labels(chain, one.code).inc()
        _log.error("found", code=one.code, subject=one.subject, detail=one.detail)
    _LOOKED.labels(chain).set(time.time())
    _log.info("looked", findings=len(found))


async def _tell(parts: "Parts", found: "Sequence[Finding]") -> bool:
    """Whether nobody must be told again."""
    webhook = parts.settings.audit_webhook
    if not webhook:
        return True
    body = {"deployment": parts.deployment.name, "findings": msgspec.to_builtins(found)}
    try:
        async with httpx.AsyncClient(timeout=_WEBHOOK_SECONDS) as client:
            (await client.post(webhook, json=body)).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # The address may hold a key.
        _log.warning("the webhook did not take it", kind=type(error).__name__)
        return False
    return True
