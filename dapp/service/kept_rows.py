"""Cases as lists show them, kept ready as JSON: they are most of a list's cost."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from dapp.domain.types import ComplaintId, Hash32, UnixTime
from dapp.service.clock import Moment
from dapp.service.kept_facts import Facts, KeptFacts
from dapp.store.news import Change
from dapp.store.views import CaseFilter

_OVERHEAD_BYTES = 350


@dataclass(frozen=True, slots=True)
class Row:
    """A case in a list.

    Attributes:
        body: JSON, which is put into a list's as it is.
        facts: by which lists are filtered.
        since, until: the chain's time for which it holds; `until` None for ever.
        only_at: the block with which it goes; None where only the case's own events change it.
    """

    body: msgspec.Raw
    facts: Facts
    since: UnixTime
    until: UnixTime | None
    only_at: Hash32 | None = None

    @property
    def size(self) -> int:
        return len(self.body) + _OVERHEAD_BYTES

    def holds(self, now: UnixTime, block: Hash32) -> bool:
        return (
            self.since <= now
            and (self.until is None or now < self.until)
            and (self.only_at is None or self.only_at == block)
        )


class KeptRows:
    """Of one process; `Kept` tells it the news.

    Args:
        most_bytes: what all together may take.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._rows: dict[ComplaintId, Row] = {}
        self._facts = KeptFacts()
        self._told: Hash32 | None = None
        """The block up to which all news came; None while nobody listens."""

    def begin(self, at: Hash32) -> None:
        """News come from now on, of all that follows this block."""
        self.clear()
        self._told = at

    def heard(self, change: Change) -> None:
        """The head has moved; what has changed with it goes."""
        if change.complaints is None:
            self.clear()
        else:
            self._drop(change.complaints)
        self._told = change.block_hash

    def clear(self) -> None:
        """Nobody listens any more."""
        self._rows.clear()
        self._facts = KeptFacts()
        self._bytes, self._told = 0, None

    def keep(self, number: ComplaintId, row: Row, moment: Moment) -> None:
        """Hold what was read at a moment, unless there is news already; the oldest go for it."""
        if self._told != moment.head.block_hash or row.size > self._most_bytes:
            return
        self._drop([number])
        self._rows[number] = row
        self._facts.add(number, row.facts)
        self._bytes += row.size
        while self._bytes > self._most_bytes:
            self._drop([next(iter(self._rows))])

    def find(self, numbers: Iterable[ComplaintId], moment: Moment) -> dict[ComplaintId, Row]:
        """Those of the numbers that are kept, and true at the moment."""
        if self._told != moment.head.block_hash:
            return {}
        now, block, rows = moment.now, moment.head.block_hash, self._rows
        return {
            number: row
            for number in numbers
            if (row := rows.get(number)) is not None and row.holds(now, block)
        }

    def below(
        self, number: int, which: CaseFilter, limit: int, moment: Moment
    ) -> dict[ComplaintId, Row] | None:
        """The next `limit` below a number that fit, the newest first, fewer at the end.

        By state, category and organisation alone. None where one on the way is not kept, or one of
        them is not true at the moment.
        """
        numbers = self._facts.below(number, which, limit)
        if numbers is None:
            return None
        found = self.find(numbers, moment)
        return found if len(found) == len(numbers) else None

    def _drop(self, numbers: Iterable[ComplaintId]) -> None:
        for number in numbers:
            gone = self._rows.pop(number, None)
            if gone is not None:
                self._bytes -= gone.size
                self._facts.remove(number, gone.facts)
