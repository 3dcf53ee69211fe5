"""Charts on pages: the same numbers in the reader's words, pictures that read without colour."""

import re
from xml.etree import ElementTree

import pytest

from dapp.domain.statistics import Chart
from dapp.domain.types import ZERO_HASH, BlockNumber, ChainId, OrganisationId, UnixTime
from dapp.service import charts
from dapp.service.clock import Moment
from dapp.store.scores import Span
from dapp.store.views import Head
from dapp.web.charts import svg
from dapp.web.charts.svg import WIDTH
from dapp.web.i18n import LANGUAGES, load
from dapp.web.presentation.figures import figure, in_language, sentence

SVG = "{http://www.w3.org/2000/svg}"
ENGLISH = load("en")
FULL = {
    charts.FIRST_ANSWERS: charts.first_answers([(0, 2, 0, 1), (3, 0, 1, 0), (None, 0, 1, 0)]),
    charts.HOURS: charts.hours([(0, 5, 0), (9, 12, 3), (167, 1, 1)]),
    charts.FUNNEL: charts.funnel([(6, 4, 3, 1, 1, 4)]),
    charts.OUTCOMES: charts.outcomes([(1, False, 2), (0, False, 1), (0, True, 1)]),
    charts.AGREEMENT: charts.agreement([(0, False, 4), (4, False, 1), (None, False, 2)]),
}
EMPTY = {
    charts.FIRST_ANSWERS: charts.first_answers([]),
    charts.HOURS: charts.hours([]),
    charts.FUNNEL: charts.funnel([(0,) * 6]),
    charts.OUTCOMES: charts.outcomes([]),
    charts.AGREEMENT: charts.agreement([]),
}
MOMENT = Moment(
    Head(ChainId(1), BlockNumber(9), ZERO_HASH, UnixTime(100), 100.0, BlockNumber(0)), UnixTime(100)
)


def test_what_is_tried_here_is_every_chart() -> None:
    assert FULL.keys() == EMPTY.keys() == charts.CHARTS.keys()


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("name", FULL)
def test_a_chart_has_the_same_numbers_in_every_language(name: str, tag: str) -> None:
    said = in_language(FULL[name], load(tag))
    assert [mark.values for mark in said.marks] == [mark.values for mark in FULL[name].marks]
    assert [mark.key for mark in said.marks] == [mark.key for mark in FULL[name].marks]
    assert [line.after for line in said.lines] == [line.after for line in FULL[name].lines]
    assert len({mark.label for mark in said.marks}) == len(said.marks)
    if tag != "en":
        assert all(
            mine.label != theirs.label
            for mine, theirs in zip(said.marks, FULL[name].marks, strict=True)
        )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            charts.FIRST_ANSWERS,
            "Of 5 complaints 3 had their first reply within 10 minutes and 4 within 30;"
            " 1 had none before their limit passed.",
        ),
        (
            charts.HOURS,
            "Of 18 complaints 12 came in the busiest hour, Monday 09:00 UTC; 4 were answered late"
            " or never.",
        ),
        (
            charts.FUNNEL,
            "Of 6 complaints 1 were taken to arbitrators; in 4 the money moved.",
        ),
        (
            charts.OUTCOMES,
            "The most frequent ending: “The customer accepted the offer”, 2 of 4; still open: 1.",
        ),
        (
            charts.AGREEMENT,
            "Of 5 revealed votes 4 were within 10 % of the final ruling, which earns the full pay.",
        ),
    ],
)
def test_the_sentence_under_a_chart_says_its_number(name: str, expected: str) -> None:
    assert sentence(FULL[name], ENGLISH) == expected


@pytest.mark.parametrize("name", EMPTY)
def test_a_chart_of_nothing_says_so(name: str) -> None:
    assert sentence(EMPTY[name], ENGLISH).startswith("Nothing to show yet")
    shown = figure(EMPTY[name], Span(), MOMENT, ENGLISH)
    assert len(shown.rows) == (0 if shown.is_week else len(EMPTY[name].marks))


def test_open_cases_alone_are_no_ending() -> None:
    chart = charts.outcomes([(0, False, 3)])
    assert sentence(chart, ENGLISH) == "3 complaints are open; none has ended yet."


def test_links_and_tables_keep_what_was_chosen() -> None:
    which = Span((OrganisationId(7),), UnixTime(5), UnixTime(9))
    shown = figure(FULL[charts.FUNNEL], which, MOMENT, ENGLISH)
    asked = "organisation=7&filed_from=5&filed_to=9"
    assert shown.csv == f"/v1/stats/funnel.csv?{asked}"
    assert shown.svg == f"/v1/stats/funnel.svg?{asked}"
    assert {row.href for row in shown.rows} == {
        f"/cases?mark=funnel.{stage}&{asked}" for stage in charts.STAGES
    }


@pytest.mark.parametrize("name", FULL)
def test_a_picture_tells_nothing_by_colour_alone(name: str) -> None:
    """Each mark says its numbers in text; parts beside the first are drawn with patterns."""
    chart = FULL[name]
    drawn = _drawn(chart)
    for link, mark in zip(drawn.iter(f"{SVG}a"), chart.marks, strict=True):
        title = link.find(f"{SVG}title")
        assert title is not None and link.get("aria-label") is None
        assert all(
            f"{value} {column}" in str(title.text)
            for value, column in zip(mark.values, chart.columns, strict=True)
        )
        shown = " ".join(str(text.text) for text in link.iter(f"{SVG}text"))
        assert all(str(value) in shown for value in mark.values if value)
    if len(chart.columns) == 3:
        patterns = {one.get("id") for one in drawn.iter(f"{SVG}pattern")}
        assert patterns == {f"{name}-part-2", f"{name}-part-3"}


@pytest.mark.parametrize("name", FULL)
def test_every_mark_is_large_enough_for_a_finger_on_the_smallest_phone(name: str) -> None:
    """At 320 px a picture is drawn as wide as it is: a unit is a pixel."""
    drawn = _drawn(FULL[name])
    assert str(drawn.get("viewBox")).split()[2] == str(WIDTH) == "288"
    for link in drawn.iter(f"{SVG}a"):
        seen = link.find(f"{SVG}rect")
        assert seen is not None
        assert float(str(seen.get("height"))) >= 24
        assert float(str(seen.get("width"))) >= 24


def test_names_in_a_picture_are_its_own() -> None:
    ids = [one for chart in FULL.values() for one in re.findall(r' id="([^"]+)"', _text(chart))]
    assert len(ids) == len(set(ids))


def test_nobody_passes_empty_hours_by_keyboard() -> None:
    links = list(_drawn(FULL[charts.HOURS]).iter(f"{SVG}a"))
    stops = [number for number, link in enumerate(links) if link.get("tabindex") is None]
    assert stops == [0, 9, 167]


def test_a_number_that_is_too_long_for_its_hour_stays_in_its_title() -> None:
    link = next(_drawn(charts.hours([(0, 12_345_678, 0)])).iter(f"{SVG}a"))
    assert [text.text for text in link.iter(f"{SVG}text")] == ["…"]
    assert "12345678 filed" in str(link.findtext(f"{SVG}title"))


def _text(chart: Chart) -> str:
    return svg(chart, Span(), "As of block 1")


def _drawn(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(_text(chart))  # noqa: S314 (our own)
