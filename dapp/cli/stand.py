"""Who acts, through which node, on which contracts, with what was read and prepared where."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from dapp.cli import signer
from dapp.cli.options import How
from dapp.cli.source import Source, open_source
from dapp.domain.types import Address, ChainId
from dapp.settings import Settings

if TYPE_CHECKING:
    from dapp.chain.facts import Facts
    from dapp.chain.node import Node
    from dapp.chain.own_key import Key
    from dapp.chain.wallet import Wallet
    from dapp.domain.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Stand:
    """Where somebody stands who is about to act.

    Attributes:
        node: the actor's own, which nothing of the source's reaches; `facts` asks it.
        deployment: by the actor's own file, checked against that node.
        key: None where nothing is to be signed.
    """

    source: Source
    node: "Node"
    facts: "Facts"
    wallet: "Wallet"
    deployment: "Deployment"
    actor: Address
    key: "Key | None"


@asynccontextmanager
async def open_stand(context: typer.Context, how: How) -> AsyncIterator[Stand]:
    """Raises RedressError."""
    # Here, so that no other command waits for them.
    from dapp.chain.deployment import connect
    from dapp.chain.facts import Facts
    from dapp.chain.node import Node
    from dapp.chain.rpc import Rpc
    from dapp.chain.wallet import Wallet

    settings = Settings()
    key = None if how.dry_run and how.sender is not None else signer.load(how)
    actor = signer.actor_of(how) if key is None else key.address
    expected = None if settings.chain_id is None else ChainId(settings.chain_id)
    async with Rpc(settings.node_urls[0][0], settings.node_timeout_seconds) as rpc:
        node = Node(rpc)
        folder, version = settings.deployments_dir, settings.contracts_version
        deployment = await connect(node, folder, expected, version)
        async with open_source(context, how.service) as source:
            facts, wallet = Facts(node, deployment, actor), Wallet(rpc, deployment)
            yield Stand(source, node, facts, wallet, deployment, actor, key)
