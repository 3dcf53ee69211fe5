"""Horizontal bars, one a mark, each divided into the parts that the columns are."""

from xml.etree.ElementTree import Element, SubElement

from dapp.domain.statistics import Chart, Line, Mark
from dapp.store.scores import Span
from dapp.web.charts.svg import (
    FAINT,
    INK,
    WIDTH,
    canvas,
    length,
    linked,
    parts,
    rectangle,
    words,
)

_ROW = 36
_LEGEND = 17
_GAP = 6
_LINE = 16
"""What a line between two marks takes."""
_SEEN = {"fill": "none", "pointer-events": "all", "class": "hit"}


def bars(chart: Chart, which: Span) -> Element:
    legend = _LEGEND * len(chart.columns) + _GAP if len(chart.columns) > 1 else 0
    height = legend + _ROW * len(chart.marks) + _LINE * len(chart.lines)
    root = canvas(chart, height)
    filled = parts(root, chart)
    if legend:
        _legend(root, chart, filled)
    most = max((sum(mark.values) for mark in chart.marks), default=0) or 1
    lines, top = {line.after: line for line in chart.lines}, legend
    for number, mark in enumerate(chart.marks):
        if number in lines:
            _line(root, lines[number], top)
            top += _LINE
        _bar(linked(root, chart, mark, which), mark, top, WIDTH / most, filled)
        top += _ROW
    return root


def _legend(root: Element, chart: Chart, filled: list[dict[str, str]]) -> None:
    for number, (column, fill) in enumerate(zip(chart.columns, filled, strict=True)):
        rectangle(root, (0, number * _LEGEND + 1), (11, 11), **fill)
        words(root, (17, number * _LEGEND + 11), column)


def _bar(link: Element, mark: Mark, top: int, unit: float, filled: list[dict[str, str]]) -> None:
    # The whole row leads to the cases, also where the bar is short.
    rectangle(link, (0, top), (WIDTH, _ROW), **_SEEN)
    words(link, (0, top + 13), mark.label)
    counts = " + ".join(str(value) for value in mark.values)
    words(link, (WIDTH, top + 13), counts, **{"text-anchor": "end"})
    rectangle(link, (0, top + 18), (WIDTH, 12), **{"class": "ground", "fill-opacity": "0.08"})
    left = 0.0
    for value, fill in zip(mark.values, filled, strict=True):
        if value:
            rectangle(link, (left, top + 18), (value * unit, 12), **fill)
        left += value * unit


def _line(root: Element, line: Line, top: int) -> None:
    height = f"{top + _LINE / 2:g}"
    end = f"{WIDTH - length(line.label) - 6:g}"
    drawn = {"stroke": INK, "stroke-opacity": "0.6", "stroke-dasharray": "4 3"}
    SubElement(root, "line", {"x1": "0", "x2": end, "y1": height, "y2": height, **drawn})
    words(root, (WIDTH, top + _LINE / 2 + 4), line.label, **{"text-anchor": "end", **FAINT})
