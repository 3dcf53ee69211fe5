"""The desk's own words, which the folds must come to."""

from collections.abc import Sequence

from dapp.chain import encode
from dapp.chain.node import Node
from dapp.domain.events import DESK
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
