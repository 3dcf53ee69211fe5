"""The clerk's round: which key it takes, and what does not stop it."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dapp.domain.types import ComplaintId
from dapp.errors import ChainMoved, NotFound, Refused
from dapp.service.clerk import Clerk, Round
from evidence import new_identity, recipient_of
from tests.replicating import until

KEY = new_identity()


class Cases:
    """Complaint 1 is gone, 2 has nothing to seal; the third, where asked for, can't be read now."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = numbers
        self.asked: list[int] = []

    async def cases_of_clerk(self) -> list[ComplaintId]:
        return [ComplaintId(number) for number in self._numbers]

    async def todo(self, complaint: ComplaintId) -> Any:
        self.asked.append(complaint)
        if complaint == 1:
            raise NotFound("gone")
        if complaint == 3:
            raise ChainMoved("try again")
        return SimpleNamespace(sealed=())


def clerk(cases: Cases, recipient: str | None) -> Clerk:
    nothing = cast(Any, None)
    return Clerk(cast(Any, cases), nothing, nothing, KEY, recipient)


def test_a_case_that_is_gone_stops_nothing() -> None:
    cases = Cases(1, 2)
    assert asyncio.run(clerk(cases, recipient_of(KEY)).once()) == Round(0, 0)
    assert cases.asked == [1, 2]


def test_what_can_be_tried_again_ends_the_round_and_not_the_clerk() -> None:
    cases = Cases(3, 2)
    one = clerk(cases, recipient_of(KEY))
    with pytest.raises(ChainMoved):
        asyncio.run(one.once())

    async def work() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(one.run(0.001, stop))

        async def went_on() -> bool:
            return len(cases.asked) > 3

        await until(went_on, "another round")
        stop.set()
        await running

    asyncio.run(work())
    assert set(cases.asked) == {3}


@pytest.mark.parametrize("told", [None, recipient_of(new_identity())], ids=["none", "another"])
def test_a_key_that_authors_are_not_told_of_is_refused(told: str | None) -> None:
    with pytest.raises(Refused) as refused:
        clerk(Cases(), told)
    assert refused.value.code == "clerk-key-mismatch"
    assert KEY not in str(refused.value)
