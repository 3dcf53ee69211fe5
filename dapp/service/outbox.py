"""Evidence on its way to others that keep it too. What is in the vault gets there, sooner or later.

The database says what is due where; each row is worked on by one process at a time. A submission
waits for none of this: what could not be noted down is found in the vault by the next sweep.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from dapp.errors import DatabaseUnavailable
from dapp.service.aside import Answer, aside
from dapp.service.held import roots_in, roots_of
from dapp.service.targets import (
    Held,
    Target,
    TargetStuck,
    is_of_one,
    is_refusal,
    is_silent,
    is_theirs,
)
from dapp.store.replication import LET_GO, Claim, Replication, State
from evidence import CID, EvidenceError, Vault, parse_cid
from evidence.errors import PinningBusy

log = structlog.get_logger()

_ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Pace:
    """Times are in seconds.

    Attributes:
        poll: between looks for what is due, where nobody says that there is something.
        retry: after the first failure; each further one doubles it, up to `max_retry`.
        lease: how long a row is ours without a sign of life.
        attempt: until a target that neither does its work nor fails is left alone.
        recheck: until what is pinned is looked at again.
        probe: between looks whether a target answers.
        silence: until a target that does not say how it is counts as gone.
        sweep: between searches of the vault for what was not noted down.
    """

    poll: float = 5.0
    retry: float = 5.0
    max_retry: float = 300.0
    lease: float = 60.0
    attempt: float = 3600.0
    recheck: float = 6 * 3600.0
    probe: float = 60.0
    silence: float = 60.0
    sweep: float = 600.0


class LeaseLost(Exception):
    """Somebody else may be at work on the row: hands off."""


class _Lease:
    """Read by the thread that sends, written by the loop that renews; by our own clock.

    It is counted from before the database was asked, so that it ends before the row's does.
    """

    def __init__(self, ends: float) -> None:
        self._ends = ends

    def renew(self, ends: float) -> None:
        self._ends = ends

    def end(self) -> None:
        self._ends = 0.0

    def check(self) -> None:
        """Raises LeaseLost."""
        if time.monotonic() >= self._ends:
            raise LeaseLost


class Outbox:
    """Any process may add; any number of them may `run`."""

    def __init__(
        self,
        vault: Vault,
        rows: Replication,
        targets: Sequence[Target],
        pace: Pace | None = None,
        chance: Callable[[], float] = random.random,
        refused: Callable[[CID], int | None] = lambda cid: None,
    ) -> None:
        """`chance` gives numbers from 0 up to 1: it keeps processes out of step.

        `refused` is not None of what was erased and is to go from this vault as well.
        """
        self._vault = vault
        self._rows = rows
        self._targets = targets
        self._pace = pace or Pace()
        self._chance = chance
        self._refused = refused
        self._fresh: set[bytes] = set()
        self._arrived = asyncio.Event()
        self._due = {target.name: asyncio.Event() for target in targets}

    @property
    def names(self) -> list[str]:
        """Of the targets."""
        return [target.name for target in self._targets]

    def add(self, digest: bytes) -> None:
        """The manifest of this digest and all its files are to go out. From any thread."""
        if self._targets:
            self._fresh.add(digest)

    def wake(self) -> None:
        """Something was added by this process: do not wait for the next round."""
        self._arrived.set()

    async def run(self) -> None:
        """For ever; the database and the targets may go and come back."""
        if not self._targets:
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self._for_ever(self._note_what_arrives))
            group.create_task(self._for_ever(self._sweep))
            for target in self._targets:
                group.create_task(self._for_ever(partial(self._serve, target)))

    async def note_down(self) -> None:
        """What was added, to the database. Raises DatabaseUnavailable; then nothing is lost."""
        digests = set(self._fresh)
        roots = await aside(lambda: [root for one in digests for root in self._roots(one)])
        await self._rows.again(roots)
        await self._enqueue(roots)
        self._fresh -= digests

    async def _for_ever(self, work: Callable[[], Awaitable[None]]) -> None:
        """What goes wrong with one target must not stop the others."""
        while True:
            try:
                await work()
            except DatabaseUnavailable as error:
                log.warning("replication waits for the database", code=error.code)
                await asyncio.sleep(self._pace.retry)
            except Exception:
                log.exception("replication broke on our side")
                await asyncio.sleep(self._pace.max_retry)

    async def _note_what_arrives(self) -> None:
        await _wait(self._arrived, self._pace.poll)
        if self._fresh:
            await self.note_down()

    async def _sweep(self) -> None:
        """Evidence of which the database knows nothing: it was away, or was made anew."""
        let_go = await self._rows.let_go()  # if it is away now, no vault is searched for nothing
        roots = await aside(lambda: self._kept())
        # Asked for before the vault was searched: what it still has, somebody has pinned.
        await self._rows.again(let_go.intersection(roots))
        await self._enqueue(roots)
        await asyncio.sleep(self._pace.sweep)

    async def _enqueue(self, roots: Sequence[str]) -> None:
        for start in range(0, max(1, len(roots)), _ROWS_AT_ONCE):
            await self._rows.enqueue(roots[start : start + _ROWS_AT_ONCE], self.names)
        for event in self._due.values():
            event.set()

    async def _serve(self, target: Target) -> None:
        """Everything that is due at one target, then waits."""
        if await self._rows.may_probe(target.name, self._pace.probe):
            await self.probe(target)
        lease = self._new_lease()
        while claim := await self._rows.claim(target.name, self._pace.lease):
            await self._attempt(target, claim, lease)
            lease = self._new_lease()
        await _wait(self._due[target.name], self._pace.poll)

    async def probe(self, target: Target) -> None:
        """Notes down whether the target answers. Raises DatabaseUnavailable."""
        try:
            await self._within(self._pace.silence, target.probe)
        except EvidenceError as error:
            # Whatever it says: that much, any node or service of use can do.
            unreachable = not isinstance(error, PinningBusy)
            await self._target_failed(target, error, unreachable=unreachable)
        else:
            await self._rows.answers(target.name, served=False)

    def _new_lease(self) -> _Lease:
        return _Lease(time.monotonic() + self._pace.lease)

    async def _within(self, seconds: float, work: Callable[[], Answer]) -> Answer:
        """The node may say a word now and then for ever. Raises TargetStuck."""
        try:
            async with asyncio.timeout(seconds):
                return await aside(work)
        except TimeoutError as error:
            raise TargetStuck(f"no end after {seconds:.0f} s") from error

    async def _attempt(self, target: Target, claim: Claim, lease: _Lease) -> None:
        renewing = asyncio.create_task(self._renew(claim, lease))
        try:
            held = await self._within(self._pace.attempt, lambda: self._ask(target, claim, lease))
        except LeaseLost:
            log.warning("another process replicates this", root=claim.root, target=target.name)
        except EvidenceError as error:
            await self._failed(target, claim, error)
        else:
            await self._answered(target, claim, held)
        finally:
            lease.end()
            renewing.cancel()

    def _ask(self, target: Target, claim: Claim, lease: _Lease) -> Held:
        root = parse_cid(claim.root)
        if claim.state in LET_GO:
            target.remove(root, claim.reference)
            return Held(pinned=False)
        if claim.state is State.PINNED:
            return target.check(root, claim.reference)

        def source(cid: CID) -> bytes:
            lease.check()
            return self._vault.get(cid)

        source(root)  # what is not here is for another process, with another vault
        return target.send(root, source, claim.reference)

    async def _renew(self, claim: Claim, lease: _Lease) -> None:
        while True:
            await asyncio.sleep(self._pace.lease / 3)
            ends = time.monotonic() + self._pace.lease
            try:
                ours = await self._rows.renew(claim, self._pace.lease)
            except DatabaseUnavailable:
                continue  # unless it comes back, the lease ends by itself
            lease.renew(ends if ours else 0.0)

    async def _answered(self, target: Target, claim: Claim, held: Held) -> None:
        again = self._recheck()
        if claim.state in LET_GO:
            await self._rows.settle(claim, State.ERASED, again, None)
        elif held.pinned:
            await self._rows.settle(claim, State.PINNED, again, held.reference)
        elif claim.state is State.PINNED:
            log.warning("a replica is gone", root=claim.root, target=target.name)
            await self._rows.settle(claim, State.PENDING, 0.0, held.reference)
        else:
            state = State.FAILED if held.problem else State.PENDING
            again = self._delay(claim.tries)
            await self._rows.settle(claim, state, again, held.reference, held.problem)
        await self._rows.answers(target.name, served=True)

    async def _failed(self, target: Target, claim: Claim, error: EvidenceError) -> None:
        log.warning("not replicated", root=claim.root, target=target.name, code=error.code)
        refused = is_refusal(error) and claim.state in (State.PENDING, State.FAILED)
        state = State.FAILED if refused else claim.state
        again = self._delay(claim.tries)
        await self._rows.settle(claim, state, again, claim.reference, error.code)
        if is_theirs(error) and not is_of_one(error):
            await self._target_failed(target, error, unreachable=is_silent(error))

    async def _target_failed(
        self, target: Target, error: EvidenceError, *, unreachable: bool
    ) -> None:
        """The others that wait for it wait longer, instead of failing one by one."""
        tries = await self._rows.fails(target.name, error.code, unreachable=unreachable)
        asked = error.fields.get("retry_after_seconds", 0)
        await self._rows.pause(target.name, max(self._delay(tries), float(asked)))

    def _recheck(self) -> float:
        """Spread out, so that what came together is not looked at together for ever."""
        return self._pace.recheck * (0.5 + 0.5 * self._chance())

    def _delay(self, tries: int) -> float:
        longest = min(self._pace.max_retry, self._pace.retry * 2.0 ** min(tries - 1, 30))
        return longest * (0.5 + 0.5 * self._chance())

    def _kept(self) -> list[str]:
        return [root for root in roots_in(self._vault) if self._refused(parse_cid(root)) is None]

    def _roots(self, digest: bytes) -> list[str]:
        try:
            return list(roots_of(digest, self._vault.get_manifest(digest)))
        except EvidenceError as error:
            log.warning("evidence can't be read", digest=digest.hex(), code=error.code)
            return []


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Until something happens, but no longer than that."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
    event.clear()
