"""The timeline's picture: what came late, labels that can be read, and the table beside it."""

import itertools
import re
from dataclasses import replace

import pytest

from dapp.domain.parts import Acknowledgement
from dapp.domain.types import NO_DIGEST, BlockNumber, UnixTime
from dapp.web.i18n import LANGUAGES
from dapp.web.presentation.lanes import (
    PHONE_WIDTH,
    WIDTH,
    phone_width,
    picture,
    window_lines,
)
from dapp.web.presentation.timeline import rows
from dapp.web.presentation.windows import windows
from tests.unit.web.looks import (
    ACKNOWLEDGED,
    ALL_LOOKS,
    FILED,
    FILED_AT,
    HOUR,
    OFFERED,
    OPERATOR,
    look,
)
from tests.unit.web.test_presentation_case import STORY

LATE = replace(
    FILED,
    acknowledgement=Acknowledgement(UnixTime(FILED_AT + 40 * 60), OPERATOR, False, NO_DIGEST),
)


def late(name: str) -> list[tuple[int, int]]:
    case, after, block = ALL_LOOKS[name]
    found = windows(look(case, after, block=block))
    return [(one.begins[1] - FILED_AT, one.end - FILED_AT) for one in found if one.kind == "late"]


def test_what_has_not_come_yet_is_late_until_now() -> None:
    assert late("late") == [(30 * 60, HOUR)]
    assert late("filed") == late("acknowledged") == late("offered") == []


def test_what_came_late_is_late_until_it_came() -> None:
    found = [one for one in windows(look(LATE, 5 * HOUR)) if one.kind == "late"]
    assert [(one.begins[1], one.end) for one in found] == [(FILED_AT + 1800, FILED_AT + 2400)]


def test_an_answer_that_never_came_is_late_too() -> None:
    found = windows(look(ACKNOWLEDGED, 50 * HOUR))
    assert [one.label for one in found if one.kind == "late"] == ["Answer late"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ALL_LOOKS)
@pytest.mark.parametrize("width", [PHONE_WIDTH, WIDTH])
def test_labels_stay_apart_and_in_the_picture(name: str, language: str, width: int) -> None:
    case, after, block = ALL_LOOKS[name]
    drawn = picture(look(case, after, language, block), [], width)
    for lane in range(3):
        places = sorted(
            (band.label_x, band.label_x + 5.5 * len(band.label))
            for band in drawn.bands
            if band.lane == lane and band.label_x is not None
        )
        assert all(a[1] < b[0] for a, b in itertools.pairwise(places))
        assert all(begins >= 0 for begins, _ in places)
    assert all(band.x >= 0 and band.x + band.width <= width for band in drawn.bands)


def test_what_is_late_has_its_label_before_all_others() -> None:
    drawn = picture(look(FILED, HOUR), [], PHONE_WIDTH)
    labels = {band.kind: band.label_x for band in drawn.bands}
    assert labels["late"] is not None


@pytest.mark.parametrize("name", ALL_LOOKS)
def test_the_table_has_every_band(name: str) -> None:
    case, after, block = ALL_LOOKS[name]
    here = look(case, after, block=block)
    bands = sorted(band.label for band in picture(here, []).bands)
    lines = window_lines(here)
    assert sorted(line.label for line in lines) == bands
    begins = [re.findall(r'datetime="([^"]+)"', line.begins)[0] for line in lines]
    assert begins == sorted(begins)


def test_a_phone_has_room_for_few_dots_and_scrolls_for_many() -> None:
    told = rows(look(OFFERED, 3 * HOUR), STORY)
    assert phone_width(told) == PHONE_WIDTH
    assert PHONE_WIDTH < phone_width(told * 6) <= WIDTH == phone_width(told * 40)


def test_an_event_keeps_its_mark_in_another_block() -> None:
    """What a reorganisation only moved was not taken back."""
    moved = [
        replace(one, block_number=BlockNumber(one.block_number + 3), log_index=9) for one in STORY
    ]
    here = look(OFFERED, 3 * HOUR)
    assert [row.mark for row in rows(here, moved)] == [row.mark for row in rows(here, STORY)]
    assert len({row.mark for row in rows(here, STORY)}) == len(STORY)
