"""Finds the steps that are due, from the index; to each of them, each keeper has its own time."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dapp.domain.agenda import Agenda
from dapp.domain.chores import (
    Chore,
    Step,
    When,
    due,
    due_from,
    due_of_anchored,
    due_of_dispute,
    due_of_order,
)
from dapp.domain.types import NO_ACCOUNT, Address, ComplaintId, UnixTime
from dapp.service.clock import Clock, Moment
from dapp.store.chores import Chores

_MOST_CASES = 200
"""Looked at in one go; the others follow at once."""
_FORGET_SECONDS = 3600
_MOST_RECHECKS = 20


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds of the chain's clock.

    Attributes:
        recheck: until what was due is looked at again, if nothing happens to its case; twice as
            long each time, up to 20 times.
        spread: keepers come to a step within so long, each at a time that follows from both.
        opening: before an anchored complaint's time is over, it is opened.
    """

    recheck: int = 30
    spread: int = 12
    opening: int = 12 * 3600


@dataclass(frozen=True, slots=True)
class _Parked:
    """Looked at, and not again before `until`, which was `wait` seconds away."""

    until: UnixTime
    wait: int


class Duties:
    """One keeper's.

    Args:
        keeper: its account.
        wanted: what it looks for.
    """

    def __init__(
        self,
        chores: Chores,
        clock: Clock,
        keeper: Address,
        wanted: frozenset[Chore],
        pace: Pace,
    ) -> None:
        self._chores = chores
        self._clock = clock
        self._keeper = keeper
        self._wanted = wanted
        self._pace = pace
        self._agenda = Agenda()
        self._turns: dict[str, UnixTime] = {}
        self._parked: dict[str, _Parked] = {}

    @property
    def watched(self) -> int:
        """How many cases something will be due about."""
        return len(self._agenda)

    async def scan(self) -> None:
        """Read all cases about which something can be due. Raises Retryable."""
        agenda, last = Agenda(), ComplaintId(0)
        while cases := await self._chores.open_cases(last):
            for case in cases:
                agenda.note(case.id, due_from(case, self._wanted))
            last = cases[-1].id
        appealed = await self._chores.appealed()
        for start in range(0, len(appealed), _MOST_CASES):
            for case in await self._chores.cases(appealed[start : start + _MOST_CASES]):
                agenda.note(case.id, due_from(case, self._wanted))
        self._agenda = agenda
        now = (await self._clock.moment()).now
        old = now - _FORGET_SECONDS
        self._turns = {name: at for name, at in self._turns.items() if at >= old}
        self._parked = {name: one for name, one in self._parked.items() if one.until >= old}

    async def changed(self, complaints: Collection[ComplaintId]) -> None:
        """Read these again. Raises Retryable."""
        gone = set(complaints)
        for complaint in gone:
            self._parked.pop(_name(complaint), None)
        for case in await self._chores.cases(complaints):
            self._agenda.note(case.id, due_from(case, self._wanted))
            gone.discard(case.id)
        for complaint in gone:
            self._agenda.drop(complaint)

    async def next_in(self) -> float | None:
        """Seconds until the clock alone makes something due; None if it never does."""
        at = self._agenda.next_time()
        return None if at is None else at - (await self._clock.moment()).now

    async def due(self, *, of_all: bool) -> list[Step]:
        """What is due and our turn to do, draws first; each is not given again for a while.

        `of_all`: orders, disputes of other contracts, and anchored complaints as well. Raises
        Retryable.
        """
        moment = await self._clock.moment()
        found = await self._of_cases(moment)
        if of_all:
            found += self._unparked(await self._of_orders(moment), moment.now)
            found += self._unparked(await self._of_disputes(moment), moment.now)
            found += self._unparked(await self._of_anchored(moment), moment.now)
        return sorted(found, key=lambda step: step.chore is not Chore.DRAW)

    async def _of_cases(self, moment: Moment) -> list[Step]:
        found: list[Step] = []
        now, block = moment.now, moment.next_block
        taken = self._agenda.take(now, block, _MOST_CASES)
        for case in await self._chores.cases(taken):
            steps = due(case, now, block, self._wanted)
            ours = [step for step in steps if self._turn(step, now) <= now]
            again = [self._turn(step, now) for step in steps if step not in ours]
            # What is not due after all, by a reorg, or ours, is read anew if nothing is heard.
            again.append(self._park(_name(case.id), now))
            self._agenda.note(case.id, When(min(again)))
            found += ours
        return found

    async def _of_orders(self, moment: Moment) -> list[Step]:
        if Chore.RELEASE not in self._wanted:
            return []
        orders = await self._chores.held_orders(moment.now)
        return [step for paid, hours in orders for step in due_of_order(paid, hours, moment.now)]

    async def _of_disputes(self, moment: Moment) -> list[Step]:
        return [
            step
            for dispute in await self._chores.open_disputes()
            for step in due_of_dispute(dispute, moment.now, moment.next_block)
            if step.chore in self._wanted
        ]

    async def _of_anchored(self, moment: Moment) -> list[Step]:
        if Chore.OPEN not in self._wanted:
            return []
        rows = await self._chores.lapsing(moment.now, self._pace.opening)
        return [
            due_of_anchored(
                one.leaf, one.complaint, (one.stood.sender, one.stood.proof), one.signature
            )
            for one in rows
            if one.stood is not None
            and one.is_openable
            # What another is to open would only fail.
            and one.complaint.opener in (NO_ACCOUNT, self._keeper)
        ]

    def _unparked(self, steps: Iterable[Step], now: UnixTime) -> list[Step]:
        found = [
            step
            for step in steps
            if step.name not in self._parked or self._parked[step.name].until <= now
            if self._turn(step, now) <= now
        ]
        for step in found:
            self._park(step.name, now)
        return found

    def _park(self, name: str, now: UnixTime) -> UnixTime:
        """When to look again at what was looked at now."""
        first, before = self._pace.recheck, self._parked.get(name)
        wait = first if before is None else min(2 * before.wait, _MOST_RECHECKS * first)
        self._parked[name] = _Parked(UnixTime(now + wait), wait)
        return self._parked[name].until

    def _turn(self, step: Step, now: UnixTime) -> UnixTime:
        """From when on it is ours: our second comes round, after we saw that it is due."""
        if step.name not in self._turns:
            period = self._pace.spread + 1
            wait = (second_of(self._keeper, step.name, period) - now) % period
            self._turns[step.name] = UnixTime(now + wait)
        return self._turns[step.name]


def second_of(keeper: Address, step: str, period: int) -> int:
    """Which of every `period` seconds of the chain's clock is a keeper's, for a step.

    It does not hang on when each began to look: two keepers that start one after the other would
    else meet as often as if they had not drawn lots.
    """
    lot = hashlib.sha256(f"{keeper}/{step}".encode()).digest()
    return int.from_bytes(lot[:8]) % period


def _name(complaint: ComplaintId) -> str:
    return f"complaint/{complaint}"
