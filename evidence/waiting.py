"""What is pinned before anything speaks for it: whose it is, and since when.

    FOLDER/OWNER   JSON, a file for each owner of pins whose roots wait

Whoever writes holds the vault's lock. It is written before the pin, so that a pin without it is
one that stays.
"""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from evidence import disk
from evidence.budget import Budget, Held, Holder

_SCRATCH = ".new"  # no owner is called so


@dataclass(frozen=True, slots=True)
class Waiting:
    """Attributes:
    realm: which service is to speak for it, where several share a vault.
    bytes: on the disk, as a quota counts them.
    since: Unix seconds.
    """

    realm: str
    holder: Holder
    bytes: int
    since: int


@dataclass(frozen=True, slots=True)
class Wait:
    """What is to wait, and within which bounds.

    Attributes:
        percent: all that waits may have so much of what the rest leaves of the quota.
    """

    waiting: Waiting
    budget: Budget
    percent: int

    def check(self, others: Iterable[Waiting], room: int | None) -> None:
        """Raises BudgetError."""
        held = (Held(one.holder, one.bytes) for one in others)
        self.budget.check(held, Held(self.waiting.holder, self.waiting.bytes), room)


class WaitingList:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[tuple[int, int], Waiting | None]] = {}
        """What was read before, by owner, of which file: there may be many."""

    def all(self) -> dict[str, Waiting]:
        """By owner."""
        found = {}
        with os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    stat = entry.stat()
                    mark = (stat.st_ino, stat.st_mtime_ns)
                    known = self._known.get(entry.name)
                    if known is None or known[0] != mark:
                        known = (mark, self.get(entry.name))
                    found[entry.name] = known
        found.pop(_SCRATCH, None)
        self._known = found
        return {owner: one for owner, (_, one) in found.items() if one is not None}

    def write(self, owner: str, waiting: Waiting) -> None:
        """For good."""
        data = json.dumps(asdict(waiting)).encode()
        disk.replace(self._folder / owner, data, self._folder / _SCRATCH)
        disk.sync_folder(self._folder)

    def renew(self, owner: str, since: int) -> None:
        """Nothing where it does not wait."""
        if (found := self.get(owner)) is not None:
            self.write(owner, replace(found, since=since))

    def discard(self, owner: str) -> None:
        (self._folder / owner).unlink(missing_ok=True)

    def get(self, owner: str) -> Waiting | None:
        """As it is at this moment; None where it does not wait, and for what is damaged: better
        too much stays than too little."""
        try:
            said = json.loads((self._folder / owner).read_bytes())
            return Waiting(**{**said, "holder": Holder(**said["holder"])})
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None
