"""Charts leave nothing out, and every mark has its cases."""

from itertools import pairwise

import pytest

from dapp.domain.facts import AGREED
from dapp.domain.parts import Outcome
from dapp.domain.scorecard import NO_SEATS, Rate
from dapp.domain.statistics import DELAYS, DISTANCES, Bucket, bounds
from dapp.service import charts
from dapp.store.score_statements import MARKS


@pytest.mark.parametrize("buckets", [DELAYS, DISTANCES])
def test_buckets_stand_side_by_side(buckets: tuple[Bucket, ...]) -> None:
    assert buckets[0].low == 0
    assert all(one.high == following.low for one, following in pairwise(buckets))
    assert bounds(buckets) == [one.low for one in buckets][1:]
    assert len({one.key for one in buckets}) == len(buckets)


def test_ten_and_thirty_minutes_are_between_marks() -> None:
    chart = charts.first_answers([])
    limits = {line.label: DELAYS[line.after - 1].high for line in chart.lines}
    assert limits == {"10 min": 600, "30 min": 1800}


def test_every_mark_of_every_chart_has_its_cases() -> None:
    empty = {
        charts.FIRST_ANSWERS: charts.first_answers([]),
        charts.HOURS: charts.hours([]),
        charts.FUNNEL: charts.funnel([(0,) * 6]),
        charts.OUTCOMES: charts.outcomes([]),
        charts.AGREEMENT: charts.agreement([]),
    }
    assert set(empty) == set(charts.CHARTS)
    for name, chart in empty.items():
        assert chart.totals == (0,) * len(chart.columns)
        for mark in chart.marks:
            found = charts.behind(name, mark.key)
            assert found is not None and found.condition in MARKS
        assert charts.behind(name, "nothing") is None
        assert charts.behind("nothing", chart.marks[0].key) is None
    assert len(empty[charts.OUTCOMES].marks) == len(Outcome) - 1 + 2


def test_votes_that_were_hidden_or_leaked_are_told_apart() -> None:
    rows = [(0, False, 4), (None, False, 3), (None, True, 2), (1, True, 1)]
    chart = charts.agreement(rows)
    counts = {mark.key: mark.values[0] for mark in chart.marks if mark.values[0]}
    assert counts == {"under-250": 4, "hidden": 3, "leaked": 3}


def test_withdrawn_cases_are_not_open() -> None:
    chart = charts.outcomes([(0, True, 2), (0, False, 3), (4, False, 5)])
    counts = {mark.key: mark.values[0] for mark in chart.marks if mark.values[0]}
    assert counts == {"ruled": 5, "withdrawn": 2, "open": 3}


def test_rates_round_down_and_say_nothing_of_nothing() -> None:
    assert (Rate(2, 3).share, Rate(0, 3).share, Rate(0, 0).share) == (6666, 0, None)
    assert NO_SEATS.agreement.share is None
    assert Outcome.REFUSED not in AGREED and Outcome.DEFAULTED not in AGREED
