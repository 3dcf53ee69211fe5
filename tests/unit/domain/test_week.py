"""Hours of the week, and what changed."""

import pytest

from dapp.domain.policy import Policy
from dapp.domain.week import gained, laxer, ranges, stricter
from dapp.service.words import hour_name, week_hours

OFFICE = sum(1 << day * 24 + hour for day in range(5) for hour in range(8, 20))
ALL = (1 << 168) - 1


def _policy(mask: int, peak: int = 1800, off_peak: int = 600) -> Policy:
    return Policy(mask, peak, off_peak, 72, 72, 720, 0)


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (0, "no hours"),
        (1, "Monday 00:00-01:00 (UTC)"),
        (1 << 167, "Sunday 23:00-24:00 (UTC)"),
        (OFFICE, "Monday to Friday 08:00-20:00 (UTC)"),
        (ALL, "Monday to Sunday 00:00-24:00 (UTC)"),
        (1 << 23 | 1 << 24, "Monday 23:00-24:00; Tuesday 00:00-01:00 (UTC)"),
        (0b1011, "Monday 00:00-02:00, 03:00-04:00 (UTC)"),
        (1 | 1 << 24, "Monday and Tuesday 00:00-01:00 (UTC)"),
        (1 | 1 << 48, "Monday 00:00-01:00; Wednesday 00:00-01:00 (UTC)"),
    ],
)
def test_hours_in_words(mask: int, said: str) -> None:
    assert week_hours(ranges(mask)) == said


def test_ranges_hold_the_hours_and_no_others() -> None:
    for mask in (0, 1, OFFICE, ALL, ALL ^ OFFICE, 0x5A5A5A5A5A):
        found = ranges(mask)
        assert sum(1 << hour for begin, end in found for hour in range(begin, end)) == mask
        assert all(begin // 24 == (end - 1) // 24 for begin, end in found)


def test_hours_that_came_and_went() -> None:
    assert gained(0b0110, 0b0011) == 0b0001
    assert gained(0b0011, 0b0110) == 0b0100


def test_where_a_first_reply_is_due_sooner_or_later() -> None:
    # Peak hours allow 30 minutes, others 10: fewer peak hours are stricter.
    before, after = _policy(0b11), _policy(0b01)
    assert (stricter(before, after), laxer(before, after)) == (0b10, 0)
    # One limit changed alone.
    before, after = _policy(0b11), _policy(0b11, off_peak=300)
    assert (stricter(before, after), laxer(before, after)) == (ALL ^ 0b11, 0)
    # Both changed so that nothing did.
    before, after = _policy(0, off_peak=900), _policy(ALL, peak=900)
    assert (stricter(before, after), laxer(before, after)) == (0, 0)


def test_an_hours_name() -> None:
    assert [hour_name(0), hour_name(167)] == ["Monday 00:00", "Sunday 23:00"]
