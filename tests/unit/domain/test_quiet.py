"""Quiet hours, by the clocks of a place and through their changes."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dapp.domain.quiet import QuietHours, over_at, zones

NIGHT = QuietHours(22 * 60, 7 * 60)
NOON = QuietHours(12 * 60, 13 * 60 + 30)
BERLIN, SHANGHAI, NEW_YORK = "Europe/Berlin", "Asia/Shanghai", "America/New_York"


def unix(text: str, zone: str = "UTC", fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


@pytest.mark.parametrize(
    ("quiet", "zone", "now", "over"),
    [
        (NIGHT, "UTC", "2026-03-01T21:59:59", "2026-03-01T21:59:59"),
        (NIGHT, "UTC", "2026-03-01T22:00", "2026-03-02T07:00"),
        (NIGHT, "UTC", "2026-03-02T06:59:59", "2026-03-02T07:00"),
        (NIGHT, "UTC", "2026-03-02T07:00", "2026-03-02T07:00"),
        (NOON, "UTC", "2026-03-01T12:15", "2026-03-01T13:30"),
        (NOON, "UTC", "2026-03-01T13:30", "2026-03-01T13:30"),
        (NIGHT, SHANGHAI, "2026-03-01T23:00", "2026-03-02T07:00"),
        (NIGHT, NEW_YORK, "2026-12-31T23:00", "2027-01-01T07:00"),
        # The night in which an hour is left out, and the one in which it comes twice.
        (NIGHT, BERLIN, "2026-03-28T23:00", "2026-03-29T07:00"),
        (NIGHT, BERLIN, "2026-10-24T23:00", "2026-10-25T07:00"),
    ],
)
def test_when_they_are_over(quiet: QuietHours, zone: str, now: str, over: str) -> None:
    assert over_at(quiet, zone, unix(now, zone)) == unix(over, zone)


@pytest.mark.parametrize(
    ("now", "hours"), [("2026-03-28T23:00", 7), ("2026-10-24T23:00", 9), ("2026-06-01T23:00", 8)]
)
def test_such_a_night_is_shorter_or_longer(now: str, hours: int) -> None:
    at = unix(now, BERLIN)
    assert over_at(NIGHT, BERLIN, at) - at == hours * 3600


def test_an_end_that_the_clocks_leave_out() -> None:
    """They end at 02:30, which there is not: then at 03:30, an hour and a half after 01:00."""
    at = unix("2026-03-29T01:00", BERLIN)
    assert over_at(QuietHours(0, 150), BERLIN, at) == at + 90 * 60


def test_an_end_that_comes_twice() -> None:
    quiet = QuietHours(0, 150)
    first, again = (unix("2026-10-25T02:10", BERLIN, fold) for fold in (0, 1))
    assert again - first == 3600
    for at in (first, again):
        assert over_at(quiet, BERLIN, at) == at + 20 * 60


def test_whoever_has_none_is_never_waited_for() -> None:
    assert over_at(None, "UTC", 5.5) == 5.5


def test_names_of_zones() -> None:
    assert {"UTC", BERLIN, SHANGHAI} <= zones()
    assert "../etc/passwd" not in zones()
