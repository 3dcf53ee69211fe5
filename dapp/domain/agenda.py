"""Which complaints are to be looked at next, by the chain's clock and by its blocks."""

import heapq

from dapp.domain.chores import When
from dapp.domain.types import BlockNumber, ComplaintId, UnixTime

_Queue = list[tuple[int, ComplaintId]]


class Agenda:
    """Each complaint stands in it once; what was noted before about it is void."""

    def __init__(self) -> None:
        self._noted: dict[ComplaintId, When] = {}
        self._by_time: _Queue = []
        self._by_block: _Queue = []

    def __len__(self) -> int:
        return len(self._noted)

    def note(self, complaint: ComplaintId, when: When) -> None:
        """Look at it then."""
        if self._noted.get(complaint) == when:
            return
        self.drop(complaint)
        if when == When():
            return
        self._noted[complaint] = when
        if when.at is not None:
            heapq.heappush(self._by_time, (when.at, complaint))
        if when.block is not None:
            heapq.heappush(self._by_block, (when.block, complaint))

    def drop(self, complaint: ComplaintId) -> None:
        """Look at it no more."""
        self._noted.pop(complaint, None)

    def take(self, now: UnixTime, block: BlockNumber, most: int) -> list[ComplaintId]:
        """Those to be looked at now, which are then out of it; what waits for a block first.

        A seed is lost some time after its block, so those come first.
        """
        found: list[ComplaintId] = []
        while len(found) < most and (one := self._first_by_block(block)) is not None:
            found.append(one)
            self.drop(one)
        while len(found) < most and (one := self._first_by_time(now)) is not None:
            found.append(one)
            self.drop(one)
        return found

    def next_time(self) -> UnixTime | None:
        """When something is due by the clock alone."""
        self._clear_stale()
        return UnixTime(self._by_time[0][0]) if self._by_time else None

    def _first_by_block(self, block: BlockNumber) -> ComplaintId | None:
        self._clear_stale()
        queue = self._by_block
        return queue[0][1] if queue and queue[0][0] <= block else None

    def _first_by_time(self, now: UnixTime) -> ComplaintId | None:
        self._clear_stale()
        queue = self._by_time
        return queue[0][1] if queue and queue[0][0] <= now else None

    def _clear_stale(self) -> None:
        """Entries that were noted before others about the same complaint."""
        while self._by_time and self._at(self._by_time[0][1]) != self._by_time[0][0]:
            heapq.heappop(self._by_time)
        while self._by_block and self._block(self._by_block[0][1]) != self._by_block[0][0]:
            heapq.heappop(self._by_block)

    def _at(self, complaint: ComplaintId) -> UnixTime | None:
        return self._noted.get(complaint, When()).at

    def _block(self, complaint: ComplaintId) -> BlockNumber | None:
        return self._noted.get(complaint, When()).block
