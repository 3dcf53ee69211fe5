"""The status sentence, in every state a case can be in."""

import re

import pytest

from dapp.domain.phases import Phase, RoundPhase
from dapp.web.i18n import LANGUAGES
from dapp.web.presentation.status import status
from tests.unit.web.looks import ALL_LOOKS, FILED, FROZEN, HOUR, OFFERED, hearing, look


def words(sentence: str) -> str:
    return re.sub("<[^>]+>", "", sentence).replace("\u00a0", " ")


def test_the_looks_cover_every_phase() -> None:
    looks = [look(case, after, block=block) for case, after, block in ALL_LOOKS.values()]
    assert {one.phase for one in looks} == set(Phase) - {Phase.NONE}
    assert {one.round_phase for one in looks if one.phase is Phase.ESCALATED} == set(RoundPhase)


def test_every_state_has_a_sentence_of_its_own_in_every_language() -> None:
    for language in LANGUAGES:
        said = {
            name: words(status(look(case, after, language, block)))
            for name, (case, after, block) in ALL_LOOKS.items()
        }
        assert len(set(said.values())) == len(said)
        assert all("{" not in sentence for sentence in said.values())


def test_it_says_who_by_when_and_how_long_that_is() -> None:
    sentence = words(status(look(FILED, 18 * 60)))
    assert sentence == "The organisation must reply by 00:30 UTC, 12 minutes left."


def test_the_promise_ends_at_its_deadline_to_the_second() -> None:
    assert "must reply by" in status(look(FILED, 30 * 60 - 1))
    assert "has not replied in the time it promised" in status(look(FILED, 30 * 60))


def test_it_says_it_in_chinese() -> None:
    sentence = words(status(look(FILED, 18 * 60, "zh-Hans")))
    assert sentence == "机构须在 00:30 UTC 前回复，还剩 12 分钟。"  # noqa: RUF001


def test_an_offer_names_share_and_amount() -> None:
    assert "offers 40% (0.4 ETH)" in words(status(look(OFFERED, 3 * HOUR)))


def test_votes_are_counted_as_they_come() -> None:
    assert "1 of 3 have voted" in words(status(look(hearing(1), 28 * HOUR)))
    assert "1 of 3 are open" in words(status(look(hearing(3, (5500,)), 28 * HOUR)))


def test_the_median_is_told_once_the_votes_are_in() -> None:
    sentence = words(status(look(hearing(3, (5500, 6000, 4800)), 28 * HOUR)))
    assert "55% (0.55 ETH) for the customer" in sentence
    assert "may pay for a larger panel until" in sentence


def test_a_freeze_is_told_beside_the_rest() -> None:
    sentence = words(status(look(FROZEN, 3 * HOUR)))
    assert sentence.startswith(words(status(look(OFFERED, 3 * HOUR))))
    assert sentence.endswith(
        "The guardian holds the payout until Nov 24, 2026 00:00 UTC, 1 day 21 hours left."
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_times_are_readable_by_machines(language: str) -> None:
    sentence = status(look(FILED, 18 * 60, language))
    assert '<time datetime="2026-11-22T00:30:00Z" data-local="time">' in sentence
