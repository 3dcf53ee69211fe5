"""The nodes that the settings name."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.types import ChainId
from dapp.settings import Settings


async def nodes_of(urls: Sequence[str], settings: Settings, stack: AsyncExitStack) -> list[Node]:
    """Those at the addresses, in their order; closed with the stack."""
    return [
        Node(await stack.enter_async_context(Rpc(url, settings.node_timeout_seconds)))
        for url in urls
    ]


def expected(settings: Settings) -> ChainId | None:
    """The chain that they must serve, if one is named."""
    return None if settings.chain_id is None else ChainId(settings.chain_id)
