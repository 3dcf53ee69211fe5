"""The nodes that the settings name."""

from contextlib import AsyncExitStack

from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.types import ChainId
from dapp.settings import Settings


async def nodes_of(settings: Settings, stack: AsyncExitStack) -> list[Node]:
    """All of them, the preferred one first; closed with the stack."""
    return [
        Node(await stack.enter_async_context(Rpc(url, settings.node_timeout_seconds)))
        for url in settings.node_urls
    ]


def expected(settings: Settings) -> ChainId | None:
    """The chain that they must serve, if one is named."""
    return None if settings.chain_id is None else ChainId(settings.chain_id)
