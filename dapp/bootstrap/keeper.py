"""What does the work of `redress keeper`."""

from psycopg_pool import AsyncConnectionPool

from dapp.chain.mempool import Mempool
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.domain.types import caip2
from dapp.service.clock import Clock
from dapp.service.duties import Duties, Pace
from dapp.service.keeper import Keeper, Waits
from dapp.service.keeper_meters import KeeperMeters
from dapp.service.keeping import Judge, Terms
from dapp.service.sender import Sender
from dapp.store.chores import Chores
from dapp.store.news import News


def build_keeper(
    pool: AsyncConnectionPool,
    deployment: Deployment,
    node: Node,
    clock: Clock,
    news: News,
    sender: Sender,
    terms: Terms,
    pace: Pace,
    waits: Waits,
) -> Keeper:
    """A keeper that sends from an account, and does what its terms say."""
    chores = Chores(pool, deployment)
    mempool = Mempool(node.rpc)
    return Keeper(
        Duties(chores, clock, sender.address, terms.wanted, pace),
        Judge(sender.address, node, mempool, deployment, chores.spent, terms),
        sender,
        chores,
        news,
        KeeperMeters(caip2(deployment.chain_id), sender.address),
        waits,
    )
