"""What the indexer measures of itself, for Prometheus."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge

from dapp.domain.types import BlockNumber
from dapp.store.projection import Checkpoint

_CHAIN = ["chain"]
_LAG = Gauge("redress_index_lag_blocks", "Blocks that the node has and the index not", _CHAIN)
_HEAD = Gauge("redress_index_block", "The last block that is indexed", _CHAIN)
_BLOCKS = Counter("redress_index_blocks", "Blocks stored", _CHAIN)
_LOGS = Counter("redress_index_logs", "Logs stored", _CHAIN)
_RANGES = Counter("redress_index_segments", "Transactions that stored blocks", _CHAIN)
_REORGS = Counter("redress_index_reorgs", "Times that stored blocks were taken off", _CHAIN)
_DEPTH = Gauge("redress_index_reorg_depth", "Blocks taken off the last time", _CHAIN)
_ERRORS = Counter("redress_index_node_errors", "What went wrong, by code", [*_CHAIN, "code"])
_WRONG = Gauge(
    "redress_index_mismatches", "Folds and counts that differed from the chain's", _CHAIN
)
_LEADS = Gauge("redress_index_leads", "1 for whoever writes, 0 while another one does", _CHAIN)


class Meters:
    """The meters of one chain.

    Args:
        chain: its name by CAIP-2.
    """

    def __init__(self, chain: str) -> None:
        self._chain = chain
        _LEADS.labels(chain).set(0)

    @contextmanager
    def leading(self) -> Iterator[None]:
        """Inside, this process is the one that writes."""
        _LEADS.labels(self._chain).set(1)
        try:
            yield
        finally:
            _LEADS.labels(self._chain).set(0)

    def at(self, head: BlockNumber, stored: Checkpoint | None) -> None:
        """Where the node is, and where the index."""
        block = 0 if stored is None else stored.block
        _HEAD.labels(self._chain).set(block)
        _LAG.labels(self._chain).set(max(0, head - block))

    def stored(self, blocks: int, logs: int) -> None:
        """One transaction stored so much."""
        _RANGES.labels(self._chain).inc()
        _BLOCKS.labels(self._chain).inc(blocks)
        _LOGS.labels(self._chain).inc(logs)

    def reorganised(self, depth: int) -> None:
        """So many blocks were taken off."""
        _REORGS.labels(self._chain).inc()
        _DEPTH.labels(self._chain).set(depth)

    def failed(self, code: str) -> None:
        """Something went wrong."""
        _ERRORS.labels(self._chain, code).inc()

    def compared(self, wrong: int) -> None:
        """So many folds differed at the last comparison."""
        _WRONG.labels(self._chain).set(wrong)
