"""Charts in the reader's language: the picture, what it shows in one sentence, its numbers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from babel.dates import get_day_names
from markupsafe import Markup

from dapp.domain.parts import Outcome
from dapp.domain.statistics import DELAYS, DISTANCES, Bucket, Chart, Line, Mark, Shape
from dapp.service import charts
from dapp.service.clock import Moment
from dapp.service.stats import cases_path
from dapp.service.views import name
from dapp.store.scores import Span
from dapp.web.charts import svg
from dapp.web.i18n import Language
from dapp.web.presentation.names import outcome_name

_OPEN_END = 2**62
_STEP = 50
"""Buckets of distances begin a basis point after a round number."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    label: str
    href: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart on a page.

    Attributes:
        rows: of a week only the hours in which anything was filed.
        csv: where the same numbers are a table; `svg` a picture of its own.
    """

    name: str
    title: str
    about: str
    sentence: str
    picture: Markup
    columns: tuple[str, ...]
    rows: tuple[FigureRow, ...]
    is_week: bool
    csv: str
    svg: str


def figure(chart: Chart, which: Span, moment: Moment, t: Language) -> Figure:
    said = in_language(chart, t)
    block = t.say("As of block {number}", number=moment.head.block_number)
    is_week = chart.shape is Shape.WEEK
    path = f"/v1/stats/{chart.name}"
    return Figure(
        name=chart.name,
        title=said.title,
        about=said.description,
        sentence=sentence(chart, t),
        # Its text is escaped by the library that wrote it.
        picture=Markup(svg(said, which, block)),  # noqa: S704
        columns=said.columns,
        rows=tuple(
            FigureRow(mark.label, cases_path(chart, mark, which), tuple(map(t.number, mark.values)))
            for mark in said.marks
            if any(mark.values) or not is_week
        ),
        is_week=is_week,
        csv=f"{path}.csv{_asked(which)}",
        svg=f"{path}.svg{_asked(which)}",
    )


def in_language(chart: Chart, t: Language) -> Chart:
    """The same chart with the reader's words in it."""
    title, description, columns = _words(chart.name, t)
    return replace(
        chart,
        title=title,
        description=description,
        columns=columns,
        marks=tuple(
            replace(mark, label=mark_name(chart.name, mark.key, t)) for mark in chart.marks
        ),
        lines=tuple(Line(line.after, _line_name(chart, line, t)) for line in chart.lines),
    )


def mark_name(chart: str, key: str, t: Language) -> str:
    """What a mark of a chart stands for."""
    if chart == charts.HOURS:
        day = get_day_names("wide", locale=t.locale)[int(key) // 24]
        return f"{day} {int(key) % 24:02}:00"
    buckets = {charts.FIRST_ANSWERS: DELAYS, charts.AGREEMENT: DISTANCES}.get(chart, ())
    for bucket in buckets:
        if bucket.key == key:
            return _delay(bucket, t) if chart == charts.FIRST_ANSWERS else _distance(bucket, t)
    return _names(t)[chart, key]


def sentence(chart: Chart, t: Language) -> str:
    """What a chart shows, with its numbers."""
    if not any(chart.totals):
        return t.say("Nothing to show yet: no case is in this choice.")
    return _SENTENCES[chart.name](chart, t)


def _asked(which: Span) -> str:
    asked = {
        "organisation": which.organisations[0] if which.organisations else None,
        "filed_from": which.filed_from,
        "filed_to": which.filed_to,
    }
    found = urlencode({name: value for name, value in asked.items() if value is not None})
    return f"?{found}" if found else ""


def _delay(bucket: Bucket, t: Language) -> str:
    return _range(
        t,
        bucket.low and t.duration(bucket.low),
        bucket.high < _OPEN_END and t.duration(bucket.high),
    )


def _distance(bucket: Bucket, t: Language) -> str:
    low, high = bucket.low // _STEP * _STEP, bucket.high // _STEP * _STEP
    return _range(t, low and t.share(low), bucket.high < _OPEN_END and t.share(high))


def _range(t: Language, low: str | int, high: str | bool) -> str:
    if not low:
        return t.say("under {limit}", limit=high)
    if not high:
        return t.say("{limit} and more", limit=low)
    return t.say("{low} to {high}", low=low, high=high)


def _line_name(chart: Chart, line: Line, t: Language) -> str:
    if chart.name == charts.AGREEMENT:
        return t.say("full pay")
    return t.duration(DELAYS[line.after - 1].high)


def _words(chart: str, t: Language) -> tuple[str, str, tuple[str, ...]]:
    """Title, description and columns."""
    return {
        charts.FIRST_ANSWERS: (
            t.say("Time to the first reply"),
            t.say("Complaints by the time from their filing to the first reply"),
            (t.say("in time"), t.say("late"), t.say("contested as automatic")),
        ),
        charts.HOURS: (
            t.say("When complaints come"),
            t.say("Complaints by the hour of the week in which they were filed (UTC)"),
            (t.say("complaints filed"), t.say("answered late or never")),
        ),
        charts.FUNNEL: (
            t.say("How far complaints go"),
            t.say("Complaints that reached each step"),
            (t.say("complaints"),),
        ),
        charts.OUTCOMES: (
            t.say("How complaints ended"),
            t.say("Complaints by what became of them"),
            (t.say("complaints"),),
        ),
        charts.AGREEMENT: (
            t.say("Votes and the final ruling"),
            t.say("Seats of arbitrators by how far the vote was from the final ruling"),
            (t.say("seats"),),
        ),
    }[chart]


def _names(t: Language) -> dict[tuple[str, str], str]:
    endings = {
        (charts.OUTCOMES, name(one)): outcome_name(one, t)
        for one in Outcome
        if one is not Outcome.NONE
    }
    return endings | {
        (charts.FIRST_ANSWERS, "never"): t.say("never, and too late"),
        (charts.FUNNEL, "filed"): t.say("Filed"),
        (charts.FUNNEL, "answered"): t.say("Had a first reply"),
        (charts.FUNNEL, "offered"): t.say("Had an answer: an offer, a promise or a no"),
        (charts.FUNNEL, "escalated"): t.say("Taken to arbitrators"),
        (charts.FUNNEL, "ruled"): t.say("Ruled on"),
        (charts.FUNNEL, "paid"): t.say("The money moved"),
        (charts.OUTCOMES, "withdrawn"): t.say("Withdrawn"),
        (charts.OUTCOMES, "open"): t.say("Still open"),
        (charts.AGREEMENT, "hidden"): t.say("not revealed"),
        (charts.AGREEMENT, "leaked"): t.say("shown before its time"),
    }


def _first_answers(chart: Chart, t: Language) -> str:
    *delays, never = [sum(mark.values) for mark in chart.marks]
    ten, thirty = (t.number(sum(delays[: line.after])) for line in chart.lines)
    return t.count(
        "Of {number} complaint {ten} had its first reply within 10 minutes and {thirty} within 30;"
        " {never} had none before its limit passed.",
        "Of {number} complaints {ten} had their first reply within 10 minutes and {thirty} within"
        " 30; {never} had none before their limit passed.",
        sum(delays) + never,
        ten=ten,
        thirty=thirty,
        never=t.number(never),
    )


def _hours(chart: Chart, t: Language) -> str:
    busiest = max(chart.marks, key=lambda mark: mark.values[0])
    filed, late = chart.totals
    return t.count(
        "Of {number} complaint {most} came in the busiest hour, {hour} UTC; {late} was answered"
        " late or never.",
        "Of {number} complaints {most} came in the busiest hour, {hour} UTC; {late} were answered"
        " late or never.",
        filed,
        most=t.number(busiest.values[0]),
        hour=mark_name(chart.name, busiest.key, t),
        late=t.number(late),
    )


def _funnel(chart: Chart, t: Language) -> str:
    counts = {mark.key: mark.values[0] for mark in chart.marks}
    return t.count(
        "Of {number} complaint {escalated} was taken to arbitrators; in {paid} the money moved.",
        "Of {number} complaints {escalated} were taken to arbitrators; in {paid} the money moved.",
        counts["filed"],
        escalated=t.number(counts["escalated"]),
        paid=t.number(counts["paid"]),
    )


def _outcomes(chart: Chart, t: Language) -> str:
    most = _largest([mark for mark in chart.marks if mark.key != "open"])
    opened = next(mark.values[0] for mark in chart.marks if mark.key == "open")
    if not most.values[0]:
        return t.count(
            "{number} complaint is open; none has ended yet.",
            "{number} complaints are open; none has ended yet.",
            opened,
        )
    return t.say(
        "The most frequent ending: “{ending}”, {number} of {all}; still open: {open}.",
        ending=mark_name(chart.name, most.key, t),
        number=t.number(most.values[0]),
        all=t.number(sum(chart.totals)),
        open=t.number(opened),
    )


def _agreement(chart: Chart, t: Language) -> str:
    near = sum(mark.values[0] for mark in chart.marks[: chart.lines[0].after])
    revealed = sum(mark.values[0] for mark in chart.marks[: len(DISTANCES)])
    return t.count(
        "Of {number} revealed vote {near} was within 10 % of the final ruling, which earns the"
        " full pay.",
        "Of {number} revealed votes {near} were within 10 % of the final ruling, which earns the"
        " full pay.",
        revealed,
        near=t.number(near),
    )


def _largest(marks: list[Mark]) -> Mark:
    return max(marks, key=lambda mark: sum(mark.values))


_SENTENCES: dict[str, Callable[[Chart, Language], str]] = {
    charts.FIRST_ANSWERS: _first_answers,
    charts.HOURS: _hours,
    charts.FUNNEL: _funnel,
    charts.OUTCOMES: _outcomes,
    charts.AGREEMENT: _agreement,
}
