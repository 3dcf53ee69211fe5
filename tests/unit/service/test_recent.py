"""Dear answers are given again, but never for news that they do not hold."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

import pytest

from dapp.domain.types import BlockNumber, ChainId, Hash32, UnixTime
from dapp.errors import NotFound
from dapp.service.clock import Clock, Moment
from dapp.service.recent import Recent
from dapp.store.views import Head


class Ticking:
    """A clock of which the test moves the head."""

    def __init__(self) -> None:
        self.block = 1

    async def moment(self) -> Moment:
        number = BlockNumber(self.block)
        head = Head(ChainId(1), number, Hash32(f"0x{number}"), UnixTime(0), 0.0, BlockNumber(0))
        return Moment(head, UnixTime(0))

    async def read(self, read: Callable[[], Awaitable[str]]) -> tuple[str, Moment]:
        return await read(), await self.moment()


class Asked:
    """Counts how often it is asked; may take its time."""

    def __init__(self, seconds: float = 0) -> None:
        self.times = 0
        self._seconds = seconds

    async def __call__(self) -> str:
        self.times += 1
        await asyncio.sleep(self._seconds)
        return f"answer {self.times}"


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


def _recent(clock: Ticking) -> Recent:
    return Recent(cast(Clock, clock))


def test_an_answer_is_given_again_until_the_head_moves(clock: Ticking) -> None:
    async def work() -> None:
        recent, asked = _recent(clock), Asked()
        assert (await recent.read("a", asked))[0] == "answer 1"
        assert (await recent.read("a", asked))[0] == "answer 1"
        assert (await recent.read("b", asked))[0] == "answer 2"
        clock.block = 2
        found, moment = await recent.read("a", asked)
        assert (found, moment.head.block_number) == ("answer 3", 2)

    asyncio.run(work())


def test_a_dear_answer_is_given_for_a_while_and_says_of_which_block_it_is(clock: Ticking) -> None:
    async def work() -> None:
        recent, asked = _recent(clock), Asked(0.06)
        await recent.read("a", asked)
        clock.block = 2
        found, moment = await recent.read("a", asked)
        assert (found, moment.head.block_number) == ("answer 1", 1)

    asyncio.run(work())


class Later:
    """Seconds that the test lets pass; each reading takes one."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def reading(self) -> str:
        self.now += 1
        return f"made at {self.now:.0f}"


def test_nobody_waits_while_a_dear_answer_is_made_anew(clock: Ticking) -> None:
    async def work() -> None:
        later, goes_on = Later(), asyncio.Event()
        recent = Recent(cast(Clock, clock), later)
        await recent.read("a", later.reading)
        clock.block, later.now = 2, 12.0

        async def slow() -> str:
            await goes_on.wait()
            return await later.reading()

        for _ in range(3):
            assert (await recent.read("a", slow))[0] == "made at 1"
        goes_on.set()
        await asyncio.sleep(0.01)
        found, moment = await recent.read("a", later.reading)
        assert (found, moment.head.block_number) == ("made at 13", 2)

    asyncio.run(work())


def test_what_is_far_too_old_is_waited_for(clock: Ticking) -> None:
    async def work() -> None:
        later = Later()
        recent = Recent(cast(Clock, clock), later)
        await recent.read("a", later.reading)
        clock.block, later.now = 2, 101.0
        assert (await recent.read("a", later.reading))[0] == "made at 102"

    asyncio.run(work())


def test_a_renewal_that_fails_is_tried_again_by_the_next(clock: Ticking) -> None:
    async def work() -> None:
        later = Later()
        recent = Recent(cast(Clock, clock), later)
        await recent.read("a", later.reading)
        clock.block, later.now = 2, 12.0

        async def fails() -> str:
            raise NotFound("gone")

        assert (await recent.read("a", fails))[0] == "made at 1"
        await asyncio.sleep(0.01)
        assert (await recent.read("a", later.reading))[0] == "made at 1"
        await asyncio.sleep(0.01)
        assert (await recent.read("a", later.reading))[0] == "made at 13"

    asyncio.run(work())


def test_many_who_ask_at_once_wait_for_one_answer(clock: Ticking) -> None:
    async def work() -> None:
        recent, asked = _recent(clock), Asked(0.01)
        found = await asyncio.gather(*(recent.read("a", asked) for _ in range(20)))
        assert {one for one, _ in found} == {"answer 1"}
        assert asked.times == 1

    asyncio.run(work())


def test_a_failure_is_nobody_elses(clock: Ticking) -> None:
    async def fails() -> str:
        raise NotFound("gone")

    async def work() -> None:
        recent = _recent(clock)
        with pytest.raises(NotFound):
            await recent.read("a", fails)
        assert (await recent.read("a", Asked()))[0] == "answer 1"

    asyncio.run(work())


def test_answers_are_not_kept_for_ever(clock: Ticking) -> None:
    async def work() -> None:
        recent, asked = _recent(clock), Asked()
        for number in range(130):
            await recent.read(number, asked)
        await recent.read(0, asked)
        assert asked.times == 131

    asyncio.run(work())
