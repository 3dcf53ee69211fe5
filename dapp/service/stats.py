"""Statistics over complaints: counted, and the cases behind each mark."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dapp.domain.scorecard import Overall
from dapp.domain.statistics import Chart, Mark
from dapp.service import filters, views
from dapp.service.charts import CHARTS
from dapp.service.clock import Clock, Moment
from dapp.service.inputs import number_before
from dapp.service.recent import Recent
from dapp.service.scorecards import rate
from dapp.store.scores import Scores, Span

View = dict[str, Any]


class Stats:
    def __init__(self, scores: Scores, clock: Clock, recent: Recent) -> None:
        self._scores = scores
        self._clock = clock
        self._recent = recent

    async def chart(self, name: str, which: Span) -> tuple[Chart, Moment]:
        """One of `CHARTS`. Raises Retryable."""
        statement, make, bounds = CHARTS[name]
        more = {} if bounds is None else {"bounds": bounds}
        asked = ("chart", name, which)
        rows, moment = await self._recent.read(
            asked, lambda: self._scores.counted(statement, which, **more)
        )
        return make(rows), moment

    async def overall(self, which: Span) -> tuple[Overall, Moment]:
        """All complaints together. Raises Retryable."""
        return await self._recent.read(("overall", which), lambda: self._scores.overall(which))

    async def cases(self, mark: str, which: Span, cursor: str | None, limit: int) -> View:
        """The cases that a mark stands for, the newest first; `mark` as `CHART.KEY`.

        Raises InvalidInput, Retryable.
        """
        found = filters.mark(mark)
        below = number_before(cursor)
        rows, moment = await self._clock.read(
            lambda: self._scores.behind(
                found.condition, which, found.low, found.high, below, limit + 1
            )
        )
        return {
            "mark": mark,
            "cases": [
                {"id": one, "organisation": organisation, "filed_at": views.time(at)}
                for one, organisation, at in rows[:limit]
            ],
            "next_cursor": str(rows[limit - 1][0]) if len(rows) > limit else None,
            **moment.stamp(),
        }


def chart_view(chart: Chart, which: Span, moment: Moment) -> View:
    """A chart as JSON; each mark leads to its cases."""
    return {
        "chart": chart.name,
        "title": chart.title,
        "description": chart.description,
        "columns": list(chart.columns),
        "marks": [_mark(chart, mark, which) for mark in chart.marks],
        "lines": [{"after": line.after, "label": line.label} for line in chart.lines],
        "totals": dict(zip(chart.columns, chart.totals, strict=True)),
        **_chosen(which),
        **moment.stamp(),
    }


def overall_view(found: Overall, which: Span, moment: Moment) -> View:
    """What was promised and what was done, of all complaints together."""
    return {
        "complaints": found.complaints,
        "organisations": found.organisations,
        "ended": found.ended,
        "first_reply": {
            "promised_median_seconds": found.promised,
            "median_seconds": found.first_reply,
        },
        "acknowledged_in_time": rate(found.acknowledged),
        "answered_in_time": rate(found.answered),
        **_chosen(which),
        **moment.stamp(),
    }


def _chosen(which: Span) -> View:
    return {
        "organisation": which.organisations[0] if which.organisations else None,
        **views.span(which.filed_from, which.filed_to),
    }


def cases_path(chart: Chart, mark: Mark, which: Span) -> str:
    """The page of the cases behind a mark."""
    return "/cases?" + urlencode(_query(chart, mark, which))


def table_of(chart: Chart, which: Span) -> tuple[list[str], list[list[object]]]:
    """The columns and rows of a chart's numbers, with where each row's cases are."""
    columns = ["key", "label", *chart.columns, "cases"]
    rows = [
        [mark.key, mark.label, *mark.values, cases_path(chart, mark, which)] for mark in chart.marks
    ]
    return columns, rows


def _mark(chart: Chart, mark: Mark, which: Span) -> View:
    return {
        "key": mark.key,
        "label": mark.label,
        "values": dict(zip(chart.columns, mark.values, strict=True)),
        "cases": cases_path(chart, mark, which),
        "cases_api": "/v1/stats/cases?" + urlencode(_query(chart, mark, which)),
    }


def _query(chart: Chart, mark: Mark, which: Span) -> Mapping[str, object]:
    asked = {
        "mark": f"{chart.name}.{mark.key}",
        "organisation": which.organisations[0] if which.organisations else None,
        "filed_from": which.filed_from,
        "filed_to": which.filed_to,
    }
    return {name: value for name, value in asked.items() if value is not None}
