"""What writes the index. Apart from the rest, so that it starts quickly and stays small."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from prometheus_client import start_http_server

from dapp.bootstrap.nodes import expected, nodes_of
from dapp.chain import heads
from dapp.chain.deployment import connect
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.errors import Retryable
from dapp.indexer.loop import Indexer
from dapp.settings import Settings


@asynccontextmanager
async def build_indexer(settings: Settings) -> AsyncIterator[Indexer]:
    """What writes the index. Raises RedressError."""
    async with AsyncExitStack() as stack:
        url = settings.database_url
        nodes = await nodes_of(settings, stack)
        deployment = await _first_deployment(settings, nodes)
        woken = asyncio.Event()
        if settings.node_ws_url:
            listening = asyncio.ensure_future(heads.listen(settings.node_ws_url, woken))
            stack.callback(listening.cancel)
        if settings.metrics_port:
            server, _ = start_http_server(settings.metrics_port, "127.0.0.1")
            stack.callback(server.shutdown)
        yield Indexer(nodes, deployment, url, poll_seconds=settings.poll_seconds, woken=woken)


async def _first_deployment(settings: Settings, nodes: Sequence[Node]) -> Deployment:
    """As the first node that answers has it."""
    for node in nodes[:-1]:
        with suppress(Retryable):
            return await connect(node, settings.deployments_dir, expected(settings))
    return await connect(nodes[-1], settings.deployments_dir, expected(settings))
