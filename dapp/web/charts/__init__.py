"""Charts as pictures of our own: SVG with a title, a description and links, without any script."""

from dapp.domain.statistics import Chart, Shape
from dapp.store.scores import Span
from dapp.web.charts.bars import bars
from dapp.web.charts.svg import text_of
from dapp.web.charts.week import week

__all__ = ["svg"]

_DRAWN = {Shape.BARS: bars, Shape.WEEK: week}


def svg(chart: Chart, which: Span, as_of: str) -> str:
    """The chart as an SVG document, whose description says `as_of` what it is."""
    return text_of(_DRAWN[chart.shape](chart, which), as_of)
