"""What pages, API and commands stand on."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from ipaddress import ip_address
from pathlib import Path

from psycopg_pool import AsyncConnectionPool
from pydantic import HttpUrl

from dapp.bootstrap.nodes import expected, nodes_of
from dapp.chain.decode import Decoder
from dapp.chain.deployment import connect
from dapp.chain.node import Node
from dapp.chain.signatures import Signatures
from dapp.domain.deployment import Deployment
from dapp.errors import NodeBusy, NodeUnavailable
from dapp.service.bundles import Bundles
from dapp.service.cases import Cases
from dapp.service.clock import Clock
from dapp.service.draws import Draws
from dapp.service.envelopes import Envelopes
from dapp.service.erasure import Erasure
from dapp.service.evidence import Evidence
from dapp.service.full_audit import FullAudit
from dapp.service.outbox import Outbox
from dapp.service.parts import Parts
from dapp.service.people import People
from dapp.service.prepare import Prepare
from dapp.service.replicas import Replicas
from dapp.service.sealing import Sealing
from dapp.service.sessions import Sessions
from dapp.service.status import Status
from dapp.service.targets import KuboTarget, PinningTarget, Target
from dapp.service.watch import Watch
from dapp.settings import Settings
from dapp.store import database
from dapp.store.deployments import stored
from dapp.store.envelopes import EnvelopeRows
from dapp.store.erasures import ErasureRows
from dapp.store.news import News
from dapp.store.queries import Queries
from dapp.store.replication import Replication
from dapp.store.schema import migrate
from dapp.store.sessions import SessionRows
from dapp.store.watching import WatchRows
from evidence import Vault, key_of
from evidence.kubo import Kubo
from evidence.pinning import PinningService, Token


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[Parts]:
    """What pages, API and commands stand on; taken down on the way out.

    Without a node, what the database knows of the chain is enough for reading.

    Raises RedressError.
    """
    async with AsyncExitStack() as stack:
        url = database.schema_of(settings.database_url, settings.contracts_version)
        await _migrate(url)
        pool = await stack.enter_async_context(database.pool(url))
        node = await _node(settings, stack)
        deployment = await _deployment(settings, node, pool)
        parts = _parts(settings, deployment, node, pool, url)
        await parts.erasure.refresh()
        yield parts


def build_vault(settings: Settings) -> Vault:
    """The evidence of this machine. Raises VaultError."""
    return Vault(_vault_folder(settings), settings.vault_quota_bytes)


def build_clerk(settings: Settings) -> str | None:
    """Whom authors may seal to as well. Raises RecipientInvalid."""
    if settings.clerk_recipient:
        key_of(settings.clerk_recipient)
    return settings.clerk_recipient or None


def build_targets(settings: Settings) -> list[Target]:
    """Who else is to keep all evidence. Raises EvidenceError for settings of no use."""
    if settings.kubo_url is None:
        return []
    kubo = Kubo(_multiaddr(settings.kubo_url))
    targets: list[Target] = [KuboTarget(kubo)]
    if settings.pinning_url and settings.pinning_token_file is not None:
        token = Token.from_file(settings.pinning_token_file)
        service = PinningService(settings.pinning_url, token)
        targets.append(PinningTarget(service, kubo))
    return targets


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
    targets = build_targets(settings)
    replication = Replication(pool, deployment.chain_id)
    chain, desk = deployment.chain_id, deployment.address_of("ComplaintDesk")
    erasure = Erasure(vault, ErasureRows(pool, chain))
    outbox = Outbox(vault, replication, targets, refused=erasure.refused)
    limit = settings.max_upload_bytes
    evidence = Evidence(vault, outbox.add, chain, desk, limit, erasure.refused)
    kept, clerk = EnvelopeRows(pool, chain, settings.envelope_quota_bytes), build_clerk(settings)
    rows = SessionRows(pool, chain)
    bundles = Bundles(queries, node, vault, deployment)
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
        evidence=evidence,
        outbox=outbox,
        replicas=Replicas(replication, targets),
        watch=Watch(
            queries,
            WatchRows(pool, deployment.chain_id, deployment.ticket_wei),
            node,
            deployment,
            evidence,
        ),
        sessions=Sessions(rows, Signatures(node), time.time, settings.session_seconds),
        bundles=bundles,
        full_audit=FullAudit(bundles, node),
        envelopes=Envelopes(kept, evidence, erasure, clerk),
        sealing=Sealing(queries, cases, evidence, kept, clerk),
        erasure=erasure,
    )


async def _migrate(url: str) -> None:
    connection = await database.connect(url)
    try:
        await migrate(connection)
    finally:
        await connection.close()


async def _node(settings: Settings, stack: AsyncExitStack) -> Node:
    """Of the chain that is named, else of the first."""
    nodes = [(await nodes_of(urls[:1], settings, stack))[0] for urls in settings.node_urls]
    if len(nodes) > 1 and settings.chain_id is not None:
        for node in nodes:
            with suppress(NodeUnavailable, NodeBusy):
                if await node.chain_id() == expected(settings):
                    return node
    return nodes[0]


async def _deployment(settings: Settings, node: Node, pool: AsyncConnectionPool) -> Deployment:
    """As the node has it, else as the index has it."""
    wanted = expected(settings)
    try:
        return await connect(node, settings.deployments_dir, wanted, settings.contracts_version)
    except (NodeUnavailable, NodeBusy):
        known = [one for one in await stored(pool) if wanted in (None, one.chain_id)]
        if len(known) != 1:
            raise
        return known[0]


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
