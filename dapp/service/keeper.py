"""Does what anyone may do, as it falls due, from one account that pays the gas.

What is due is read from the index, and tried at the node's pending block before anything is sent.
A step has one purpose among what is sent: keepers on one database never send it twice. Those on
different databases come to it at different times, and drop what was done.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic

import structlog

from dapp.domain.chores import Step
from dapp.domain.types import ComplaintId
from dapp.errors import BalanceTooLow, DatabaseUnavailable, NodeRefused, RedressError
from dapp.service.duties import Duties
from dapp.service.keeper_meters import KeeperMeters
from dapp.service.keeping import Judge, Means, Outcome, Verdict
from dapp.service.sender import Sender
from dapp.service.sending import Sending
from dapp.store.chores import Chores, Tally
from dapp.store.news import News
from dapp.store.outgoing import Status

log = structlog.get_logger()

_MOST_TRIES = 3
_OPEN = frozenset({Status.QUEUED, Status.SIGNED, Status.SENT})


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds of our own clock.

    Attributes:
        poll: between looks at orders and at others' disputes, which no news names.
        scan: between readings of all open cases, in case news were missed.
        retry: after node or database did not answer.
        patience: with another keeper on our database that has taken a step and does not do it.
        mining: of `once`, until what it sent is mined.
    """

    poll: float = 15.0
    scan: float = 600.0
    retry: float = 5.0
    patience: float = 600.0
    mining: float = 120.0


class Keeper:
    """One account's."""

    def __init__(
        self,
        duties: Duties,
        judge: Judge,
        sender: Sender,
        chores: Chores,
        news: News,
        meters: KeeperMeters,
        waits: Waits,
    ) -> None:
        self._duties = duties
        self._judge = judge
        self._sender = sender
        self._chores = chores
        self._news = news
        self._meters = meters
        self._waits = waits
        self._changed: set[ComplaintId] = set()
        self._scan_at = self._poll_at = 0.0
        self._woken = asyncio.Event()
        self._taken: dict[str, float] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop; node and database may go and come back."""
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(self._listen())
            group.create_task(self._sender.run(stop))
            while not stop.is_set():
                await self._rest(await self._pass(), stop)
            listening.cancel()

    async def look(self) -> list[Verdict]:
        """What would be done now. Nothing is sent. Raises RedressError."""
        await self._duties.scan()
        means = await self._judge.means()
        found: list[Verdict] = []
        while steps := await self._duties.due(of_all=not found):
            for step in steps:
                verdict = await self._weigh(step, means)
                means = means.less(verdict) if verdict.outcome is Outcome.READY else means
                found.append(verdict)
        return found

    async def once(self) -> list[Verdict]:
        """Do what is due, and wait until it is mined. Raises RedressError."""
        async with self._sender.held() as sending:
            await self._duties.scan()
            means = await self._judge.means()
            found: list[Verdict] = []
            while steps := await self._duties.due(of_all=not found):
                done, means = await self._do(steps, means)
                found += done
            await self._see_mined(sending, found)
        return found

    async def tally(self) -> Tally:
        """What came of all that was ever sent. Raises DatabaseUnavailable."""
        return await self._chores.tally(self._sender.address)

    async def means(self) -> Means:
        """What there is to spend. Raises Retryable."""
        return await self._judge.means()

    async def _pass(self) -> float:
        """One look at what is due; seconds until the next."""
        try:
            now = monotonic()
            if now >= self._scan_at:
                await self._duties.scan()
                self._scan_at = now + self._waits.scan
            changed, self._changed = self._changed, set()
            if changed:
                await self._duties.changed(changed)
            of_all = now >= self._poll_at
            if of_all:
                self._poll_at = now + self._waits.poll
            await self._work(of_all)
            soon = await self._duties.next_in()
            return max(0.0, self._waits.poll if soon is None else min(soon, self._waits.poll))
        except RedressError as error:
            # Whatever was not done is found by the next scan.
            self._scan_at = self._poll_at = 0.0
            self._meters.failed(error.code)
            log.warning("the keeper waits", code=error.code, reason=error.message)
            return self._waits.retry

    async def _work(self, of_all: bool) -> None:
        steps = await self._duties.due(of_all=of_all)
        verdicts: list[Verdict] = []
        if steps:
            verdicts, _ = await self._do(steps, await self._judge.means())
        self._meters.looked(verdicts, self._duties.watched)
        if of_all:
            self._meters.stands(await self.tally())
        if any(one.outcome is Outcome.BALANCE_TOO_LOW for one in verdicts):
            log.error(
                "the keeper has not enough money",
                code=BalanceTooLow.default_code,
                keeper=self._sender.address,
                remedy="Send money to it",
            )

    async def _do(self, steps: Sequence[Step], means: Means) -> tuple[list[Verdict], Means]:
        done = []
        for step in steps:
            try:
                verdict = await self._sent(await self._weigh(step, means))
            except NodeRefused as error:
                # Of one step only; the others need not wait for somebody to look at it.
                self._meters.failed(error.code)
                log.warning("a step cannot be tried", step=step.name, reason=error.message)
                continue
            if verdict.outcome is Outcome.SENT:
                means = means.less(verdict)
            done.append(verdict)
            log.info("step", step=step.name, outcome=verdict.outcome.value, code=verdict.code)
        return done, means

    async def _weigh(self, step: Step, means: Means) -> Verdict:
        _, before = await self._purpose(step)
        if before is not None:
            return Verdict(step, before)
        return await self._judge.judge(step, means)

    async def _sent(self, verdict: Verdict) -> Verdict:
        if verdict.outcome is not Outcome.READY:
            return verdict
        purpose, before = await self._purpose(verdict.step)
        if before is not None:
            return replace(verdict, outcome=before)
        call = (verdict.to, verdict.data, verdict.value, verdict.most_gas)
        row = await self._sender.enqueue(purpose, *call)
        is_ours = row.sender == self._sender.address
        return replace(verdict, outcome=Outcome.SENT if is_ours else Outcome.OTHERS)

    async def _purpose(self, step: Step) -> tuple[str, Outcome | None]:
        """Under what it is to be sent; beside it why it is not, if that is so.

        What failed may be tried again while it is due: a reorg can undo what it rested on.
        """
        for number in range(1, _MOST_TRIES + 1):
            purpose = f"keeper/{step.name}" + (f"#{number}" if number > 1 else "")
            row = await self._sender.find(purpose)
            if row is None:
                return purpose, None
            if row.status is Status.FAILED:
                continue
            if row.sender == self._sender.address:
                return purpose, Outcome.UNDER_WAY
            since = self._taken.setdefault(purpose, monotonic())
            if row.status is Status.MINED or monotonic() < since + self._waits.patience:
                return purpose, Outcome.OTHERS
        return "", Outcome.GIVEN_UP

    async def _see_mined(self, sending: Sending, verdicts: Sequence[Verdict]) -> None:
        """Until nothing that was sent waits any more, or for as long as we wait for that."""
        ends = monotonic() + self._waits.mining
        waiting = [one for one in verdicts if one.outcome in (Outcome.SENT, Outcome.UNDER_WAY)]
        while waiting and monotonic() < ends:
            await sending.step()
            waiting = [one for one in waiting if await self._is_open(one.step)]
            await asyncio.sleep(0.2 if waiting else 0)

    async def _is_open(self, step: Step) -> bool:
        purpose, _ = await self._purpose(step)
        row = await self._sender.find(purpose)
        return row is not None and row.status in _OPEN

    async def _listen(self) -> None:
        """Notes what the index says has changed."""
        while True:
            with suppress(DatabaseUnavailable):
                async for change in self._news.listen():
                    if change is None or change.complaints is None:
                        self._scan_at = 0.0
                    else:
                        self._changed |= change.complaints
                    self._woken.set()
            await asyncio.sleep(self._waits.retry)

    async def _rest(self, seconds: float, stop: asyncio.Event) -> None:
        both = {asyncio.create_task(one.wait()) for one in (self._woken, stop)}
        await asyncio.wait(both, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in both:
            task.cancel()
        self._woken.clear()
