"""The one place where concrete parts are built, from settings alone."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from ipaddress import ip_address
from pathlib import Path

from prometheus_client import start_http_server
from psycopg_pool import AsyncConnectionPool
from pydantic import HttpUrl

from dapp.chain import heads
from dapp.chain.decode import Decoder
from dapp.chain.deployment import connect
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.deployment import Deployment
from dapp.domain.types import ChainId
from dapp.errors import NodeBusy, NodeUnavailable, Retryable
from dapp.indexer.loop import Indexer
from dapp.service.cases import Cases
from dapp.service.clock import Clock
from dapp.service.draws import Draws
from dapp.service.evidence import Evidence
from dapp.service.outbox import Outbox
from dapp.service.parts import Parts
from dapp.service.people import People
from dapp.service.prepare import Prepare
from dapp.service.status import Status
from dapp.settings import Settings
from dapp.store import database
from dapp.store.deployments import stored
from dapp.store.news import News
from dapp.store.queries import Queries
from dapp.store.schema import migrate
from evidence import Vault
from evidence.kubo import Kubo


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[Parts]:
    """What pages, API and commands stand on; taken down on the way out.

    Without a node, what the database knows of the chain is enough for reading.

    Raises RedressError.
    """
    async with AsyncExitStack() as stack:
        url = settings.database_url
        await _migrate(url)
        pool = await stack.enter_async_context(database.pool(url))
        node = (await _nodes(settings, stack))[0]
        deployment = await _deployment(settings, node, pool)
        yield _parts(settings, deployment, node, pool, url)


@asynccontextmanager
async def build_indexer(settings: Settings) -> AsyncIterator[Indexer]:
    """What writes the index. Raises RedressError."""
    async with AsyncExitStack() as stack:
        url = settings.database_url
        nodes = await _nodes(settings, stack)
        deployment = await _first_deployment(settings, nodes)
        woken = asyncio.Event()
        if settings.node_ws_url:
            listening = asyncio.ensure_future(heads.listen(settings.node_ws_url, woken))
            stack.callback(listening.cancel)
        if settings.metrics_port:
            server, _ = start_http_server(settings.metrics_port, "127.0.0.1")
            stack.callback(server.shutdown)
        yield Indexer(nodes, deployment, url, poll_seconds=settings.poll_seconds, woken=woken)


def build_vault(settings: Settings) -> Vault:
    """The evidence of this machine. Raises VaultError."""
    return Vault(_vault_folder(settings), settings.vault_quota_bytes)


def _parts(
    settings: Settings, deployment: Deployment, node: Node, pool: AsyncConnectionPool, url: str
) -> Parts:
    decode = Decoder(deployment.chain_id, {c.name: c.address for c in deployment.contracts})
    queries = Queries(pool, deployment, decode)
    clock = Clock(queries, time.time)
    cases = Cases(queries, clock, deployment.draw_bounty_wei)
    people = People(queries, clock, deployment)
    draws = Draws(queries, clock, cases, people, node)
    vault = build_vault(settings)
    kubo = None if settings.kubo_url is None else Kubo(_multiaddr(settings.kubo_url))
    outbox = Outbox(_vault_folder(settings) / "outbox", vault, kubo)
    desk = deployment.address_of("ComplaintDesk")
    return Parts(
        settings=settings,
        deployment=deployment,
        queries=queries,
        news=News(url, deployment.chain_id),
        clock=clock,
        status=Status(queries, clock, deployment, node),
        cases=cases,
        people=people,
        draws=draws,
        prepare=Prepare(cases, people, draws, clock, node, deployment),
        evidence=Evidence(vault, outbox, deployment.chain_id, desk, settings.max_upload_bytes),
        outbox=outbox,
    )


async def _nodes(settings: Settings, stack: AsyncExitStack) -> list[Node]:
    return [
        Node(await stack.enter_async_context(Rpc(url, settings.node_timeout_seconds)))
        for url in settings.node_urls
    ]


async def _first_deployment(settings: Settings, nodes: Sequence[Node]) -> Deployment:
    """As the first node that answers has it."""
    for node in nodes[:-1]:
        with suppress(Retryable):
            return await connect(node, settings.deployments_dir, _expected(settings))
    return await connect(nodes[-1], settings.deployments_dir, _expected(settings))


async def _migrate(url: str) -> None:
    connection = await database.connect(url)
    try:
        await migrate(connection)
    finally:
        await connection.close()


async def _deployment(settings: Settings, node: Node, pool: AsyncConnectionPool) -> Deployment:
    """As the node has it, else as the index has it."""
    expected = _expected(settings)
    try:
        return await connect(node, settings.deployments_dir, expected)
    except (NodeUnavailable, NodeBusy):
        known = [one for one in await stored(pool) if expected in (None, one.chain_id)]
        if len(known) != 1:
            raise
        return known[0]


def _expected(settings: Settings) -> ChainId | None:
    return None if settings.chain_id is None else ChainId(settings.chain_id)


def _vault_folder(settings: Settings) -> Path:
    return settings.vault_dir or settings.data_dir / "vault"


def _multiaddr(url: HttpUrl) -> str:
    """The address as Kubo's client takes it."""
    host = (url.host or "127.0.0.1").strip("[]")
    try:
        kind = f"ip{ip_address(host).version}"
    except ValueError:
        kind = "dns"
    secure = "/https" if url.scheme == "https" else ""
    return f"/{kind}/{host}/tcp/{url.port}{secure}"
