"""What seats were paid, beside the rules, where positions hold less than they should lose."""

import pytest

from dapp.audit import pays
from dapp.domain import fees
from dapp.domain.rounds import GWEI, LEAKED, Terms
from dapp.domain.types import Wei

TERMS = Terms(Wei(10 * GWEI), Wei(100 * GWEI), 1, 1, 1)
PANELS: list[list[int | None]] = [[1000, 5000, 5200], [8000, None, 7000, LEAKED, 7500, 7200, 100]]


def gwei(found: list[int]) -> list[int]:
    return [one // GWEI for one in found]


def test_as_the_rules_say() -> None:
    assert pays.ruled(gwei(fees.final_pays(PANELS, TERMS)), PANELS, TERMS)
    settled = [*PANELS, [None, LEAKED, None]]
    assert pays.settled(gwei(fees.settled_pays(settled, TERMS)), settled, TERMS)
    assert pays.settled(gwei(fees.settled_pays(settled[2:], TERMS)), settled[2:], TERMS)
    votes: list[int | None] = [None, 4000, LEAKED, None, 9000]
    assert pays.void(gwei(fees.void_pays(votes, TERMS)), votes, TERMS)


def test_a_position_that_holds_too_little_leaves_less_to_share() -> None:
    panel: list[list[int | None]] = [[5000, 5000, None]]
    assert gwei(fees.final_pays(panel, TERMS)) == [65, 65, -100]
    assert pays.ruled([45, 45, -60], panel, TERMS)
    assert pays.ruled([46, 45, -61], panel, TERMS)
    for wrong in ([45, 46, -61], [65, 65, -60], [45, 45, -100], [65, 65, -101], [30, 60, -60]):
        assert not pays.ruled(wrong, panel, TERMS)


def test_in_a_void_round_too() -> None:
    votes: list[int | None] = [None, 4000, None]
    assert pays.void([-3, 5, -2], votes, TERMS)
    assert pays.void([-30, 10, -2], votes, TERMS)
    for wrong in ([-3, 6, -2], [-30, 32, -2], [3, 0, -3], [-101, 10, -2]):
        assert not pays.void(wrong, votes, TERMS)


@pytest.mark.parametrize("change", [-1, 1])
def test_every_gwei_counts(change: int) -> None:
    good = gwei(fees.final_pays(PANELS, TERMS))
    for seat in range(len(good)):
        wrong = [*good[:seat], good[seat] + change, *good[seat + 1 :]]
        assert not pays.ruled(wrong, PANELS, TERMS)
    assert not pays.ruled(good[1:], PANELS, TERMS)
    assert not pays.ruled([*good, 0], PANELS, TERMS)
