"""What somebody's own pages say of their deadlines, wishes and messages."""

import pytest

from dapp.domain.deadlines import Deadline
from dapp.domain.notices import Kind
from dapp.domain.types import ComplaintId, UnixTime
from dapp.service.messages.agenda import Entry
from dapp.service.messages.preferences import KINDS
from dapp.web.i18n import load
from dapp.web.presentation.me import duty_line, stakes_sentence
from dapp.web.presentation.stakes import StakeLine
from dapp.web.presentation.wishes import delivery_line, kind_name, reason, wish_form

ENGLISH = load("en")
NOW = UnixTime(1_000_000)


def entry(opens: int, until: int) -> Entry:
    deadline = Deadline("reveal", 1, UnixTime(opens), UnixTime(until), ())
    return Entry(ComplaintId(7), deadline, 3)


def test_a_duty_says_what_until_when_and_how_long() -> None:
    line = duty_line(entry(NOW - 5, NOW + 7260), NOW, ENGLISH)
    assert (line.case, line.todo, line.left) == (7, "Case 7: reveal your vote", "2 hours 1 minute")
    assert line.opens is None
    assert "data-local" in line.when


def test_a_duty_to_come_says_from_when() -> None:
    line = duty_line(entry(NOW + 60, NOW + 7260), NOW, ENGLISH)
    assert line.opens is not None
    assert duty_line(entry(NOW, NOW + 1), NOW, ENGLISH).opens is None


def test_stakes_are_told_together() -> None:
    def stake(tickets: int, seats: int) -> StakeLine:
        return StakeLine(1, tickets, "", "", "", seats, False, "", True, False)

    told = stakes_sentence([stake(2, 1), stake(3, 0)], 10**17, ENGLISH)
    assert told == "You have staked 0.5\u00a0ETH and hold 1 open seat."
    assert stakes_sentence([], 10**17, ENGLISH) == ""


def wishes(**changes: object) -> dict[str, object]:
    return {
        "languages": ["en", "zh-Hans", "xx"],
        "language": "en",
        "time_zone": "UTC",
        "quiet_hours": None,
        "kinds": None,
        "lead_seconds": 7777,
        "all_kinds": list(KINDS),
        **changes,
    }


def test_the_form_holds_what_was_wished() -> None:
    form = wish_form(wishes(quiet_hours={"from": "22:00", "to": "07:00"}), ENGLISH)
    assert (form.quiet_from, form.quiet_to) == ("22:00", "07:00")
    assert all(kind.is_chosen for kind in form.kinds)
    assert [one.value for one in form.leads if one.is_chosen] == ["7777"]
    assert [one.name for one in form.languages] == ["English", "简体中文", "xx"]
    some = wish_form(wishes(kinds=["offer"]), ENGLISH)
    assert [one.value for one in some.kinds if one.is_chosen] == ["offer"]
    assert (some.quiet_from, some.quiet_to) == ("", "")


def test_every_kind_has_a_name_of_its_own() -> None:
    assert len({kind_name(kind, ENGLISH) for kind in Kind}) == len(Kind)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("status-503", "The other side answered 503."),
        ("smtp-550", "The other side answered 550."),
        ("too-slow", "The other side took too long."),
        ("smtp-unset", "It failed: smtp-unset"),
        (None, ""),
    ],
)
def test_why_something_did_not_get_there(code: str | None, told: str) -> None:
    assert reason(code, ENGLISH) == told


@pytest.mark.parametrize(
    ("state", "tries", "outcome"),
    [
        ("sent", 1, "Sent, with 1 try"),
        ("dead", 16, "Given up after 16 tries"),
        ("pending", 2, "Tried 2 times; it will be tried again"),
    ],
)
def test_what_became_of_a_message(state: str, tries: int, outcome: str) -> None:
    view = {
        "channel": "1",
        "kind": "notices",
        "messages": 3,
        "state": state,
        "tries": tries,
        "error_code": "too-slow",
        "made_at": {"unix": NOW},
        "settled_at": None,
    }
    line = delivery_line(view, [{"id": "1", "target": "a@example.org"}], ENGLISH)
    assert (line.outcome, line.what, line.target) == (outcome, "3 messages", "a@example.org")
    assert (line.reason == "") is (state == "sent")
    assert delivery_line(view, [], ENGLISH).target == ""
