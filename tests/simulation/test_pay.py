"""What pays an arbitrator: reading and revealing, not parking or keeping silent.

Where a claim holds only within limits, the limits are tested too; docs/trust.md names them.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest

from dapp.domain.fees import panel_pays
from dapp.domain.median import ruling
from dapp.domain.rounds import GWEI, Terms
from dapp.domain.types import ALL
from tests.simulation.terms import LONGER, PANELS, small_claims
from tests.simulation.voters import (
    Dispute,
    Voter,
    between,
    earnings,
    lazy,
    parked,
    reader,
    share,
    spread,
)

CASES = 2000 * LONGER
MIDDLE = ALL // 2
HONEST, NOISY = reader(400), reader(1000)


def _votes(seats: int, rng: Random) -> list[int | None]:
    """What a mixed panel might reveal in one case."""
    case = spread(5000, 3000)(rng)
    kinds = (HONEST, NOISY, parked(MIDDLE), between, parked(ALL), lazy(0.3, NOISY))
    return [rng.choice(kinds)(rng, case) for _ in range(seats)]


def _pay(votes: Sequence[int | None], seat: int, terms: Terms) -> int:
    """What a seat gains or loses; in a void round the least that it can."""
    if len(votes) - votes.count(None) > len(votes) // 2:
        return panel_pays(votes, terms)[seat]
    return -terms.lock_wei if votes[seat] is None else 0


@pytest.mark.parametrize("seats", PANELS)
def test_withholding_a_reveal_never_pays_the_seat(seats: int) -> None:
    terms, rng = small_claims(), Random(seats)
    margins = []
    for _ in range(CASES * 4 // seats):
        votes = _votes(seats, rng)
        seat = rng.randrange(seats)
        withheld = _pay([*votes[:seat], None, *votes[seat + 1 :]], seat, terms)
        for vote in (0, MIDDLE, ALL, rng.randint(0, ALL)):
            shown = _pay([*votes[:seat], vote, *votes[seat + 1 :]], seat, terms)
            margins.append(shown - withheld)
    # The worst vote costs half of the lock, silence all of it.
    assert min(margins) == terms.lock_wei // 2


@pytest.mark.parametrize("seats", PANELS)
def test_withholding_moves_the_ruling_less_than_a_vote_at_the_end(seats: int) -> None:
    """Who wants the ruling higher or lower gains nothing by deciding late whether to reveal."""
    rng = Random(seats)
    for _ in range(CASES):
        others = [vote for vote in _votes(seats - 1, rng) if vote is not None] or [MIDDLE]
        without = ruling(others)
        assert ruling([*others, 0]) <= without <= ruling([*others, ALL])


@pytest.mark.parametrize(
    ("own", "others", "gwei"),
    [
        ((0, 8000), (4000,), 65_000_000),
        ((0, 8000), (0, 4000, ALL), 115_000_000),
        ((0, 6000), (0, 0, 4000, ALL, ALL), 165_000_000),
    ],
)
def test_two_seats_of_one_owner_can_gain_by_withholding_one(
    own: tuple[int, int], others: tuple[int, ...], gwei: int
) -> None:
    """The limit: each seat loses by it, but the median moves towards the owner's other seat."""
    terms = small_claims()
    shown = sum(panel_pays([*own, *others], terms)[:2])
    withheld = sum(panel_pays([None, own[1], *others], terms)[:2])
    assert withheld - shown == gwei * GWEI


@pytest.mark.parametrize("apart", [1500, 2500, 5000])
def test_but_to_vote_apart_and_withhold_the_worse_is_no_plan(apart: int) -> None:
    """It costs more than the two seats would have earned by their honest estimate."""
    terms, rng = small_claims(), Random(apart)
    honest = planned = 0
    for _ in range(CASES):
        case = spread(5000, 0)(rng)
        others = [HONEST(rng, case) for _ in range(3)]
        estimate = share(rng.gauss(case.truth, 400))
        low, high = share(estimate - apart), share(estimate + apart)
        honest += sum(panel_pays([estimate, estimate, *others], terms)[:2])
        ways: list[list[int | None]] = [[low, high], [None, high], [low, None]]
        planned += max(sum(panel_pays([*way, *others], terms)[:2]) for way in ways)
    assert honest > 0 > planned


def _compared(panel: Sequence[Voter], half_width: float, gap: float = 3000) -> tuple[float, float]:
    """What the first seat earns a case, and the last one, in fees."""
    found = earnings(panel, spread(half_width, gap), small_claims(), CASES, Random(1))
    return found[0], found[-1]


@pytest.mark.parametrize("seats", [3, 5, 7, 15])
def test_parking_loses_where_cases_spread(seats: int) -> None:
    reads, parks = _compared([NOISY] * (seats - 1) + [parked(MIDDLE)], 5000)
    assert reads > 1
    assert parks < -1


def test_parking_loses_as_long_as_most_seats_read() -> None:
    """The limit: most of a panel parked at one number make that number the ruling."""
    for parkers in (1, 2):
        reads, parks = _compared([NOISY] * (5 - parkers) + [parked(MIDDLE)] * parkers, 5000)
        assert reads > 1.5 and parks < -1
    reads, parks = _compared([NOISY] * 2 + [parked(MIDDLE)] * 3, 5000)
    assert reads < -2 and parks > 3


def test_parking_pays_where_cases_do_not_spread() -> None:
    """The limit: it beats a reader wrong by 1 000 until truths lie about 1 700 from the middle."""
    panel = [NOISY] * 4 + [parked(MIDDLE)]
    gains = {width: _compared(panel, width) for width in (1000, 1500, 2000, 2500)}
    assert [parks > reads for reads, parks in gains.values()] == [True, True, False, False]


def test_the_parties_numbers_tell_who_does_not_read_where_to_park() -> None:
    """The limit: the middle of D and O pays more than reading while each is off by up to 3 000."""
    panel = [NOISY] * 4 + [between]
    gains = {gap: _compared(panel, 5000, gap) for gap in (1000, 3000, 6000, 8000)}
    assert [middle > reads for reads, middle in gains.values()] == [True, True, False, False]


def test_the_better_reader_earns_more_and_others_pay_for_it() -> None:
    panel = [HONEST, reader(800), reader(1600), lazy(0.3, HONEST), parked(MIDDLE), parked(ALL)]
    panel += [HONEST] * 9
    found = earnings(panel, spread(5000, 3000), small_claims(), CASES, Random(2))
    careful, noisy, careless, absent, parks, bribed, *_ = found
    assert careful > noisy > careless > 0
    assert max(absent, parks, bribed) < -1


def test_one_who_has_nothing_left_to_lose_gains_nothing_by_silence() -> None:
    """A penalty takes what the position holds, and silence takes no less than a vote."""
    terms, rng = small_claims(), Random(3)
    for _ in range(CASES):
        holds = rng.randrange(terms.lock_wei)
        votes = _votes(5, rng)
        shown = max(-holds, _pay([ALL, *votes[1:]], 0, terms))
        withheld = max(-holds, _pay([None, *votes[1:]], 0, terms))
        assert shown >= withheld


def test_a_vote_moved_towards_the_parties_numbers_earns_less() -> None:
    """D and O are no evidence: who lets them pull a vote by half is paid for it less."""

    def pulled(rng: Random, case: Dispute) -> int:
        return share(rng.gauss((case.truth + (case.offer + case.demand) / 2) / 2, 400))

    def extreme(rng: Random) -> Dispute:
        case = spread(5000, 0)(rng)
        return replace(case, offer=0, demand=ALL)

    found = earnings([HONEST] * 4 + [pulled], extreme, small_claims(), CASES, Random(4))
    assert found[0] > 1 > found[-1]
