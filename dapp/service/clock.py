"""What time it is on the chain, and reads that all see one head."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from dapp.domain.types import BlockNumber, UnixTime
from dapp.errors import ChainMoved, Retryable
from dapp.store.queries import Queries
from dapp.store.views import Head

Found = TypeVar("Found")
Wall = Callable[[], float]
"""Our clock, in Unix seconds."""

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Moment:
    """The head that a read saw, and the time that follows from it."""

    head: Head
    now: UnixTime

    @property
    def next_block(self) -> BlockNumber:
        """The first block in which anything can still happen."""
        return BlockNumber(self.head.block_number + 1)

    def stamp(self) -> dict[str, Any]:
        """What every body that shows chain facts says."""
        return {
            "as_of_block": self.head.block_number,
            "finality": self.head.finality,
            "verified_level": self.head.level.name.lower(),
        }


class Clock:
    def __init__(self, queries: Queries, wall: Wall) -> None:
        self._queries = queries
        self._wall = wall

    async def moment(self) -> Moment:
        """Raises Retryable."""
        head = await self._queries.head()
        if head is None:
            raise Retryable(
                "nothing is indexed yet", remedy="Start 'redress index run'", code="index-empty"
            )
        return Moment(head, chain_time(head, self._wall()))

    async def read(self, read: Callable[[], Awaitable[Found]]) -> tuple[Found, Moment]:
        """What `read` gives, while the head does not move. Raises Retryable."""
        for _ in range(_ATTEMPTS):
            before = await self.moment()
            found = await read()
            after = await self.moment()
            if before.head.block_hash == after.head.block_hash:
                return found, after
        raise ChainMoved("the index moved on during every attempt", remedy="Try again")


def chain_time(head: Head, wall: float) -> UnixTime:
    """The head's time and what passed since we stored it.

    A local chain whose clock was moved is followed too, since only our time since then is added.
    """
    return UnixTime(head.timestamp + max(0, int(wall - head.indexed_at)))
