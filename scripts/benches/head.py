"""From a block to its committed rows, on a chain that has a block a second."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from dapp.domain.types import OrganisationId
from dapp.store.projection import CHANNEL
from scripts.benches import busy_chain
from scripts.benches.busy_chain import STAGES
from tests.world import World

_PATIENCE_SECONDS = 60.0
# After a block: the next one's transactions are sent, when the index has long ended its work; and
# then the node is asked for the next block, so late that asking does not disturb that work either.
_SEND_AFTER_SECONDS = 0.5
_ASK_AFTER_SECONDS = 0.8
_ASK_EVERY_SECONDS = 0.001


@dataclass
class Commits:
    """When PostgreSQL told that blocks were committed.

    Attributes:
        seen: pairs of the highest block committed and the moment, in order.
    """

    seen: list[tuple[int, float]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def listen(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        """Note what is told, until it is over."""
        while not self.over.is_set():
            for notice in connection.notifies(timeout=0.2):
                self.seen.append((json.loads(notice.payload)["block"], time.monotonic()))

    def moment(self, block: int) -> float:
        """When the block was committed; waits for it. Raises TimeoutError."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            found = next((moment for number, moment in self.seen if number >= block), None)
            if found is not None:
                return found
            if time.monotonic() > deadline:
                raise TimeoutError(f"block {block} is not indexed")
            time.sleep(0.01)


@contextmanager
def _commits(database_url: str) -> Iterator[Commits]:
    commits = Commits()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"LISTEN {CHANNEL}public")
        thread = threading.Thread(target=commits.listen, args=(connection,))
        thread.start()
        try:
            yield commits
        finally:
            commits.over.set()
            thread.join()


def delays(world: World, house: OrganisationId, database_url: str, blocks: int) -> list[float]:
    """Seconds from each of `blocks` full blocks to its rows; an indexer must be following."""
    mined: list[tuple[int, float]] = []
    # More than are wanted, as the moment of a block can be missed.
    story = busy_chain.transactions(world, house, 2 * blocks + STAGES)
    with _commits(database_url) as commits:
        world.rpc("evm_setIntervalMining", 1)
        for place, sent in enumerate(story):
            number, absent = _mine(world, sent)
            if place >= STAGES - 1 and absent is not None:
                mined.append((number, absent))
            if len(mined) == blocks:
                break
        world.rpc("evm_setIntervalMining", 0)
        return [commits.moment(number) - absent for number, absent in mined]


def _mine(world: World, sent: Sequence[busy_chain.Sending]) -> tuple[int, float | None]:
    """The number of the block with what is sent, and the last moment when it was not there yet.

    So the time that it takes to hear of a block never makes the index look quicker. The moment is
    None where the block was there before it was asked for.
    """
    began = time.monotonic()
    before = world.block_number()
    time.sleep(_SEND_AFTER_SECONDS)
    world.rpc_batch(sent)
    time.sleep(max(0.0, began + _ASK_AFTER_SECONDS - time.monotonic()))
    absent = None
    while True:
        asked = time.monotonic()
        number = world.block_number()
        if number != before:
            return number, absent
        absent = asked
        time.sleep(_ASK_EVERY_SECONDS)
