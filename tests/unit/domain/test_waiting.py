"""Why a transaction waits, and what to pay so that it need not."""

import pytest

from dapp.domain.types import Wei
from dapp.domain.waiting import LEAST_TIP, Fee, Reason, reasons, resend

GWEI = 10**9
RICH = (1, 10**18)


def fee(most: int, tip: int) -> Fee:
    return Fee(Wei(most * GWEI), Wei(tip * GWEI))


@pytest.mark.parametrize(
    ("offered", "base", "nonces", "funds", "found"),
    [
        (fee(30, 2), 10, (4, 4), RICH, []),
        (fee(30, 2), 10, (3, 4), RICH, [Reason.REPLACED]),
        (fee(30, 2), 10, (6, 4), RICH, [Reason.NONCE_GAP]),
        (fee(9, 2), 10, (4, 4), RICH, [Reason.FEE_TOO_LOW]),
        (fee(9, 2), 10, (5, 4), RICH, [Reason.NONCE_GAP, Reason.FEE_TOO_LOW]),
        (fee(30, 0), 10, (4, 4), RICH, [Reason.TIP_TOO_LOW]),
        # The tip is what the fee leaves of it.
        (fee(10, 2), 10, (4, 4), RICH, [Reason.TIP_TOO_LOW]),
        (fee(30, 2), 10, (4, 4), (11, 10), [Reason.FUNDS_TOO_LOW]),
    ],
)
def test_what_keeps_it_waiting(
    offered: Fee,
    base: int,
    nonces: tuple[int, int],
    funds: tuple[int, int],
    found: list[Reason],
) -> None:
    assert reasons(offered, Wei(base * GWEI), nonces, funds) == found


@pytest.mark.parametrize(
    ("offered", "base"), [(fee(9, 0), 10), (fee(100, 50), 10), (fee(1, 1), 0), (fee(0, 0), 0)]
)
def test_a_resend_replaces_and_does_not_wait(offered: Fee, base: int) -> None:
    better = resend(offered, Wei(base * GWEI))
    for old, new in ((offered.max_fee, better.max_fee), (offered.tip, better.tip)):
        assert 8 * new >= 9 * old, "nodes refuse a resend that pays hardly more"
    assert better.tip >= LEAST_TIP
    assert better.max_fee >= 2 * base * GWEI + better.tip
    assert reasons(better, Wei(2 * base * GWEI), (1, 1), RICH) == []
