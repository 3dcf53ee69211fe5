"""The parties' best numbers where costs are split |D - R| : |O - R|.

Each side's belief about the ruling R is a list of equally likely rulings.
"""

from collections.abc import Callable, Sequence
from random import Random
from statistics import NormalDist, mean, median

import pytest

from dapp.domain.fees import organisation_cost_down, quote, share_down
from dapp.domain.median import ruling
from dapp.domain.types import ALL, Wei
from tests.simulation.terms import LONGER, small_claims
from tests.simulation.voters import share, spread

COST = 10**9
STEP = 100
POINTS = 500 * LONGER
MIDDLE = ALL // 2


def _belief(at: Callable[[float], float]) -> list[int]:
    """The rulings at evenly spaced quantiles."""
    return [share(at((point + 0.5) / POINTS)) for point in range(POINTS)]


def _normal(deviation: float) -> list[int]:
    return _belief(lambda part: MIDDLE + deviation * NormalDist().inv_cdf(part))


EVEN = _belief(lambda part: ALL * part)
NARROW, WIDE = _normal(500), _normal(1500)
SKEWED = _belief(lambda part: ALL * (1 - (1 - part) ** 0.5))
"""Most often small: the density falls from 0 to 10 000 in a line."""
TWO_PEAKS = _belief(lambda part: (2000 if part < 0.5 else 8000) + 1000 * (2 * part % 1 - 0.5))


def customer_pays(belief: Sequence[int], demand: int, offer: int) -> float:
    """The customer's expected part of the costs, 0 to 1."""
    return 1 - organisation_pays(belief, demand, offer)


def organisation_pays(belief: Sequence[int], demand: int, offer: int) -> float:
    """The organisation's expected part of the costs, 0 to 1."""
    return mean(organisation_cost_down(COST, demand, offer, one) for one in belief) / COST


def best_demand(belief: Sequence[int], offer: int) -> int:
    """The customer's best number against an offer."""
    demands = range(offer + STEP, ALL + 1, STEP)
    return min(demands, key=lambda demand: customer_pays(belief, demand, offer))


def best_offer(belief: Sequence[int], demand: int) -> int:
    """The organisation's best number against a demand."""
    offers = range(0, demand, STEP)
    return min(offers, key=lambda offer: organisation_pays(belief, demand, offer))


@pytest.mark.parametrize("certain", [1000, 3300, 5000, 9000])
def test_who_knows_the_ruling_does_best_to_name_it(certain: int) -> None:
    for other in range(0, ALL + 1, 500):
        if other < certain:
            assert best_demand([certain], other) == certain
            assert customer_pays([certain], certain, other) == 0
            assert customer_pays([certain], certain + STEP, other) > 0
        if other > certain:
            assert best_offer([certain], other) == certain
            assert organisation_pays([certain], other, certain) == 0


@pytest.mark.parametrize("belief", [EVEN, NARROW, WIDE], ids=["even", "narrow", "wide"])
def test_both_at_the_median_of_an_even_belief_and_neither_gains_by_moving(
    belief: list[int],
) -> None:
    assert abs(median(belief) - MIDDLE) < STEP
    assert abs(best_demand(belief, MIDDLE - STEP) - MIDDLE) <= STEP
    assert abs(best_offer(belief, MIDDLE + STEP) - MIDDLE) <= STEP
    paid = [customer_pays(belief, MIDDLE + far, MIDDLE - STEP) for far in (0, 1000, 3000, 5000)]
    assert paid == sorted(paid)
    # Shading by a tenth costs little; demanding everything costs a lot.
    assert paid[1] - paid[0] > 0.004
    assert paid[3] - paid[0] > 0.12


@pytest.mark.parametrize("belief", [EVEN, NARROW, WIDE], ids=["even", "narrow", "wide"])
def test_answering_each_other_ends_at_the_median(belief: list[int]) -> None:
    demand, offer = int(ALL), 0
    for _ in range(4):
        demand = best_demand(belief, offer)
        offer = best_offer(belief, demand)
    assert abs(demand - MIDDLE) <= STEP and abs(offer - MIDDLE) <= STEP


@pytest.mark.parametrize("belief", [EVEN, NARROW, WIDE], ids=["even", "narrow", "wide"])
@pytest.mark.parametrize("offer", [0, 1500, 3000, 4500])
def test_against_an_offer_that_is_too_low_the_median_is_nearly_best(
    belief: list[int], offer: int
) -> None:
    """The limit: the best demand is up to 600 lower; it saves at most 1 part in 400."""
    best = best_demand(belief, offer)
    assert MIDDLE - 600 <= best <= MIDDLE
    at_best, at_median = (customer_pays(belief, demand, offer) for demand in (best, MIDDLE))
    assert at_best <= at_median <= at_best + 0.0025
    assert customer_pays(belief, ALL, offer) > at_median + 0.12


def test_a_skewed_belief_draws_both_from_its_median_towards_its_peak() -> None:
    """The limit: what is rewarded is to be the nearer one, not to name the median."""
    middle = round(median(SKEWED) / STEP) * STEP
    assert middle == 2900
    demand, offer = int(ALL), 0
    for _ in range(8):
        demand = best_demand(SKEWED, offer)
        offer = best_offer(SKEWED, demand)
    assert demand < middle - 500
    saved = customer_pays(SKEWED, middle, 0) - customer_pays(SKEWED, best_demand(SKEWED, 0), 0)
    assert 0 < saved < 0.02


def test_between_two_peaks_the_best_number_is_one_of_them() -> None:
    """The limit: the median, which nobody expects, costs a tenth of the costs more."""
    best = best_demand(TWO_PEAKS, 0)
    assert 1500 <= best <= 2500
    assert customer_pays(TWO_PEAKS, MIDDLE, 0) - customer_pays(TWO_PEAKS, best, 0) > 0.1


def test_a_ruling_is_a_function_of_the_votes_alone() -> None:
    """The same votes, whatever the parties named: only who bears the costs changes."""
    rng = Random(1)
    for _ in range(100):
        case = spread(5000, 3000)(rng)
        found = ruling([share(rng.gauss(case.truth, 800)) for _ in range(7)])
        parts = {organisation_cost_down(COST, demand, 0, found) for demand in (2500, ALL)}
        assert all(0 <= part <= COST for part in parts)
        assert len(parts) == 2 or found == 0


def _refused_gain(likely: float, belief: Sequence[int], demand: int, offer: int) -> float:
    """The customer's money from an order of 1, if the court refuses in a part of the cases."""
    base = 10**18
    cost = quote(small_claims(), base, bounty=Wei(0))[1] / base
    refused = share_down(base, (demand + offer) // 2) / base
    ruled = mean(belief) / ALL - cost * customer_pays(belief, demand, offer)
    return likely * refused + (1 - likely) * ruled


def test_a_refusal_is_moved_by_the_numbers() -> None:
    """The limit: (O + D) / 2 costs nothing, so who expects refusals had better demand all."""
    best = {
        likely: max(range(STEP, ALL + 1, STEP), key=lambda d: _refused_gain(likely, WIDE, d, 0))
        for likely in (0.0, 0.01, 0.05)
    }
    assert best[0.0] < MIDDLE
    assert best[0.05] == ALL
