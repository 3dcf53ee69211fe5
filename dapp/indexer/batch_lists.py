"""Compares the folded lists of batches with the anchor's words."""

import structlog

from dapp.chain import trails
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.domain.events import ANCHOR
from dapp.domain.types import Address, BlockNumber, Hash32, caip2
from dapp.errors import NodeRefused
from dapp.store import batches
from dapp.store.database import Connection
from dapp.store.projection import Checkpoint

_log = structlog.get_logger("indexer")
_AT_ONCE = 200
_NONE = BlockNumber(-1)


class BatchLists:
    """Asks about each list once, and again when it has grown."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._checked = _NONE

    async def check(self, connection: Connection, node: Node, at: Checkpoint) -> int:
        """How many lists differ from the chain's at the checkpoint; each is said loudly."""
        try:
            wrong = await differing(connection, node, self._deployment, at, self._checked)
        except NodeRefused as error:
            _log.warning("not compared", block=at.block, reason=error.message)
            return 0
        for sender, folded, on_chain in wrong:
            _log.error(
                "batch list mismatch: an anchoring is missing or wrong",
                chain=caip2(self._deployment.chain_id),
                sender=sender,
                block=at.block,
                folded=folded,
                on_chain=on_chain,
            )
        # What differs is asked about again.
        if not wrong:
            self._checked = at.block
        return len(wrong)


async def differing(
    connection: Connection,
    node: Node,
    deployment: Deployment,
    at: Checkpoint,
    since: BlockNumber = _NONE,
) -> list[tuple[Address, Hash32, Hash32]]:
    """Senders whose list, as folded, is not the anchor's word; of those that grew after `since`.

    Raises:
        NodeRefused: the node cannot answer for the checkpoint's block.
    """
    anchor, chain_id = deployment.address_of(ANCHOR), deployment.chain_id
    wrong: list[tuple[Address, Hash32, Hash32]] = []
    after = ""
    while True:
        folds = await batches.lists(connection, chain_id, since, after, _AT_ONCE)
        senders = [sender for sender, _ in folds]
        words = await trails.of_senders(node, anchor, senders, at.hash) if senders else []
        wrong += [
            (sender, folded, word)
            for (sender, folded), word in zip(folds, words, strict=True)
            if folded != word
        ]
        if len(folds) < _AT_ONCE:
            return wrong
        after = senders[-1]
