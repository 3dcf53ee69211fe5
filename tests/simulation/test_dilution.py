"""Places that nobody holds: when seats stay empty, and what it costs to make them.

A lot falls on any place below the high-water mark. Who stakes many positions and leaves makes
holes; how many remain depends on whether and how the mark falls.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from random import Random

import pytest

from dapp.domain.draw import ATTEMPTS
from dapp.domain.position import MAX_TICKETS
from tests.simulation.capture import Court, Crowd, drawn, majority, nobody, panels
from tests.simulation.terms import LONGER

RUNS = 300 * LONGER
HONEST = 90


def empty(hit: float) -> float:
    """The probability that a seat stays empty if each attempt succeeds with `hit`."""
    return (1 - hit) ** (2 * ATTEMPTS)


def holes_for(hit: float, tickets: int) -> int:
    """How many empty places among a court with so many live tickets bring `hit` about."""
    return ceil(tickets / MAX_TICKETS / hit)


def diluted(hit: float) -> Court:
    """A tenth of the stake is the attacker's; everybody holds eight tickets."""
    return Court(Crowd(10, 1, 8), Crowd(HONEST, 1, 8), holes_for(hit, 800) - 100)


@dataclass(slots=True)
class Places:
    """Which places are held, and the mark above them.

    Attributes:
        cut: how many empty places at the top one exit may cut off; none where the mark never falls.
    """

    held: set[int]
    mark: int
    cut: int

    def leave(self, leavers: Iterable[int]) -> "Places":
        """One after the other."""
        for place in leavers:
            self.held.remove(place)
            for _ in range(self.cut):
                if self.mark == 0 or self.mark - 1 in self.held:
                    break
                self.mark -= 1
        return self


def crowded(others: int, cut: int) -> Places:
    """The honest first, then an attacker's positions above them."""
    return Places(set(range(HONEST + others)), HONEST + others, cut)


@pytest.mark.parametrize("hit", [0.03, 0.01, 0.0054, 0.002])
def test_a_seat_stays_empty_as_often_as_the_formula_says(hit: float) -> None:
    court = diluted(hit)
    none = sum(not panel for panel in drawn(court, 1, RUNS, Random(1)))
    chance = empty(court.hit)
    assert abs(none - RUNS * chance) <= 4 * (RUNS * chance * (1 - chance)) ** 0.5 + 4
    assert panels(court, 1)[0, 0] == pytest.approx(chance)


def test_an_undiluted_court_fills_its_panels_even_with_single_tickets() -> None:
    """A place with one ticket takes an eighth of the lots that fall on it."""
    assert empty(1 / MAX_TICKETS) < 1e-7
    full = [len(panel) == 3 for panel in drawn(_single(16, 0), 3, RUNS, Random(2))]
    assert all(full)


def _single(owners: int, holes: int) -> Court:
    return Court(Crowd(1, 1, 1), Crowd(owners - 1, 1, 1), holes)


@pytest.mark.parametrize(
    ("hit", "three", "all_31"), [(0.1, 0.999, 0.999), (0.05, 0.99, 0.9), (0.02, 0.75, 0.04)]
)
def test_large_panels_fail_first(hit: float, three: float, all_31: float) -> None:
    """At one hit in 20 one panel of 31 in fourteen is cut short, at one in 50 nearly all are."""
    court = diluted(hit)
    for wanted, least in ((3, three), (31, all_31)):
        full = sum(
            chance for (seats, _), chance in panels(court, wanted).items() if seats == wanted
        )
        assert least <= full <= least + 0.06
        got = sum(len(panel) == wanted for panel in drawn(court, wanted, RUNS // 2, Random(3)))
        assert abs(got - RUNS // 2 * full) <= 4 * (RUNS // 2 * full * (1 - full)) ** 0.5 + 4


def test_dilution_brings_refusals_and_no_capture() -> None:
    """Half of the seats or less are no panel, so a tenth of the stake is worth no more diluted."""
    for hit in (1.0, 0.05, 0.02, 0.0054):
        assert majority(panels(diluted(hit), 31)) < 1e-6
    court = diluted(0.0054)
    refused = {}
    for wanted in (3, 31):
        chance = nobody(panels(court, wanted))
        assert 0.45 < chance < 0.6
        refused[wanted] = sum(not panel for panel in drawn(court, wanted, RUNS // 2, Random(4)))
    spread = (RUNS // 2 * chance * (1 - chance)) ** 0.5
    assert abs(refused[3] - RUNS // 2 * nobody(panels(court, 3))) <= 4 * spread + 4
    # The formula knows no bound on the lots of a whole draw, which only the largest panel meets.
    assert refused[31] > RUNS // 2 * chance + 4 * spread
    assert 0.85 < refused[31] / (RUNS // 2) < 0.97


@pytest.mark.parametrize(("cut", "mark"), [(0, HONEST + 5000), (8, HONEST), (5000, HONEST)])
def test_a_mark_that_falls_with_exits_from_the_top_undoes_the_holes(cut: int, mark: int) -> None:
    places = crowded(5000, cut).leave(reversed(range(HONEST, HONEST + 5000)))
    assert places.mark == mark


@pytest.mark.parametrize(("cut", "mark"), [(0, 5000), (8, 4992), (5000, 0)])
def test_exits_from_the_bottom_leave_all_that_one_exit_does_not_cut(cut: int, mark: int) -> None:
    """The last to leave holds the top: a bounded cut then takes off a few places only."""
    places = crowded(5000, cut).leave(range(HONEST, HONEST + 5000))
    assert places.mark == HONEST + mark


@pytest.mark.parametrize("cut", [0, 8, 5000])
def test_one_ticket_left_at_the_top_keeps_every_hole(cut: int) -> None:
    """The limit: no rule that only cuts off empty places at the top undoes this."""
    places = crowded(5000, cut).leave(range(HONEST, HONEST + 4999))
    assert places.mark == HONEST + 5000
    assert len(places.held) == HONEST + 1


def test_what_dilution_takes() -> None:
    """Positions of one ticket, all staked at once, until half of the seats stay empty."""
    half = 1 - 0.5 ** (1 / (2 * ATTEMPTS))
    assert half == pytest.approx(0.0054, rel=0.01)
    assert holes_for(half, 800) - 100 == pytest.approx(18_400, rel=0.01)
    assert holes_for(half, 16) - 16 == pytest.approx(355, rel=0.01)
    court = _single(16, holes_for(half, 16) - 16)
    none = sum(not panel for panel in drawn(court, 3, RUNS, Random(5)))
    assert abs(none - RUNS / 2) <= 4 * (RUNS / 4) ** 0.5
