"""The contracts' own words, which the folds must come to."""

from collections.abc import Sequence

from dapp.chain import encode
from dapp.chain.node import Node
from dapp.domain.events import ANCHOR, DESK
from dapp.domain.types import Address, ComplaintId, Hash32, hash32


async def read(
    node: Node, desk: Address, complaints: Sequence[ComplaintId], block: Hash32
) -> tuple[list[Hash32], int]:
    """The trails of some complaints at a block, in their order, and how many complaints there are.

    Raises:
        NodeRefused: the node cannot answer for that block.
    """
    calls = [(desk, encode.calldata(DESK, "trail", [number])) for number in complaints]
    calls.append((desk, encode.calldata(DESK, "complaintCount", [])))
    *trails, count = await node.calls(calls, block)
    return [hash32(trail) for trail in trails], int.from_bytes(count, "big")


async def of_senders(
    node: Node, anchor: Address, senders: Sequence[Address], block: Hash32
) -> list[Hash32]:
    """The lists of some senders' batches at a block, in their order. Raises NodeRefused."""
    calls = [(anchor, encode.calldata(ANCHOR, "trail", [sender])) for sender in senders]
    return [hash32(word) for word in await node.calls(calls, block)]
