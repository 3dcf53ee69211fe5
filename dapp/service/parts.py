"""What a running service consists of; `dapp.bootstrap` builds it, doors are handed it.

To name it loads none of it: commands do, and the indexer is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from dapp.domain.deployment import Deployment
    from dapp.service.account_drafts import AccountDrafts
    from dapp.service.anchor_import import AnchorImport
    from dapp.service.anchoring import Anchoring
    from dapp.service.api_keys import ApiKeys
    from dapp.service.arbitrators import Arbitrators
    from dapp.service.bundles import Bundles
    from dapp.service.cases import Cases
    from dapp.service.clock import Clock
    from dapp.service.draws import Draws
    from dapp.service.duties import Pace
    from dapp.service.envelopes import Envelopes
    from dapp.service.erasure import Erasure
    from dapp.service.evidence import Evidence
    from dapp.service.full_audit import FullAudit
    from dapp.service.governance import Governance
    from dapp.service.help.help import Help
    from dapp.service.intake import Intake
    from dapp.service.keeper import Keeper, Waits
    from dapp.service.keeping import Terms
    from dapp.service.kept import Kept
    from dapp.service.kept_news import Keeping
    from dapp.service.mail_in.door import MailDoor
    from dapp.service.mail_in.postman import Postman
    from dapp.service.messages.agenda import Agenda
    from dapp.service.messages.channels import Channels
    from dapp.service.messages.messenger import Messenger
    from dapp.service.messages.preferences import Preferences
    from dapp.service.openings import Openings
    from dapp.service.outbox import Outbox
    from dapp.service.people import People
    from dapp.service.policies import Policies
    from dapp.service.prepare import Prepare
    from dapp.service.queues import Queues
    from dapp.service.refill import Refill
    from dapp.service.relay import Relay
    from dapp.service.replicas import Replicas
    from dapp.service.scorecards import Scorecards
    from dapp.service.sealing import Sealing
    from dapp.service.search import Search
    from dapp.service.sender import Sender
    from dapp.service.sessions import Sessions
    from dapp.service.stats import Stats
    from dapp.service.status import Status
    from dapp.service.sweep import Sweep
    from dapp.service.transactions import TransactionReads
    from dapp.service.watch import Watch
    from dapp.settings import Settings
    from dapp.store.feed import Feed
    from dapp.store.given import GivenAnswers
    from dapp.store.meters import MeterRows
    from dapp.store.news import News
    from dapp.store.queries import Queries


@dataclass(frozen=True, slots=True)
class Parts:
    """Attributes: sender: opens the one with that address, or else with the keystore's.

    keeper: one that sends with that sender, on those terms.
    """

    settings: Settings
    deployment: Deployment
    queries: Queries
    news: News
    feed: Feed
    given: GivenAnswers
    meters: MeterRows
    clock: Clock
    kept: Kept
    keeping: Keeping
    status: Status
    governance: Governance
    cases: Cases
    people: People
    queues: Queues
    arbitrators: Arbitrators
    policies: Policies
    scorecards: Scorecards
    stats: Stats
    search: Search
    draws: Draws
    transactions: TransactionReads
    prepare: Prepare
    evidence: Evidence
    outbox: Outbox
    replicas: Replicas
    watch: Watch
    sessions: Sessions
    api_keys: ApiKeys
    bundles: Bundles
    full_audit: FullAudit
    envelopes: Envelopes
    sealing: Sealing
    erasure: Erasure
    relay: Relay
    anchoring: Anchoring
    anchor_import: AnchorImport
    openings: Openings
    sender: Callable[[str], AbstractAsyncContextManager[Sender]]
    keeper: Callable[[Sender, Terms, Pace, Waits], Keeper]
    preferences: Preferences
    channels: Channels
    agenda: Agenda
    messenger: Messenger
    intake: Intake
    sweep: Sweep
    refill: Refill
    help: Help
    mail_door: MailDoor
    postman: Postman
    account_drafts: AccountDrafts
