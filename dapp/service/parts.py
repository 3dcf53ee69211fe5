"""What a running service consists of; `dapp.bootstrap` builds it, doors are handed it."""

from dataclasses import dataclass

from dapp.domain.deployment import Deployment
from dapp.service.cases import Cases
from dapp.service.clock import Clock
from dapp.service.draws import Draws
from dapp.service.evidence import Evidence
from dapp.service.outbox import Outbox
from dapp.service.people import People
from dapp.service.prepare import Prepare
from dapp.service.replicas import Replicas
from dapp.service.sessions import Sessions
from dapp.service.status import Status
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
    sessions: Sessions
