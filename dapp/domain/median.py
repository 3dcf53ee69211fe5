"""The ruling of a panel (contracts/libraries/Median.sol)."""

from collections.abc import Sequence


def middle(votes: Sequence[int]) -> tuple[int, int]:
    """The two middle votes of at least one; the same one twice for an odd number."""
    ordered = sorted(votes)
    return ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]


def ruling(votes: Sequence[int]) -> int:
    """The median; for an even number the floor of the two middle votes' mean."""
    low, high = middle(votes)
    return (low + high) // 2
