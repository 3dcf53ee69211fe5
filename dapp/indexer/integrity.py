"""Compares the folded trails with the chain's."""

from collections.abc import Sequence

import structlog

from dapp.chain import trails
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.domain.events import DESK
from dapp.domain.types import Address, ComplaintId, Hash32, caip2
from dapp.errors import NodeRefused
from dapp.store import verifications
from dapp.store.database import Connection
from dapp.store.projection import Projection
from dapp.store.verifications import Compared

_log = structlog.get_logger("indexer")
_AT_ONCE = 200


async def check(
    connection: Connection, projection: Projection, node: Node, deployment: Deployment
) -> int:
    """Compare every fold that is not yet, and the count, with the chain at the checkpoint.

    Returns:
        How many differ; they are stored and said loudly.
    """
    at = await projection.checkpoint()
    chain_id = deployment.chain_id
    if at is None:
        return 0
    desk = deployment.address_of(DESK)
    wrong, after = 0, 0
    while True:
        folds = await verifications.pending(connection, chain_id, after, _AT_ONCE)
        try:
            compared, on_chain = await compare(node, desk, folds, at.hash)
        except NodeRefused as error:
            _log.warning("not compared", block=at.block, reason=error.message)
            return wrong
        await verifications.save(connection, chain_id, (at.block, at.hash), compared, on_chain)
        differing = [one for one in compared if one.folded != one.on_chain]
        for one in differing:
            _log.error(
                "trail mismatch: an event is missing or wrong",
                chain=caip2(chain_id),
                complaint=one.complaint,
                block=at.block,
                folded=one.folded,
                on_chain=one.on_chain,
            )
        wrong += len(differing)
        if len(folds) < _AT_ONCE:
            break
        # Those that differ stay pending: they are not asked about twice.
        after = folds[-1][0]
    indexed = await verifications.count(connection, chain_id)
    if indexed != on_chain:
        _log.error("complaints missing", indexed=indexed, on_chain=on_chain, block=at.block)
        wrong += 1
    return wrong


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
    words, count = await trails.read(node, desk, [number for number, _ in folds], block)
    compared = [
        Compared(number, folded, word) for (number, folded), word in zip(folds, words, strict=True)
    ]
    return compared, count
