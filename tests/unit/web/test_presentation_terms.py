"""A policy in words, and what it changed."""

from dataclasses import replace

import pytest

from dapp.domain import week
from dapp.domain.organisation import PolicyVersion
from dapp.domain.policy import Policy
from dapp.domain.types import NO_DIGEST, Digest, UnixTime
from dapp.web.i18n import load
from dapp.web.presentation.terms import changes, hours_in_words, neighbours, version_page
from tests.unit.web.looks import ORGANISATION

T = load("en")
OFFICE_HOURS = sum(1 << day * 24 + hour for day in range(5) for hour in range(8, 20))
TERMS = Policy(OFFICE_HOURS, 1800, 600, 72, 72, 720, 0, 16)
FIRST = PolicyVersion(1, TERMS, NO_DIGEST, UnixTime(0), UnixTime(0))
SECOND = replace(FIRST, version=2, agreement=Digest("0x" + "ab" * 32), effective_at=UnixTime(100))
THIRD = replace(SECOND, version=3, policy=replace(TERMS, track=5), effective_at=UnixTime(200))
WHOSE = replace(ORGANISATION, policies=(FIRST, SECOND, THIRD))
NO_HOURS = {"count": 0, "ranges": []}


@pytest.mark.parametrize(
    ("mask", "tag", "expected"),
    [
        (OFFICE_HOURS, "en", ("Monday to Friday 08:00–20:00",)),  # noqa: RUF001
        (OFFICE_HOURS, "zh-Hans", ("星期一 至 星期五 08:00–20:00",)),  # noqa: RUF001
        (1 << 129 | 1 << 131, "en", ("Saturday 09:00–10:00, 11:00–12:00",)),  # noqa: RUF001
        ((1 << 168) - 1, "en", ("Monday to Sunday 00:00–24:00",)),  # noqa: RUF001
        (0, "en", ()),
    ],
)
def test_hours_of_the_week_in_words(mask: int, tag: str, expected: tuple[str, ...]) -> None:
    assert hours_in_words(week.ranges(mask), load(tag)) == expected


@pytest.mark.parametrize(
    ("now", "states"),
    [
        (0, ["current", "announced", "announced"]),
        (100, ["replaced", "current", "announced"]),
        (500, ["replaced", "replaced", "current"]),
    ],
)
def test_one_version_is_in_force_at_a_time(now: int, states: list[str]) -> None:
    pages = [version_page(WHOSE, one, UnixTime(now), T) for one in WHOSE.policies]
    assert [one.state for one in pages] == states
    assert pages[0].until == pages[1].since
    assert pages[2].until is None


def test_the_digest_gives_the_cid_and_none_gives_none() -> None:
    first, second = (version_page(WHOSE, one, UnixTime(0), T) for one in (FIRST, SECOND))
    assert (first.digest, first.cid) == ("", "")
    assert second.cid.startswith("bafkrei")
    assert second.digest == "0x" + "ab" * 32


def test_outside_arbitrators_are_named() -> None:
    terms = {term.name: term.value for term in version_page(WHOSE, THIRD, UnixTime(0), T).terms}
    assert terms["Who decides"] == "the outside arbitrator with number 1"
    assert terms["Claims without an order"] == "at most 1\u00a0ETH each"


def test_what_changed_is_told_in_words() -> None:
    compared = {
        "from": 1,
        "to": 3,
        "changes": [{"field": "agreement", "from": None, "to": "0x"}, {"field": "track"}],
        "peak_hours": {
            "added": {"count": 1, "ranges": [{"from_hour": 0, "to_hour": 1}]},
            "removed": NO_HOURS,
        },
        "first_reply": {"due_sooner": NO_HOURS, "due_later": NO_HOURS},
    }
    who, text, hours = changes(compared, WHOSE, T)
    assert who.before == "arbitrators drawn by lot, track 0"
    assert who.after == "the outside arbitrator with number 1"
    assert (text.name, text.before, text.after) == ("The agreement has another text", "", "")
    assert (hours.name, hours.after) == ("New peak hours", "Monday 00:00–01:00")  # noqa: RUF001


def test_each_version_is_compared_with_the_one_before() -> None:
    assert neighbours(WHOSE) == [(2, 3), (1, 2)]
    assert neighbours(replace(WHOSE, policies=(FIRST,))) == []
