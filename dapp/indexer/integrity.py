"""Compares the folded trails with the chain's."""

from collections.abc import Sequence

from dapp.chain import encode
from dapp.chain.node import Node
from dapp.domain.events import DESK
from dapp.domain.types import Address, ComplaintId, Hash32, hash32
from dapp.store.verifications import Compared


async def compare(
    node: Node,
    desk: Address,
    folds: Sequence[tuple[ComplaintId, Hash32]],
    block: Hash32,
) -> tuple[list[Compared], int]:
    """Ask the desk for the trails of some complaints, and for its count of complaints.

    Args:
        node: of the chain.
        desk: the desk's address.
        folds: complaints with their trails as folded up to `block`.
        block: the hash of the block asked about.

    Returns:
        Each fold beside the desk's word, and the desk's count.

    Raises:
        NodeRefused: the node cannot answer for that block.
    """
    calls = [(desk, encode.calldata(DESK, "trail", [number])) for number, _ in folds]
    calls.append((desk, encode.calldata(DESK, "complaintCount", [])))
    answers = await node.calls(calls, block)
    compared = [
        Compared(number, folded, hash32(answer))
        for (number, folded), answer in zip(folds, answers, strict=False)
    ]
    return compared, int.from_bytes(answers[-1], "big")
