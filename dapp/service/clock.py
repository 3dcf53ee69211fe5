"""What time it is on the chain, and reads that all see one head."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from dapp.domain.events import Block
from dapp.domain.types import ZERO_HASH, BlockNumber, UnixTime
from dapp.errors import ChainMoved, Retryable
from dapp.store.queries import Queries
from dapp.store.views import Finality, Head

Found = TypeVar("Found")
Wall = Callable[[], float]
"""Our clock, in Unix seconds."""

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Moment:
    """The head that a read saw, and the time that follows from it.

    Of a read at an earlier block, that block is the head, and its own time the time.
    """

    head: Head
    now: UnixTime

    @property
    def next_block(self) -> BlockNumber:
        """The first block in which anything can still happen."""
        return BlockNumber(self.head.block_number + 1)

    @property
    def next_second(self) -> UnixTime:
        return UnixTime(self.now + 1)

    def as_of(self, block: Block | None, number: BlockNumber) -> "Moment":
        """The moment of an earlier block; None of one before the contracts."""
        at, hash_ = (block.timestamp, block.hash) if block else (UnixTime(0), ZERO_HASH)
        head = replace(self.head, block_number=number, block_hash=hash_, timestamp=at)
        return Moment(head, at)

    def stamp(self) -> dict[str, Any]:
        """What every body that shows chain facts says."""
        return {
            "as_of_block": self.head.block_number,
            "finality": self.head.finality,
            "verified_level": self.head.level.name.lower(),
        }


class Clock:
    def __init__(
        self, queries: Queries, wall: Wall, observe: Callable[[Head], None] = lambda _: None
    ) -> None:
        """`observe` is told every head that is read."""
        self._queries = queries
        self._wall = wall
        self._observe = observe

    async def moment(self) -> Moment:
        """Raises Retryable."""
        return self.moment_of(await self._queries.head())

    def moment_of(self, head: Head | None) -> Moment:
        """The moment at which a head was read. Raises Retryable for none."""
        if head is None:
            raise Retryable(
                "nothing is indexed yet", remedy="Start 'redress index run'", code="index-empty"
            )
        self._observe(head)
        return Moment(head, chain_time(head, self._wall()))

    async def read(self, read: Callable[[], Awaitable[Found]]) -> tuple[Found, Moment]:
        """What `read` gives, while the head does not move. Raises Retryable."""
        return await self.read_as_of("latest", lambda _: read())

    async def read_as_of(
        self, finality: Finality, read: Callable[[Moment], Awaitable[Found]]
    ) -> tuple[Found, Moment]:
        """As `read`, told the moment: of the newest block that is as final as that."""
        for _ in range(_ATTEMPTS):
            before = await self.moment()
            moment = before if finality == "latest" else await self._past(before, finality)
            found = await read(moment)
            if (await self.moment()).head.block_hash == before.head.block_hash:
                return found, moment
        raise ChainMoved("the index moved on during every attempt", remedy="Try again")

    async def _past(self, now: Moment, finality: Finality) -> Moment:
        head = now.head
        number = head.safe_block if finality == "safe" else head.finalized_block
        return now.as_of(await self._queries.block(number), number)


def chain_time(head: Head, wall: float) -> UnixTime:
    """The head's time and what passed since we stored it.

    A local chain whose clock was moved is followed too, since only our time since then is added.
    """
    return UnixTime(head.timestamp + max(0, int(wall - head.indexed_at)))
