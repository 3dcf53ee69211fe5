"""What the server measures, for Prometheus: on a port of this machine alone, not among the pages.

The port is another than the pages', so no proxy in front of them hands it on by mistake.
"""

import asyncio
import time
from contextlib import suppress

import structlog
from prometheus_client import Gauge, start_http_server

from dapp.errors import DatabaseUnavailable, RedressError
from dapp.service.parts import Parts
from dapp.web.stream import Hub

log = structlog.get_logger()

_SECONDS = 5.0

_BLOCK = Gauge("redress_head_block", "The last block that is indexed")
_LAG = Gauge("redress_head_lag_blocks", "Blocks that the node has and the index not")
_AGE = Gauge("redress_head_age_seconds", "Since the last block was indexed")
_DEPTH = Gauge("redress_reorg_depth", "Blocks taken off the last time")
_QUEUE = Gauge("redress_replication_queue", "DAGs, by target and state", ["target", "state"])
_FAILED = Gauge("redress_pin_failures", "DAGs that a target refused", ["target"])
_LATE = Gauge("redress_sla_acknowledgements_late", "First replies whose time is over")
_DUE = Gauge("redress_sla_answers_due", "Answers that are due within a day")
_READERS = Gauge("redress_stream_readers", "Who listens to the stream")
_UP = Gauge("redress_database_up", "Whether the database answers")


class Meters:
    """Reads now and then what no request tells; relay and keeper have meters of their own."""

    def __init__(self, parts: Parts, hub: Hub) -> None:
        self._parts = parts
        self._hub = hub

    async def run(self) -> None:
        """For ever, where a port is set. Raises OSError where it is taken."""
        port = self._parts.settings.web_metrics_port
        if not port:
            return
        server, _ = start_http_server(port, "127.0.0.1")
        try:
            while True:
                await self.read()
                await asyncio.sleep(_SECONDS)
        finally:
            server.shutdown()
            server.server_close()

    async def read(self) -> None:
        """Once; what is away keeps its last value."""
        _READERS.set(self._hub.readers)
        try:
            await self._index()
        except RedressError as error:
            _UP.set(not isinstance(error, DatabaseUnavailable))
            log.warning("not measured", code=error.code)

    async def _index(self) -> None:
        found = await self._parts.meters.read((await self._parts.clock.moment()).now)
        _UP.set(1)
        _DEPTH.set(found.reorg_depth)
        _LATE.set(found.acknowledgements_late)
        _DUE.set(found.answers_due)
        _QUEUE.clear()
        _FAILED.clear()
        for (target, state), count in found.queues.items():
            _QUEUE.labels(target, state).set(count)
            if state == "failed":
                _FAILED.labels(target).set(count)
        if found.block is not None:
            _BLOCK.set(found.block)
            _AGE.set(max(0.0, time.time() - found.indexed_at))
            with suppress(RedressError):
                _LAG.set(max(0, await self._parts.status.node_head() - found.block))
