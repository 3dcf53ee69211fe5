"""Answers that are kept as long as they are true, so that asking again costs next to nothing.

The database tells of every new block which complaints it changed (`store.news`): an answer about
one case goes when that case changes, any other with the next block, each also when the clock alone
makes it another. Between a block that some read here has seen and its news, nothing is given out:
whoever has seen a block is never told of an older one.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from sys import getsizeof

from dapp.domain.types import BlockNumber, ComplaintId, Hash32, UnixTime
from dapp.service.clock import Moment, Wall, chain_time
from dapp.service.kept_rows import KeptRows
from dapp.service.packing import Packer
from dapp.store.news import Change
from dapp.store.views import Finality, Head

Key = tuple[str, bytes]
"""Path and query of a request."""

_OVERHEAD_BYTES = 700
_LEAST_PACKED_BYTES = 2000
_EXAMPLES = 16
_PASSING_PART = 8
"""Of what may be kept, one part in so many is for answers that go with the next block."""


@dataclass(frozen=True, slots=True)
class Held:
    """An answer's bytes, without what it says of the head.

    Attributes:
        body: the JSON object; where `complaint` is given, still open at its end.
        etag: with its quotes.
        since, until: the chain's time for which it holds; `until` None for ever.
        complaint: goes only when this one changes, if given; else with the next block.
        changed_at: the block of the case's last event, whose finality `finality` it tells; None
            where it tells none.
        route: the pattern of the route that it answers.
        packer: has made the body small, if given.
    """

    body: bytes
    etag: bytes
    since: UnixTime
    until: UnixTime | None = None
    complaint: ComplaintId | None = None
    changed_at: BlockNumber | None = None
    finality: Finality | None = None
    route: str = ""
    packer: Packer | None = None

    @property
    def text(self) -> bytes:
        """The body as it was."""
        return self.body if self.packer is None else self.packer.unpack(self.body)

    @property
    def size(self) -> int:
        return len(self.body) + _OVERHEAD_BYTES


class Kept:
    """Of one process, fed by `heard` and `observe`.

    Args:
        wall: our clock.
        most_bytes: what all answers together may take: half of it for the rows of lists.
    """

    def __init__(self, wall: Wall, most_bytes: int) -> None:
        self._wall = wall
        self.rows = KeptRows(most_bytes // 2)
        self._most_bytes = most_bytes - most_bytes // 2
        self._bytes = 0
        self._held: OrderedDict[Key, Held] = OrderedDict()
        self._plain: OrderedDict[Key, None] = OrderedDict()
        """Those whose bodies could still be packed."""
        self._about: dict[ComplaintId, tuple[Key, ...]] = {}
        self._passing: dict[Key, None] = {}
        """Those that go with the next block, the oldest first."""
        self._passing_bytes = 0
        self._packer: Packer | None = None
        self._told: Hash32 | None = None
        """The block up to which all news came; None while nobody listens."""
        self._head: Head | None = None

    def observe(self, head: Head) -> None:
        """Some read saw this head; whichever was stored last counts."""
        before = self._head
        if before is not None and head.indexed_at < before.indexed_at:
            return
        self._head = head
        if before is not None and before != head and before.block_hash == head.block_hash:
            # It is called final, or better proven: what was said of it goes.
            self._drop_all(list(self._passing))

    def begin(self, head: Head) -> None:
        """News come from now on, of all that follows this head."""
        self.clear()
        self._head, self._told = head, head.block_hash
        self.rows.begin(head.block_hash)

    def heard(self, change: Change) -> None:
        """The head has moved; what has changed with it goes."""
        self.rows.heard(change)
        if change.complaints is None:
            self._drop_all(list(self._held))
        else:
            self._drop_all(list(self._passing))
            for complaint in change.complaints:
                self._drop_all(self._about.get(complaint, ()))
        self._told = change.block_hash

    def clear(self) -> None:
        """Nobody listens any more."""
        self.rows.clear()
        self._held.clear()
        self._plain.clear()
        self._about.clear()
        self._passing.clear()
        self._bytes = self._passing_bytes = 0
        self._told, self._head = None, None

    def keep(self, key: Key, held: Held, head: Head) -> None:
        """Hold an answer that was read at a head, unless there is news already."""
        size = _size(key, held)
        if self._told != head.block_hash or size > self._most_bytes:
            return
        self._drop(key)
        self._held[key] = held
        self._bytes += size
        if held.complaint is None:
            self._passing[key] = None
            self._passing_bytes += size
            # What lasts is not to make room for what is gone in a moment.
            while self._passing_bytes * _PASSING_PART > self._most_bytes and len(self._passing) > 1:
                self._drop(next(iter(self._passing)))
        else:
            self._about[held.complaint] = (*self._about.get(held.complaint, ()), key)
            if len(held.body) >= _LEAST_PACKED_BYTES:
                self._plain[key] = None
        while self._bytes > self._most_bytes:
            self._shrink()

    def find(self, key: Key) -> tuple[Held, Moment] | None:
        """An answer that is still true, and the moment that it is true of."""
        held, moment = self._held.get(key), self.moment()
        if held is None or moment is None:
            return None
        head, now = moment.head, moment.now
        if now < held.since or (held.until is not None and now >= held.until):
            return None
        if held.changed_at is not None and head.finality_of(held.changed_at) != held.finality:
            return None
        self._held.move_to_end(key)
        if key in self._plain:
            self._plain.move_to_end(key)
        if held.complaint is None:
            self._passing[key] = self._passing.pop(key)
        return held, moment

    def moment(self) -> Moment | None:
        """The time now, at the newest block; None while that may not be given out."""
        head = self._head
        if head is None or head.block_hash != self._told:
            return None
        return Moment(head, chain_time(head, self._wall()))

    def _shrink(self) -> None:
        """Pack what nobody asked for the longest; where all are packed, drop it."""
        if not self._plain:
            self._drop(next(iter(self._held)))
            return
        if self._packer is None:
            some = islice(self._plain, _EXAMPLES)
            self._packer = Packer([self._held[key].body for key in some])
        key, _ = self._plain.popitem(last=False)
        held = self._held[key]
        packed = replace(held, body=self._packer.pack(held.body), packer=self._packer)
        self._held[key] = packed
        self._bytes += packed.size - held.size

    def _drop_all(self, keys: Iterable[Key]) -> None:
        for key in keys:
            self._drop(key)

    def _drop(self, key: Key) -> None:
        gone = self._held.pop(key, None)
        if gone is None:
            return
        self._bytes -= _size(key, gone)
        self._plain.pop(key, None)
        if gone.complaint is None:
            del self._passing[key]
            self._passing_bytes -= _size(key, gone)
        else:
            others = tuple(one for one in self._about.pop(gone.complaint) if one != key)
            if others:
                self._about[gone.complaint] = others


def _size(key: Key, held: Held) -> int:
    # Parameters that no route knows are part of it, so it may be as long as a request's head.
    return sum(map(getsizeof, key)) + held.size
