"""A chain that changes its mind: two nodes of it, the marks to go back to, what is final.

Both nodes begin with the same blocks. Going back is anvil's own revert, so every branch is of real
blocks; a whole branch is brought to the other node as a dump, and then both have it to the byte.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dapp.domain.types import BlockNumber
from scripts.toolchain import anvil as anvil_tool
from tests.faults import workload
from tests.world import World

# The same on both nodes, or their first blocks would differ.
_GENESIS = ("--timestamp", "1700000000")


@dataclass
class Branch:
    """What one node has.

    Attributes:
        base: anvil's snapshot of the shared beginning.
        marks: snapshots to go back to, with the height of each, oldest first.
    """

    world: World
    base: str
    marks: list[tuple[str, BlockNumber]] = field(default_factory=list)

    def mark(self) -> None:
        """Remember the chain as it is."""
        self.marks.append((str(self.world.rpc("evm_snapshot")), self.world.block_number()))

    def back(self, mark: int) -> None:
        """Go back to one of the marks, which takes it and the later ones away."""
        snapshot, _ = self.marks[mark]
        assert self.world.rpc("evm_revert", snapshot) is True
        del self.marks[mark:]

    def to_base(self) -> None:
        """Go back to the shared beginning."""
        assert self.world.rpc("evm_revert", self.base) is True
        self.base = str(self.world.rpc("evm_snapshot"))
        self.marks.clear()


class Story:
    """What happens on the chain; `served` is the node whose word counts.

    Attributes:
        final: the highest block that no branch is without.
        has_fork: the other node has a branch that may be served.
    """

    def __init__(self, served: Branch, other: Branch) -> None:
        self.served, self.other = served, other
        self._tick = 0
        self.begin()

    def begin(self) -> None:
        """Forget everything but the shared beginning."""
        self.served.to_base()
        self.other.to_base()
        self.final = self.served.world.block_number()
        self.has_fork = False

    @property
    def world(self) -> World:
        """The served node's."""
        return self.served.world

    def act(self, lots: random.Random, times: int = 1) -> str:
        """Some deeds, on a clock on which no two branches have the same block by chance."""
        done = []
        for _ in range(times):
            self._tick += lots.randint(1, 40)
            self._at_another_time()
            done.append(workload.act(self.world, lots))
        return ", ".join(done)

    def mine(self, blocks: int) -> None:
        """Empty blocks that are on no other branch."""
        self._tick += 1
        self._at_another_time()
        self.world.mine(blocks)

    def _at_another_time(self) -> None:
        head = self.world.rpc("eth_getBlockByNumber", "latest", False)
        self.world.at(int(head["timestamp"], 16) + self._tick)

    def fork(self) -> None:
        """Bring what is served to the other node, which may then go its own way."""
        self.other.to_base()
        assert self.other.world.rpc("anvil_loadState", self.world.rpc("anvil_dumpState"))
        assert self.other.world.block_number() == self.world.block_number()
        self.has_fork = True

    def swap(self) -> None:
        """The other node's branch is the chain from now on."""
        assert self.has_fork
        self.served, self.other = self.other, self.served

    def finalise(self, block: BlockNumber) -> None:
        """No branch is without this block of the served one any more."""
        self.final = max(self.final, block)
        self.served.marks = [mark for mark in self.served.marks if mark[1] >= self.final]
        self.has_fork = False

    def transactions_after(self, block: BlockNumber) -> list[str]:
        """The signed transactions above a block, in order."""
        head = self.world.block_number()
        hashes = [
            one
            for number in range(block + 1, head + 1)
            for one in self.world.rpc("eth_getBlockByNumber", hex(number), False)["transactions"]
        ]
        return [str(self.world.rpc("eth_getRawTransactionByHash", one)) for one in hashes]

    def resend(self, transactions: list[str]) -> None:
        """Mine transactions of another branch again; one that fails here leaves no event."""
        for one in transactions:
            try:
                self.world.rpc("eth_sendRawTransaction", one)
            except RuntimeError:
                # Its nonce or its fee does not fit this branch.
                continue

    def finalized_header(self) -> Any:
        """What a node answers about its final block."""
        return self.world.rpc("eth_getBlockByNumber", hex(self.final), False)


@contextmanager
def telling(folder: Path) -> Iterator[Story]:
    """Two nodes of one chain, with its contracts and the beginning of every story on both.

    Args:
        folder: where CHAINID.json goes.
    """
    with (
        anvil_tool.running(options=_GENESIS) as one,
        anvil_tool.running(options=_GENESIS) as two,
        World.deployed(one.url, folder) as world,
        world.twin(two.url) as twin,
    ):
        workload.begin(world)
        assert twin.rpc("anvil_loadState", world.rpc("anvil_dumpState"))
        first, second = (Branch(each, str(each.rpc("evm_snapshot"))) for each in (world, twin))
        yield Story(first, second)
