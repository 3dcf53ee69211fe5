"""What to read next: pure decisions."""

from dataclasses import dataclass

from dapp.domain.types import BlockNumber

NEAR_BLOCKS = 64
"""This near to the head, blocks are walked by their parents' hashes."""
_MOST_SPAN = 2_000
_GROW_BELOW_LOGS = 5_000
_FIRST_SPAN = 200


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

    def grown(self, logs: int) -> "Span":
        """The span after a range that was answered with `logs` logs."""
        most = min(self.most + 1 + self.most // 50, _MOST_SPAN)
        wanted = self.blocks if logs >= _GROW_BELOW_LOGS else self.blocks * 2
        return Span(min(wanted, self.most), most)

    def shrunk(self, refused: int) -> "Span | None":
        """The span after the node refused a range of so many blocks; None if it was one block."""
        if refused <= 1:
            return None
        half = refused // 2
        return Span(half, max(refused * 3 // 4, half))


def is_far(next_block: BlockNumber, head: BlockNumber) -> bool:
    """Whether there is so much to catch up with that ranges are worth it."""
    return head - next_block >= NEAR_BLOCKS


def next_range(next_block: BlockNumber, head: BlockNumber, span: Span) -> Range:
    """The next range of a backfill; it leaves the newest blocks to be walked by hash."""
    last = min(next_block + span.blocks - 1, head - NEAR_BLOCKS)
    return Range(next_block, BlockNumber(max(last, next_block)))
