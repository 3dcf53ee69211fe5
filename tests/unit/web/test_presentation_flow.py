"""The picture of the money: nothing is lost in it, and it stays in its frame."""

import itertools
from dataclasses import replace

import pytest

from dapp.domain.parts import Outcome
from dapp.domain.types import Address, Wei
from dapp.web.i18n import LANGUAGES
from dapp.web.presentation.flow import WIDTH, Flow, flow, streams
from tests.unit.web.looks import (
    ALL_LOOKS,
    CLAIM,
    ETHER,
    HOUR,
    OFFERED,
    OPERATOR,
    PAID,
    WITHDRAWN,
    hearing,
    look,
)

TOKEN = Address("0x00000000000000000000000000000000000000aA")


def _sums(found: Flow, side: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for one in found.streams:
        name = one.begin if side == "begin" else one.end
        sums[name] = sums.get(name, 0) + one.units
    return sums


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ALL_LOOKS)
def test_streams_begin_and_end_at_bars_as_high_as_they(name: str, language: str) -> None:
    case, after, block = ALL_LOOKS[name]
    found = flow(look(case, after, language, block))
    assert found.streams
    for bars in (found.begins, found.ends):
        high = sum(bar.height for bar in bars)
        assert high == pytest.approx(sum(bar.height for bar in found.begins), abs=0.5)
        assert all(bar.y >= 0 and bar.y + bar.height <= found.height for bar in bars)
        assert all(one.y + one.height + 20 < two.y for one, two in itertools.pairwise(bars))
    assert all(f"{WIDTH - 8} " in one.path for one in found.ribbons)


def test_what_is_paid_is_what_was_held() -> None:
    assert PAID.payment is not None
    back = Wei(2 * 10**16)
    paid = replace(
        PAID.payment,
        to_customer=Wei(PAID.payment.to_customer + back),
        to_organisation=Wei(PAID.payment.to_organisation - back),
        cost_to_customer=Wei(back + 10**15),
        from_bond=Wei(10**15),
    )
    found = flow(look(replace(PAID, payment=paid), 60 * HOUR))
    assert _sums(found, "begin") == {"Escrow": ETHER, "Bond": 10**15, "Advance": paid.cost}
    assert _sums(found, "end")["Customer"] == paid.to_customer + 10**15
    whys = {one.why: one.units for one in found.streams if one.end == "Customer"}
    assert whys["55% of 1\u00a0ETH"] == 55 * ETHER // 100


def test_the_bounty_for_the_draw_is_told_from_the_arbitrators_fees() -> None:
    assert PAID.payment is not None
    paid = replace(PAID.payment, cost=Wei(PAID.payment.cost + 10**14))
    ends = _sums(flow(look(replace(PAID, payment=paid), 60 * HOUR)), "end")
    assert (ends["Arbitrators"], ends["Who drew them"]) == (3 * ETHER // 100, 10**14)


def test_while_nothing_is_decided_it_is_held() -> None:
    assert [one.end for one in streams(look(OFFERED, 3 * HOUR))] == ["Held until decided"]
    assert [one.units for one in streams(look(hearing(), 4 * HOUR))] == [ETHER, 3 * ETHER // 100]
    (left,) = streams(look(WITHDRAWN, 2 * HOUR))
    assert left.end == "Stays with the order"
    assert streams(look(CLAIM, HOUR))[0].begin == "Bond"


def test_coins_without_a_common_measure_are_not_drawn_together() -> None:
    """Costs are paid in the chain's coin; they are told in the table alone."""
    case = replace(PAID, order=replace(PAID.order, token=TOKEN))
    found = flow(look(case, 60 * HOUR))
    assert [bar.name for bar in found.ends] == ["Customer", "Organisation"]
    assert [one.end for one in found.streams][-1] == "Arbitrators"


def test_costs_come_back_to_whoever_advanced_them() -> None:
    assert PAID.payment is not None and PAID.escalation is not None
    case = replace(
        PAID,
        escalation=replace(PAID.escalation, payer=OPERATOR),
        payment=replace(
            PAID.payment,
            outcome=Outcome.RULED,
            cost_to_customer=Wei(10**15),
            from_bond=Wei(10**15),
        ),
    )
    assert "Who advanced it" in _sums(flow(look(case, 60 * HOUR)), "end")
