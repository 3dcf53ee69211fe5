"""What pages, API and commands stand on."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from ipaddress import ip_address
from pathlib import Path

from psycopg_pool import AsyncConnectionPool
from pydantic import HttpUrl

from dapp.bootstrap.keeper import build_keeper
from dapp.bootstrap.mail import build_door, build_postman
from dapp.bootstrap.messages import build_messages
from dapp.bootstrap.nodes import expected, nodes_of
from dapp.bootstrap.reading import read_from
from dapp.bootstrap.sender import anchor_terms, open_sender, relay_terms
from dapp.chain.decode import Decoder
from dapp.chain.deployment import connect
from dapp.chain.keccak import keccak
from dapp.chain.mempool import Mempool
from dapp.chain.node import Node
from dapp.chain.sent import Transactions
from dapp.chain.signatures import Signatures
from dapp.domain.deployment import Deployment
from dapp.domain.types import caip2
from dapp.errors import NodeBusy, NodeUnavailable
from dapp.service.account_drafts import AccountDrafts
from dapp.service.anchor_import import AnchorImport
from dapp.service.anchoring import Anchoring
from dapp.service.api_keys import ApiKeys
from dapp.service.arbitrators import Arbitrators
from dapp.service.bundles import Bundles
from dapp.service.case_pages import CasePages
from dapp.service.cases import Cases
from dapp.service.clock import Clock
from dapp.service.draws import Draws
from dapp.service.envelopes import Envelopes
from dapp.service.erasure import Erasure
from dapp.service.evidence import Evidence
from dapp.service.full_audit import FullAudit
from dapp.service.governance import Governance
from dapp.service.help.help import Help
from dapp.service.help.library import library
from dapp.service.holdings import Holdings
from dapp.service.intake import Bounds, Intake
from dapp.service.kept import Kept
from dapp.service.kept_news import Keeping
from dapp.service.messages.agenda import Agenda
from dapp.service.openings import Openings
from dapp.service.outbox import Outbox
from dapp.service.parts import Parts
from dapp.service.people import People
from dapp.service.policies import Policies
from dapp.service.prepare import Prepare
from dapp.service.queues import Queues
from dapp.service.recent import Recent
from dapp.service.refill import Refill
from dapp.service.relay import Relay
from dapp.service.replicas import Replicas
from dapp.service.scorecards import Scorecards
from dapp.service.sealing import Sealing
from dapp.service.search import Search
from dapp.service.sessions import Sessions
from dapp.service.stats import Stats
from dapp.service.status import Status
from dapp.service.sweep import Sweep
from dapp.service.targets import KuboTarget, PinningTarget, Target
from dapp.service.transactions import TransactionReads
from dapp.service.watch import Watch
from dapp.settings import Settings
from dapp.store import database
from dapp.store.account_drafts import AccountDraftRows
from dapp.store.anchored import AnchoredRows
from dapp.store.anchored_reads import AnchoredReads
from dapp.store.api_keys import ApiKeyRows
from dapp.store.deployments import stored
from dapp.store.envelopes import EnvelopeRows
from dapp.store.erasures import ErasureRows
from dapp.store.feed import Feed
from dapp.store.given import GivenAnswers
from dapp.store.help import HelpRows
from dapp.store.meters import MeterRows
from dapp.store.news import News
from dapp.store.outgoing import OutgoingRows
from dapp.store.past import Past
from dapp.store.queries import Queries
from dapp.store.references import References
from dapp.store.relay import RelayRows
from dapp.store.replication import Replication
from dapp.store.schema import migrate
from dapp.store.scores import Scores
from dapp.store.sessions import SessionRows
from dapp.store.watching import WatchRows
from evidence import Budget, Limits, Uploads, Vault, key_of
from evidence.disk import secret
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
        source = await read_from(settings, deployment, pool, stack)
        parts = _parts(settings, deployment, node, pool, url, source)
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


def build_kubo(settings: Settings) -> Kubo | None:
    """The node that holds all evidence as well, if there is one."""
    return None if settings.kubo_url is None else Kubo(_multiaddr(settings.kubo_url))


def build_targets(settings: Settings) -> list[Target]:
    """Who else is to keep all evidence. Raises EvidenceError for settings of no use."""
    kubo = build_kubo(settings)
    if kubo is None:
        return []
    targets: list[Target] = [KuboTarget(kubo)]
    if settings.pinning_url and settings.pinning_token_file is not None:
        token = Token.from_file(settings.pinning_token_file)
        service = PinningService(settings.pinning_url, token)
        targets.append(PinningTarget(service, kubo))
    return targets


def _parts(
    settings: Settings,
    deployment: Deployment,
    node: Node,
    pool: AsyncConnectionPool,
    url: str,
    source: database.Connections,
) -> Parts:
    decode = Decoder(deployment.chain_id, {c.name: c.address for c in deployment.contracts})
    queries = Queries(source, deployment, decode)
    answers = Kept(time.time, settings.answers_memory_bytes)
    clock = Clock(queries, time.time, answers.observe)
    chain, desk = deployment.chain_id, deployment.address_of("ComplaintDesk")
    past = Past(queries, decode, keccak)
    pages = CasePages(queries, clock, answers)
    cases = Cases(queries, past, clock, pages, desk, deployment.draw_bounty_wei)
    people = People(queries, clock, deployment)
    draws = Draws(queries, clock, cases, people, node)
    vault = build_vault(settings)
    targets = build_targets(settings)
    replication = Replication(pool, deployment.chain_id)
    erasure = Erasure(vault, ErasureRows(pool, chain))
    outbox = Outbox(vault, replication, targets, refused=erasure.refused)
    limit = max(settings.max_upload_bytes, settings.max_file_bytes)
    evidence = Evidence(vault, outbox.add, chain, desk, limit, erasure.refused)
    intake, sweep = _newcomers(settings, deployment, pool, vault, evidence)
    kept, clerk = EnvelopeRows(pool, chain, settings.envelope_quota_bytes), build_clerk(settings)
    rows = SessionRows(pool, chain)
    scores, recent = Scores(source, chain), Recent(clock)
    news = News(url, deployment.chain_id)
    signatures = Signatures(node)
    outgoing = OutgoingRows(pool, chain)
    messages = build_messages(settings, deployment, queries, clock, pool, url)
    door = build_door(settings, messages, pool, chain)
    bundles = Bundles(queries, node, vault, deployment)
    anchored, anchored_reads = AnchoredRows(pool, chain), AnchoredReads(pool, chain)
    anchoring = Anchoring(
        anchored,
        anchored_reads,
        people,
        signatures,
        clock,
        deployment,
        anchor_terms(settings),
    )
    relay = Relay(
        RelayRows(pool, chain),
        outgoing,
        node,
        signatures,
        cases,
        clock,
        time.time,
        deployment,
        relay_terms(settings),
    )
    return Parts(
        settings=settings,
        deployment=deployment,
        queries=queries,
        news=news,
        feed=Feed(pool, deployment, decode),
        given=GivenAnswers(pool, deployment.chain_id),
        meters=MeterRows(pool, deployment.chain_id),
        clock=clock,
        kept=answers,
        keeping=Keeping(answers, news, queries),
        governance=Governance(node, deployment),
        status=Status(queries, clock, deployment, node, settings.ready_lag_blocks),
        cases=cases,
        people=people,
        queues=Queues(queries, clock),
        arbitrators=Arbitrators(queries, people, scores, clock),
        policies=Policies(people),
        scorecards=Scorecards(queries, scores, recent),
        stats=Stats(scores, clock, recent),
        search=Search(
            queries, References(pool, chain), evidence, Holdings(vault), deployment, clock
        ),
        draws=draws,
        transactions=TransactionReads(queries, clock, Transactions(node.rpc), deployment),
        prepare=Prepare(cases, people, draws, clock, node, deployment, anchoring),
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
        sessions=Sessions(rows, signatures, time.time, settings.session_seconds),
        api_keys=ApiKeys(ApiKeyRows(pool, chain), time.time),
        bundles=bundles,
        full_audit=FullAudit(bundles, node),
        envelopes=Envelopes(kept, evidence, erasure, clerk, messages.keys, time.time),
        sealing=Sealing(queries, cases, evidence, kept, clerk),
        erasure=erasure,
        keeper=partial(build_keeper, pool, deployment, node, clock, news),
        relay=relay,
        anchoring=anchoring,
        anchor_import=AnchorImport(anchored, anchored_reads, signatures, deployment),
        openings=Openings(relay, outgoing, Mempool(node.rpc), cases, deployment),
        sender=partial(open_sender, settings, node, outgoing, chain, url),
        preferences=messages.preferences,
        channels=messages.channels,
        agenda=Agenda(queries, clock),
        messenger=messages.messenger,
        intake=intake,
        sweep=sweep,
        refill=Refill(vault, build_kubo(settings), References(pool, chain), erasure.refused),
        help=Help(library(), HelpRows(pool), messages.keys, time.time),
        mail_door=door,
        postman=build_postman(settings, door),
        account_drafts=AccountDrafts(AccountDraftRows(pool, chain), messages.keys, time.time),
    )


def _newcomers(
    settings: Settings,
    deployment: Deployment,
    pool: AsyncConnectionPool,
    vault: Vault,
    evidence: Evidence,
) -> tuple[Intake, Sweep]:
    """What comes from anybody: how it comes in, and how it goes again."""
    chain, folder = deployment.chain_id, _vault_folder(settings)
    budget = Budget(settings.waiting_client_bytes, settings.waiting_account_bytes)
    limits = Limits(settings.max_file_bytes, settings.uploads_quota_bytes, budget)
    uploads = Uploads(folder / "uploads", limits, time.time)
    realm = f"{caip2(chain)}:{deployment.address_of('ComplaintDesk').lower()}"
    bounds = Bounds(budget, settings.waiting_percent, realm)
    references, rows = References(pool, chain), ErasureRows(pool, chain)
    key = secret(folder / "clients.key")
    intake = Intake(evidence, uploads, references, bounds, time.time, key)
    seconds = settings.waiting_hours * 3600
    return intake, Sweep(vault, uploads, references, rows, realm, seconds, time.time)


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
