"""Promises beside what was measured, in words."""

from dataclasses import replace

import pytest

from dapp.domain.organisation import PolicyVersion
from dapp.domain.policy import Policy
from dapp.domain.scorecard import Delays, Endings, Overall, Promises, Rate
from dapp.domain.types import NO_DIGEST, OrganisationId, UnixTime
from dapp.service.scorecards import Measured, sorting_of
from dapp.store.scores import nothing_filed
from dapp.web.i18n import load
from dapp.web.presentation.scores import card_line, facts, promises, sortings, strip

T = load("en")
TERMS = Policy(1, 1800, 600, 72, 72, 720, 0)
VERSION = PolicyVersion(1, TERMS, NO_DIGEST, UnixTime(0), UnixTime(0))
EMPTY = nothing_filed(OrganisationId(3))
NOTHING = Rate(0, 0)
BUSY = replace(
    EMPTY,
    complaints=5,
    open=1,
    promises=Promises(Rate(2, 5), Rate(3, 4), NOTHING, Rate(2, 5), Rate(1, 4)),
    peak=Delays(4, 60, 300, 7200),
    peak_on_time=Rate(2, 4),
    endings=Endings(4, 1, 2, 1, 1, 0, 1, 3, 0, 1, 1, 0, 1),
    stars=(0, 0, 0, 1, 1),
)


def test_a_promise_stands_beside_what_was_measured() -> None:
    peak, off_peak, answer = promises(VERSION, BUSY, T)
    assert (peak.promised, peak.share, peak.counts) == ("within 30 minutes", "50%", "2 of 4")
    assert peak.typical == "median 5 minutes, nine of ten within 2 hours"
    assert (off_peak.promised, off_peak.typical) == ("within 10 minutes", "")
    assert (answer.promised, answer.share, answer.counts) == ("within 3 days", "75%", "3 of 4")


def test_rulings_and_settlements_are_told_apart() -> None:
    line = card_line(Measured((VERSION,), BUSY), UnixTime(9), T)
    assert (line.rulings, line.settlements) == ("3 rulings", "1 settlement")
    assert line.lost == "1 nearer to what the customer asked"
    assert (line.contested, line.contested_counts) == ("25%", "1 of 4")


def test_nothing_is_no_share() -> None:
    """Not 0 %: nobody broke a promise that was never due."""
    line = card_line(Measured((VERSION,), EMPTY), UnixTime(9), T)
    assert {line.peak.share, line.answer.share, line.kept, line.contested, line.lost} == {""}
    assert {fact.value for fact in facts(EMPTY, T)} == {"", "0"}


def test_the_promise_is_the_one_in_force() -> None:
    later = replace(
        VERSION, version=2, policy=replace(TERMS, answer_hours=48), effective_at=UnixTime(100)
    )
    both = Measured((VERSION, later), EMPTY)
    assert card_line(both, UnixTime(99), T).answer.promised == "within 3 days"
    assert card_line(both, UnixTime(100), T).answer.promised == "within 2 days"


def test_the_facts_say_what_they_are_a_share_of() -> None:
    said = {fact.name: (fact.value, fact.more) for fact in facts(BUSY, T)}
    assert said["Ended by the two sides themselves"] == ("50%", "2 of 4")
    assert said["Rulings appealed"] == ("1", "raised 0, lowered 1")
    assert said["Stars from customers"] == ("4.5 of 5", "2 customers")


def test_the_strip_is_of_all_complaints_and_of_none_there_is_none() -> None:
    whole = Overall(12, 2, 7, 600, 240, Rate(9, 10), Rate(3, 4))
    shown = strip(whole, T)
    assert shown is not None
    assert (shown.promised, shown.measured, shown.on_time) == ("10 minutes", "4 minutes", "90%")
    assert (shown.ended, shown.cases) == ("7", "of 12 complaints")
    assert strip(Overall(0, 0, 0, None, None, NOTHING, NOTHING), T) is None


@pytest.mark.parametrize("name", [name for name, _ in sortings(T)])
def test_every_order_that_the_form_offers_is_one(name: str) -> None:
    assert str(sorting_of(name)) == name
