"""Which blocks are asked for at once: what the indexer asks for, and a part for slow readers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.lying_node import Reply, Request, lying_node
from tests.world import World

_TILE = 50  # blocks


@dataclass(frozen=True, order=True)
class Range:
    """Blocks from `first` to `last`, both in it."""

    first: int
    last: int

    @property
    def blocks(self) -> int:
        """How many."""
        return self.last - self.first + 1


@dataclass
class Ear:
    """Overhears what is asked at `url`.

    Attributes:
        filters: of each eth_getLogs that was answered.
    """

    url: str = ""
    filters: list[dict[str, Any]] = field(default_factory=list)

    def hear(self, request: Request, reply: Reply) -> Reply:
        """Note the call and leave the reply as it is."""
        if request["method"] == "eth_getLogs" and "result" in reply:
            self.filters.append(request["params"][0])
        return reply

    def ranges(self, world: World) -> list[Range]:
        """What was asked for, each once and in order."""
        return sorted({_range(world, one) for one in self.filters})


@contextmanager
def overhearing(url: str) -> Iterator[Ear]:
    """A way to the node at `url` on which every call is noted."""
    with lying_node(url) as node:
        ear = Ear(node.url)
        node.twist = ear.hear
        yield ear


def _range(world: World, asked: dict[str, Any]) -> Range:
    if "blockHash" in asked:
        block = world.rpc("eth_getBlockByHash", asked["blockHash"], False)
        return Range(int(block["number"], 16), int(block["number"], 16))
    return Range(int(asked["fromBlock"], 16), int(asked["toBlock"], 16))


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
