"""Pots for appeals, as the fund keeps them."""

from hypothesis import given
from hypothesis import strategies as st

from dapp.domain import appeals
from dapp.domain.appeals import AppealLevel
from dapp.domain.events import APPEALS, Value
from dapp.domain.types import Address
from tests.unit.domain import cases
from tests.unit.domain.cases import ANYONE, CUSTOMER, OPERATOR, OWNERS, START

Levels = tuple[AppealLevel, ...]


def _after(levels: Levels, name: str, level: int = 0, **args: Value) -> Levels:
    event = cases.event(APPEALS, name, START, {"dispute": 1, "level": level, **args})
    return appeals.apply(levels, event)


def _contributed(levels: Levels, payer: Address, amount: int, higher: bool = True) -> Levels:
    return _after(levels, "Contributed", payer=payer, amount=amount, higher=higher)


def _opened(levels: Levels, higher: bool = True) -> Levels:
    return _after(levels, "Appealed", higher=higher, cost=200, stake=100, rulingBefore=5000)


def test_a_pot_that_opens_nothing_is_emptied() -> None:
    levels = _contributed(_contributed((), ANYONE, 30), OPERATOR, 20)
    assert levels[0].higher.raised == 50
    assert appeals.refundable(levels, True) == []
    assert set(appeals.refundable(levels, False)) == {(0, True, ANYONE), (0, True, OPERATOR)}
    levels = _after(levels, "Refunded", payer=ANYONE, amount=30, higher=True)
    assert levels[0].higher.raised == 20
    assert appeals.refundable(levels, False) == [(0, True, OPERATOR)]


def test_the_other_pot_is_paid_back_and_gets_no_share() -> None:
    levels = _contributed(_contributed((), ANYONE, 300), OPERATOR, 40, higher=False)
    levels = _opened(_contributed(levels, CUSTOMER, 60, higher=False))
    assert set(appeals.refundable(levels, True)) == {(0, False, OPERATOR), (0, False, CUSTOMER)}
    levels = _after(levels, "Refunded", payer=OPERATOR, amount=40, higher=False)
    assert levels[0].lower.raised == 100
    assert appeals.refundable(levels, True) == [(0, False, CUSTOMER)]
    facts = {"refused": False, "rulingAfter": 5200, "back": 0, "toParty": 100}
    levels = _after(levels, "Resolved", **facts)
    assert levels[0].ruling_after == 5200
    for payer in (OPERATOR, CUSTOMER, ANYONE):
        assert appeals.shares(levels, payer) == []


def test_fees_that_come_back_belong_to_the_pot_that_opened_the_appeal() -> None:
    levels = _after(_opened(_contributed((), ANYONE, 300)), "FeesReturned", amount=7)
    assert appeals.shares(levels, ANYONE) == [(0, True, 7)]


def test_a_stake_is_decided_upon_once_the_next_ruling_is_known() -> None:
    levels = _opened(_contributed((), ANYONE, 300))
    assert appeals.resolvable(levels, False) == []
    assert appeals.resolvable(levels, True) == [0]
    # A pot at the next level is no ruling; its appeal is.
    levels = _after(levels, "Contributed", level=1, payer=ANYONE, amount=1, higher=False)
    assert appeals.resolvable(levels, False) == []
    facts = {"cost": 400, "stake": 200, "rulingBefore": 6000}
    levels = _after(levels, "Appealed", level=1, higher=False, **facts)
    assert appeals.resolvable(levels, False) == [0]
    assert [level.is_higher for level in levels] == [True, False]


@given(
    st.dictionaries(st.sampled_from(OWNERS), st.integers(1, 10**20), min_size=1),
    st.integers(0, 10**21),
)
def test_shares_never_exceed_what_came(given_by: dict[Address, int], came: int) -> None:
    levels: Levels = ()
    for payer, amount in given_by.items():
        levels = _contributed(levels, payer, amount)
    levels = _after(_opened(levels), "FeesReturned", amount=came)
    taken = sum(share for payer in given_by for _, _, share in appeals.shares(levels, payer))
    assert came - len(given_by) < taken <= came
