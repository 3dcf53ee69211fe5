"""Filters as people write them."""

import pytest

from dapp.domain.parts import Category, ComplaintState
from dapp.domain.types import NATIVE_COIN
from dapp.errors import InvalidInput
from dapp.service import filters


def test_lists_name_members_as_answers_do() -> None:
    assert filters.states("filed, offered") == {ComplaintState.FILED, ComplaintState.OFFERED}
    assert filters.categories("order") == {Category.ORDER}
    assert not filters.breaches("")
    assert not filters.states(None)
    with pytest.raises(InvalidInput, match="'none'"):
        filters.states("none")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("1769860800", 1_769_860_800),
        ("2026-01-31T12:00:00Z", 1_769_860_800),
        ("2026-01-31T13:00:00+01:00", 1_769_860_800),
        # As it arrives where nobody escaped the plus sign.
        ("2026-01-31T13:00:00 01:00", 1_769_860_800),
        ("", None),
    ],
)
def test_times_are_read_both_ways(text: str, seconds: int | None) -> None:
    assert filters.time(text, "filed_from") == seconds


@pytest.mark.parametrize("text", ["now", "2026-01-31T12:00:00", "-1", "1e9", "٣", "9" * 13])
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        filters.time(text, "filed_from")
    assert refused.value.fields == {"field": "filed_from"}


@pytest.mark.parametrize("text", ["-1", "1.5", "0x10", "1_000", "٣", "9" * 31])
def test_amounts_are_digits(text: str) -> None:
    with pytest.raises(InvalidInput):
        filters.amount(text, "amount_min")


def test_the_native_coin_has_a_name() -> None:
    assert filters.token("native") == NATIVE_COIN
    assert filters.amount(str(10**29), "amount_min") == 10**29
