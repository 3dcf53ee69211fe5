"""Amounts and shares as people write them, to the last digit."""

import pytest

from dapp.service.words import ether, percent


@pytest.mark.parametrize(
    ("wei", "words"),
    [
        (0, "0 ETH"),
        (10**18, "1 ETH"),
        (15 * 10**17, "1.5 ETH"),
        (1, "0.000000000000000001 ETH"),
        (-(25 * 10**15), "-0.025 ETH"),
        (123456789 * 10**18 + 1, "123456789.000000000000000001 ETH"),
    ],
)
def test_no_wei_is_lost(wei: int, words: str) -> None:
    assert ether(wei) == words


@pytest.mark.parametrize(
    ("basis_points", "words"), [(0, "0 %"), (4000, "40 %"), (4050, "40.5 %"), (1, "0.01 %")]
)
def test_shares_are_per_cent(basis_points: int, words: str) -> None:
    assert percent(basis_points) == words
