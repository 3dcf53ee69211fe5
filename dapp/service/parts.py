"""What a running service consists of; `dapp.bootstrap` builds it, doors are handed it.

To name it loads none of it: commands do, and the indexer is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dapp.domain.deployment import Deployment
    from dapp.service.bundles import Bundles
    from dapp.service.cases import Cases
    from dapp.service.clock import Clock
    from dapp.service.draws import Draws
    from dapp.service.envelopes import Envelopes
    from dapp.service.erasure import Erasure
    from dapp.service.evidence import Evidence
    from dapp.service.full_audit import FullAudit
    from dapp.service.outbox import Outbox
    from dapp.service.people import People
    from dapp.service.prepare import Prepare
    from dapp.service.replicas import Replicas
    from dapp.service.sealing import Sealing
    from dapp.service.sessions import Sessions
    from dapp.service.status import Status
    from dapp.service.watch import Watch
    from dapp.settings import Settings
    from dapp.store.news import News
    from dapp.store.queries import Queries


@dataclass(frozen=True, slots=True)
class Parts:
    settings: Settings
    deployment: Deployment
    queries: Queries
    news: News
    clock: Clock
    status: Status
    cases: Cases
    people: People
    draws: Draws
    prepare: Prepare
    evidence: Evidence
    outbox: Outbox
    replicas: Replicas
    watch: Watch
    sessions: Sessions
    bundles: Bundles
    full_audit: FullAudit
    envelopes: Envelopes
    sealing: Sealing
    erasure: Erasure
