"""What to read next: pure decisions."""

from dataclasses import dataclass

from dapp.domain.types import BlockNumber

NEAR_BLOCKS = 64
"""This near to the head, blocks are walked by their parents' hashes."""
_MOST_SPAN = 2_000
_FIRST_SPAN = 50
_FEW_BYTES, _MANY_BYTES = 2_000_000, 8_000_000
_LONG_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Range:
    """Blocks from `first` to `last`, both in it."""

    first: BlockNumber
    last: BlockNumber


@dataclass(frozen=True, slots=True)
class Span:
    """How many blocks to ask for at once; what the node bears is found by trying.

    Attributes:
        most: it is not grown above this, which a refusal lowers and each success raises a little.
    """

    blocks: int = _FIRST_SPAN
    most: int = _MOST_SPAN

    def grown(self, answered_bytes: int, seconds: float) -> "Span":
        """The span after a range that took so many bytes and so long."""
        most = min(self.most + 1 + self.most // 50, _MOST_SPAN)
        wanted = self.blocks
        if answered_bytes > _MANY_BYTES or seconds > _LONG_SECONDS:
            wanted = max(self.blocks // 2, 1)
        elif answered_bytes < _FEW_BYTES and seconds < _LONG_SECONDS / 2:
            wanted = self.blocks * 2
        return Span(min(wanted, self.most), most)

    def shrunk(self, refused: int) -> "Span | None":
        """The span after the node refused a range of so many blocks; None if it was one block."""
        if refused <= 1:
            return None
        half = refused // 2
        return Span(half, max(refused * 3 // 4, half))


@dataclass(frozen=True, slots=True)
class Density:
    """Whether logs are asked for by range, or taken from the receipts that prove them anyway.

    Where most blocks hold something of ours, their receipts are needed all the same, and to ask
    for the logs as well would only double the work.
    """

    is_dense: bool = False

    def after(self, blocks: int, with_ours: int) -> "Density":
        """What the last range says of the next."""
        return Density(2 * with_ours > blocks)


def is_far(next_block: BlockNumber, head: BlockNumber) -> bool:
    """Whether there is so much to catch up with that ranges are worth it."""
    return head - next_block >= NEAR_BLOCKS


def next_range(next_block: BlockNumber, head: BlockNumber, span: Span) -> Range:
    """The next range of a backfill; it leaves the newest blocks to be walked by hash."""
    last = min(next_block + span.blocks - 1, head - NEAR_BLOCKS)
    return Range(next_block, BlockNumber(max(last, next_block)))
