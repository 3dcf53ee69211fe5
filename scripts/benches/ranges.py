"""Which blocks are asked for at once, and a part of them for slow readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.world import World

_TILE = 50  # blocks, whose logs are 3 to 4 MB here


@dataclass(frozen=True, order=True)
class Range:
    """Blocks from `first` to `last`, both in it."""

    first: int
    last: int

    @property
    def blocks(self) -> int:
        """How many."""
        return self.last - self.first + 1


def which(world: World, asked: Range) -> dict[str, Any]:
    """The filter of eth_getLogs for our contracts in a range."""
    return {
        "fromBlock": hex(asked.first),
        "toBlock": hex(asked.last),
        "address": list(world.contracts.values()),
    }


def count(world: World, asked: Sequence[Range]) -> int:
    """How many events the node has in ranges."""
    return sum(len(world.rpc("eth_getLogs", which(world, one))) for one in asked)


def tiles(first: int, last: int) -> list[Range]:
    """All blocks from `first` to `last`, in ranges whose logs are a few megabytes."""
    return [Range(at, min(at + _TILE - 1, last)) for at in range(first, last + 1, _TILE)]


def part(asked: Sequence[Range], blocks: int) -> list[Range]:
    """About so many blocks, in ranges as long as they come: for what is slow on short ones."""
    taken: list[Range] = []
    for one in sorted(asked, key=lambda one: (one.blocks, one.first), reverse=True):
        if blocks > 0:
            taken.append(Range(one.first, min(one.last, one.first + blocks - 1)))
            blocks -= taken[-1].blocks
    return sorted(taken)
