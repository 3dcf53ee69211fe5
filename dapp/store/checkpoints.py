"""The row that says up to where an index goes, and how much it holds."""

import time
from dataclasses import dataclass

from dapp.domain.events import Block
from dapp.domain.types import BlockNumber, ChainId, raw
from dapp.store.database import Connection

_SAVE = b"""
INSERT INTO checkpoint (chain_id, block_number, block_hash, timestamp, indexed_at,
    finalized_block, safe_block, events, complaints)
VALUES (%(chain)s, %(number)s, %(hash)s, %(timestamp)s, %(now)s,
    LEAST(%(final)s, %(number)s), LEAST(GREATEST(%(safe)s, %(final)s), %(number)s),
    %(events)s, %(complaints)s)
ON CONFLICT (chain_id) DO UPDATE SET block_number = EXCLUDED.block_number,
    block_hash = EXCLUDED.block_hash, timestamp = EXCLUDED.timestamp,
    indexed_at = EXCLUDED.indexed_at, halted = NULL,
    -- A node that is behind, or another, may say less than was said before.
    finalized_block = LEAST(
        GREATEST(checkpoint.finalized_block, EXCLUDED.finalized_block), EXCLUDED.block_number),
    safe_block = GREATEST(EXCLUDED.safe_block,
        LEAST(checkpoint.finalized_block, EXCLUDED.block_number)),
    events = checkpoint.events + EXCLUDED.events,
    complaints = checkpoint.complaints + EXCLUDED.complaints,
    settled_block = LEAST(checkpoint.settled_block, EXCLUDED.block_number)
"""


@dataclass(frozen=True, slots=True)
class Count:
    """How much some blocks have; logs are counted whether or not they are known."""

    logs: int = 0
    complaints: int = 0

    def without(self, other: "Count") -> "Count":
        return Count(self.logs - other.logs, self.complaints - other.complaints)


async def save(
    connection: Connection,
    chain_id: ChainId,
    head: Block | None,
    lasting: tuple[BlockNumber, BlockNumber],
    more: Count,
) -> None:
    """`lasting`: what is final and what is safe; `more`: than before. No head, no checkpoint."""
    if head is None:
        await connection.execute("DELETE FROM checkpoint WHERE chain_id = %s", (chain_id,))
        return
    values = {
        "chain": chain_id,
        "number": head.number,
        "hash": raw(head.hash),
        "timestamp": head.timestamp,
        "now": time.time(),
        "final": lasting[0],
        "safe": lasting[1],
        "events": more.logs,
        "complaints": more.complaints,
    }
    await connection.execute(_SAVE, values)
