"""Reads the chain once more, and compares all that is stored with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dapp.chain.headers import Header
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.domain.events import DESK, Block
from dapp.domain.proof import Level
from dapp.domain.types import BlockNumber
from dapp.errors import NodeBusy, NodeRefused, NodeUnavailable
from dapp.indexer import batch_lists, integrity
from dapp.indexer.follow import by_block
from dapp.indexer.prove import Prover
from dapp.store import verifications
from dapp.store.database import Connection
from dapp.store.projection import Checkpoint, Projection

_AT_ONCE = 100
_FOLDS_AT_ONCE = 200


@dataclass
class Report:
    """What was compared.

    Attributes:
        proven: of the blocks, those whose logs the node's receipts prove.
        faults: what differs, in words.
    """

    blocks: int = 0
    proven: int = 0
    logs: int = 0
    complaints: int = 0
    faults: list[str] = field(default_factory=list)


async def verify(
    connection: Connection,
    projection: Projection,
    node: Node,
    prover: Prover,
    deployment: Deployment,
    progress: Callable[[BlockNumber, BlockNumber], None],
) -> Report:
    """Compare blocks, logs and folds with the node's, from the deployment to the checkpoint.

    Args:
        progress: told of the last block compared, and of the checkpoint.

    Raises RedressError where the node cannot be asked.
    """
    report = Report()
    at = await projection.checkpoint()
    if at is None:
        return report
    first = deployment.deployed_at_block
    at_once = _AT_ONCE
    while first <= at.block:
        last = BlockNumber(min(first + at_once - 1, at.block))
        try:
            await _blocks(report, projection, node, prover, first, last)
        except (NodeBusy, NodeRefused, NodeUnavailable):
            # "Too many results", a time-out: less may do.
            if first == last:
                raise
            at_once = (last - first + 1) // 2
            continue
        progress(last, at.block)
        first = BlockNumber(last + 1)
    await _folds(report, connection, node, deployment, at)
    return report


async def _blocks(
    report: Report,
    projection: Projection,
    node: Node,
    prover: Prover,
    first: BlockNumber,
    last: BlockNumber,
) -> None:
    headers = await node.headers(first, last)
    given = by_block(await node.logs_in(headers, prover.addresses))
    proven = await prover.prove(headers, given)
    # From here on nobody is asked, so a range that is refused is not half counted.
    stored = await projection.log.blocks(first, last)
    report.blocks += len(stored)
    if not _same_blocks(report, headers, stored):
        return
    report.proven += sum(level is Level.RECEIPTS for level in proven.levels)
    ours = by_block(await projection.log.logs_of(first, last))
    theirs = by_block(proven.logs)
    for block in stored:
        mine = ours.get(block.hash, [])
        report.logs += len(mine)
        if mine != theirs.get(block.hash, []):
            report.faults.append(
                f"block {block.number} holds other logs:"
                f" {len(mine)} are stored, the node has {len(theirs.get(block.hash, []))}"
            )


def _same_blocks(report: Report, headers: Sequence[Header], stored: Sequence[Block]) -> bool:
    theirs = [header.block for header in headers]
    if theirs == list(stored):
        return True
    known = {block.number: block for block in stored}
    for block in theirs:
        if known.get(block.number) != block:
            report.faults.append(f"block {block.number} is another one, or is missing")
    return False


async def _folds(
    report: Report,
    connection: Connection,
    node: Node,
    deployment: Deployment,
    at: Checkpoint,
) -> None:
    desk, after = deployment.address_of(DESK), 0
    while True:
        folds = await verifications.folds(connection, deployment.chain_id, after, _FOLDS_AT_ONCE)
        compared, on_chain = await integrity.compare(node, desk, folds, at.hash)
        report.complaints += len(folds)
        report.faults += [
            f"complaint {one.complaint} folds to {one.folded}, and the desk has {one.on_chain}"
            for one in compared
            if one.folded != one.on_chain
        ]
        if len(folds) < _FOLDS_AT_ONCE:
            break
        after = folds[-1][0]
    report.faults += [
        f"the batches of {sender} fold to {folded}, and the anchor has {word}"
        for sender, folded, word in await batch_lists.differing(connection, node, deployment, at)
    ]
    if report.complaints != on_chain:
        report.faults.append(f"{report.complaints} complaints are stored, the desk has {on_chain}")
