"""The charts, made of counted rows."""

from collections.abc import Sequence
from typing import Any

from dapp.domain.parts import Outcome
from dapp.domain.statistics import (
    DELAYS,
    DISTANCES,
    Bucket,
    Chart,
    Line,
    Mark,
    Shape,
    bounds,
)
from dapp.domain.week import HOURS_IN_WEEK
from dapp.service import views, words
from dapp.store import score_statements as statements
from dapp.store.views import Behind

Rows = Sequence[tuple[Any, ...]]

FIRST_ANSWERS = "first-answers"
HOURS = "hours"
FUNNEL = "funnel"
OUTCOMES = "outcomes"
AGREEMENT = "agreement"
STAGES = ("filed", "answered", "offered", "escalated", "ruled", "paid")
_ENDINGS = {views.name(one): int(one) for one in Outcome if one is not Outcome.NONE}


def first_answers(rows: Rows) -> Chart:
    counts = {row[0]: tuple(row[1:]) for row in rows}
    marks = [
        Mark(one.key, one.label, counts.get(number, (0, 0, 0))) for number, one in enumerate(DELAYS)
    ]
    never = Mark("never", "never, and too late", counts.get(None, (0, 0, 0)))
    return Chart(
        name=FIRST_ANSWERS,
        shape=Shape.BARS,
        title="Time to the first answer",
        description="Complaints by the time from their filing to the first reply",
        columns=("in time", "late", "contested as automatic"),
        marks=(*marks, never),
        lines=(Line(3, "10 min"), Line(4, "30 min")),
    )


def hours(rows: Rows) -> Chart:
    counts = {hour: (filed, late) for hour, filed, late in rows}
    marks = [
        Mark(str(hour), words.hour_name(hour), counts.get(hour, (0, 0)))
        for hour in range(HOURS_IN_WEEK)
    ]
    return Chart(
        name=HOURS,
        shape=Shape.WEEK,
        title="Complaints by the hour of the week",
        description="When complaints were filed (UTC), and how many were answered late or never",
        columns=("filed", "answered late"),
        marks=tuple(marks),
    )


def funnel(rows: Rows) -> Chart:
    marks = [Mark(stage, stage, (count,)) for stage, count in zip(STAGES, rows[0], strict=True)]
    return Chart(
        name=FUNNEL,
        shape=Shape.BARS,
        title="How far complaints go",
        description="Complaints that were filed, answered, made an offer, taken to arbitrators,"
        " ruled on and paid",
        columns=("complaints",),
        marks=tuple(marks),
    )


def outcomes(rows: Rows) -> Chart:
    ended = {outcome: count for outcome, withdrawn, count in rows if not withdrawn}
    withdrawn = sum(count for _, is_withdrawn, count in rows if is_withdrawn)
    marks = [
        Mark(name, name.replace("-", " "), (ended.get(number, 0),))
        for name, number in _ENDINGS.items()
    ]
    others = (
        Mark("withdrawn", "withdrawn", (withdrawn,)),
        Mark("open", "open", (ended.get(0, 0),)),
    )
    return Chart(
        name=OUTCOMES,
        shape=Shape.BARS,
        title="How complaints ended",
        description="Complaints by what became of them",
        columns=("complaints",),
        marks=(*marks, *others),
    )


def agreement(rows: Rows) -> Chart:
    counts = [0] * len(DISTANCES)
    hidden = leaked = 0
    for bucket, is_leaked, count in rows:
        if is_leaked:
            leaked += count
        elif bucket is None:
            hidden += count
        else:
            counts[bucket] += count
    marks = [
        Mark(one.key, one.label, (count,)) for one, count in zip(DISTANCES, counts, strict=True)
    ]
    others = (Mark("hidden", "not revealed", (hidden,)), Mark("leaked", "leaked", (leaked,)))
    return Chart(
        name=AGREEMENT,
        shape=Shape.BARS,
        title="Votes and the final ruling",
        description="Seats by how far their vote was from the final ruling, of every panel that"
        " heard a complaint",
        columns=("seats",),
        marks=(*marks, *others),
        lines=(Line(3, "full pay"),),
    )


CHARTS = {
    FIRST_ANSWERS: (statements.FIRST_ANSWERS, first_answers, bounds(DELAYS)),
    HOURS: (statements.HOURS, hours, None),
    FUNNEL: (statements.FUNNEL, funnel, None),
    OUTCOMES: (statements.OUTCOMES, outcomes, None),
    AGREEMENT: (statements.AGREEMENT, agreement, bounds(DISTANCES)),
}
"""By name: what counts, what makes the chart of it, and where its buckets begin."""


def behind(chart: str, key: str) -> Behind | None:
    """The cases behind a mark; None where there is no such mark."""
    alone = {FIRST_ANSWERS: ("never",), FUNNEL: STAGES, OUTCOMES: ("withdrawn", "open")}
    alone[AGREEMENT] = ("hidden", "leaked")
    if key in alone.get(chart, ()):
        return Behind(key)
    if chart == HOURS and key.isdecimal() and key.isascii() and int(key[:4]) < HOURS_IN_WEEK:
        return Behind(HOURS, int(key[:4]))
    if chart == OUTCOMES and key in _ENDINGS:
        return Behind(OUTCOMES, _ENDINGS[key])
    buckets: dict[str, tuple[Bucket, ...]] = {FIRST_ANSWERS: DELAYS, AGREEMENT: DISTANCES}
    for one in buckets.get(chart, ()):
        if one.key == key:
            return Behind(chart, one.low, one.high)
    return None
