"""What is done once more when blocks become final.

A block's receipts and bloom are bound by its hash, and its hash by those of the blocks after it: so
what was proven once stays proven, and finality asks only two things more. Do all our nodes have the
same final block? And can now be proven what could not be before: receipts that the node did not
have yet, or that another node has?
"""

from collections.abc import Sequence

import structlog

from dapp.chain.node import Node
from dapp.domain.events import Block, RawLog
from dapp.domain.proof import Level
from dapp.domain.types import BlockNumber
from dapp.errors import ChainMoved, IntegrityBroken, NodeRefused, Retryable
from dapp.indexer.follow import Follower
from dapp.store.projection import Projection

_log = structlog.get_logger("indexer")
_AT_ONCE = 50


async def settle(projection: Projection, follower: Follower, nodes: Sequence[Node]) -> None:
    """Look again at what became final, a part at a time.

    Raises:
        IntegrityBroken: a node has another block where ours is final.
    """
    at = await projection.checkpoint()
    if at is None or at.finalized <= at.settled:
        return
    final = await projection.log.block(at.finalized)
    if final is None:
        return
    # The first one as well: it may be another than the one that was asked when this was stored.
    for witness in nodes:
        await _agree(witness, final)
    if not follower.prover.has_receipts:
        await projection.settle([], Level.RECEIPTS, at.finalized)
        return
    blocks = await projection.log.unproven(at.settled, at.finalized, _AT_ONCE)
    up_to = at.finalized if len(blocks) < _AT_ONCE else blocks[-1].number
    proven = await _proven(projection, follower, blocks) if blocks else []
    if proven is not None:
        await projection.settle(proven, Level.RECEIPTS, up_to)


async def _agree(witness: Node, final: Block) -> None:
    try:
        theirs = await witness.header_at(final.number)
    except (Retryable, NodeRefused, IntegrityBroken) as error:
        _log.warning("a node could not be asked", reason=error.message)
        return
    if theirs.block.hash != final.hash:
        raise IntegrityBroken(
            f"two nodes have different blocks {final.number}, which is final",
            remedy="Find out which of them is on the right chain",
        )


async def _proven(
    projection: Projection, follower: Follower, blocks: Sequence[Block]
) -> list[Block] | None:
    """Those that can be proven now; None if one was not as stored, and was taken off again."""
    try:
        found = await follower.prove(blocks)
    except (ChainMoved, NodeRefused) as error:
        # Pruned, most likely: nothing is lost, and nothing is proven.
        _log.warning("final blocks could not be looked at again", reason=error.message)
        return []
    stored = await projection.log.logs_of(blocks[0].number, blocks[-1].number)
    better = []
    for block, level in zip(blocks, found.levels, strict=True):
        if level is not Level.RECEIPTS:
            continue
        if _of(block, stored) != _of(block, found.logs):
            _log.error("stored logs were not those of the receipts", block=block.number)
            before = BlockNumber(block.number - 1)
            await projection.advance([], [], fork=before, finalized=before)
            return None
        better.append(block)
    return better


def _of(block: Block, logs: Sequence[RawLog]) -> list[RawLog]:
    return [log for log in logs if log.block_hash == block.hash]
