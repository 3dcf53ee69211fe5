"""Many who ask for one thing each are one question."""

import asyncio
from collections.abc import Mapping

import pytest

from dapp.errors import DatabaseUnavailable
from dapp.store.gathering import Gathering


class Source:
    """Answers when it is let, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.gate = asyncio.Event()
        self.error: Exception | None = None

    async def read(self, keys: list[int]) -> Mapping[int, str]:
        self.asked.append(keys)
        number = len(self.asked)
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return {key: f"{key} in read {number}" for key in keys}


async def started(*finds: "asyncio.Task[str]") -> None:
    for _ in range(3):
        await asyncio.sleep(0)
    assert not any(one.done() for one in finds)


def test_who_asks_during_a_read_waits_for_the_next_one() -> None:
    async def work() -> None:
        source = Source()
        one = Gathering(source.read, most=2)
        first = asyncio.create_task(one.find(1))
        await started(first)
        later = [asyncio.create_task(one.find(number)) for number in (1, 2, 1, 3)]
        await started(*later)
        source.gate.set()
        assert await first == "1 in read 1"
        told = await asyncio.gather(*later)
        assert told == ["1 in read 2", "2 in read 2", "1 in read 2", "3 in read 3"]
        assert source.asked == [[1], [1, 2], [3]]
        assert await one.find(4) == "4 in read 4"

    asyncio.run(work())


def test_one_who_goes_takes_nothing_from_the_others() -> None:
    async def work() -> None:
        source = Source()
        one = Gathering(source.read)
        first, second = (asyncio.create_task(one.find(1)) for _ in range(2))
        await started(first, second)
        first.cancel()
        source.gate.set()
        assert await second == "1 in read 1"
        assert await one.find(2) == "2 in read 2"

    asyncio.run(work())


def test_a_failure_is_told_to_all_who_waited_and_to_nobody_after() -> None:
    async def work() -> None:
        source = Source()
        source.error = DatabaseUnavailable("away")
        source.gate.set()
        one = Gathering(source.read)
        asked = [asyncio.create_task(one.find(number)) for number in (1, 2)]
        for task in asked:
            with pytest.raises(DatabaseUnavailable):
                await task
        source.error = None
        assert await one.find(1) == "1 in read 2"

    asyncio.run(work())
