"""What writes the index. Apart from the rest, so that it starts quickly and stays small."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from prometheus_client import start_http_server

from dapp.bootstrap.nodes import expected, nodes_of
from dapp.chain import heads
from dapp.chain.deployment import connect, versions
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.domain.types import ChainId
from dapp.errors import Retryable
from dapp.indexer.loop import Indexer
from dapp.settings import Settings
from dapp.store.database import schema_of


@asynccontextmanager
async def build_indexers(settings: Settings) -> AsyncIterator[list[Indexer]]:
    """One for each version of the contracts on each chain. Raises RedressError."""
    async with AsyncExitStack() as stack:
        if settings.metrics_port:
            server, _ = start_http_server(settings.metrics_port, "127.0.0.1")
            stack.callback(server.shutdown)
        chains = list(zip(settings.node_urls, settings.node_ws_urls, strict=True))
        wanted = expected(settings) if len(chains) == 1 else None
        yield [
            indexer
            for urls, ws_url in chains
            for indexer in await _of_chain(settings, urls, ws_url, wanted, stack)
        ]


async def _of_chain(
    settings: Settings,
    urls: Sequence[str],
    ws_url: str,
    wanted: ChainId | None,
    stack: AsyncExitStack,
) -> list[Indexer]:
    nodes = await nodes_of(urls, settings, stack)
    folder = settings.deployments_dir
    unnamed = await _deployment(nodes, folder, wanted, "")
    chain_id = unnamed.chain_id
    named = [
        await _deployment(nodes, folder, chain_id, version)
        for version in versions(folder, chain_id)
    ]
    return [await _indexer(settings, one, urls, ws_url, stack) for one in (unnamed, *named)]


async def _indexer(
    settings: Settings,
    deployment: Deployment,
    urls: Sequence[str],
    ws_url: str,
    stack: AsyncExitStack,
) -> Indexer:
    """With connections of its own: how much one bears is found by trying, and is its own affair."""
    woken = asyncio.Event()
    if ws_url:
        stack.callback(asyncio.ensure_future(heads.listen(ws_url, woken)).cancel)
    return Indexer(
        await nodes_of(urls, settings, stack),
        deployment,
        schema_of(settings.database_url, deployment.version),
        poll_seconds=settings.poll_seconds,
        woken=woken,
    )


async def _deployment(
    nodes: Sequence[Node], folder: Path, wanted: ChainId | None, version: str
) -> Deployment:
    """As the first node that answers has it."""
    for node in nodes[:-1]:
        with suppress(Retryable):
            return await connect(node, folder, wanted, version)
    return await connect(nodes[-1], folder, wanted, version)
