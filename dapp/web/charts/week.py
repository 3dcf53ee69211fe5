"""The week as seven columns of 24 hours: the darker, the more; a corner says that some went wrong.

The first number is how many, the one after the corner how many of them went wrong.
"""

from xml.etree.ElementTree import Element, SubElement

from dapp.domain.statistics import Chart
from dapp.store.scores import Span
from dapp.web.charts.svg import (
    COLOURS,
    FAINT,
    WIDTH,
    canvas,
    linked,
    rectangle,
    words,
)

_LEFT = 35
_TOP = 54
_CELL = (WIDTH - _LEFT) / 7
_ROW = 25
_SHADES = (0.04, 0.15, 0.3, 0.5, 1)
"""Nothing at all is told from little. Text stands out from each of them, in light and dark."""
_DARKEST = len(_SHADES) - 1
_MOST_CHARS = 6
_MIDDLE = {"text-anchor": "middle", "font-size": "10"}


def week(chart: Chart, which: Span) -> Element:
    root = canvas(chart, _TOP + 24 * _ROW)
    _legend(root, chart)
    for hour in range(24):
        words(root, (0, _TOP + hour * _ROW + 16), f"{hour:02}:00", **FAINT)
    most = max(mark.values[0] for mark in chart.marks) or 1
    for number, mark in enumerate(chart.marks):
        day, hour = divmod(number, 24)
        left, top = _LEFT + day * _CELL, _TOP + hour * _ROW
        if hour == 0:
            words(root, (left + _CELL / 2, _TOP - 6), mark.label.partition(" ")[0][:3], **_MIDDLE)
        link = linked(root, chart, mark, which)
        if not any(mark.values):
            # Nobody has to pass 168 of them by keyboard.
            link.set("tabindex", "-1")
        _cell(link, (left, top), mark.values, most)
    return root


def _legend(root: Element, chart: Chart) -> None:
    for step in range(1, len(_SHADES)):
        _shade(root, (step * 13 - 13, 1), (12, 12), step)
    words(root, (57, 11), chart.columns[0])
    _corner(root, (52, 18), 12)
    words(root, (57, 28), f"▲ {chart.columns[1]}")


def _cell(link: Element, place: tuple[float, float], values: tuple[int, ...], most: int) -> None:
    filed, late = values
    # Rounded up: a little is something.
    step = -(-_DARKEST * filed // most)
    _shade(link, place, (_CELL - 1, _ROW - 1), step)
    if late:
        _corner(link, (place[0] + _CELL - 1, place[1]), 8)
    if filed:
        said = f"{filed} ▲{late}" if late else f"{filed}"
        if len(said) > _MOST_CHARS:
            said = f"▲{late}" if late else "…"
        dark = {"class": "on-dark", "fill": "#fff"} if step == _DARKEST else {}
        words(link, (place[0] + _CELL / 2, place[1] + 16), said, **_MIDDLE, **dark)


def _shade(
    parent: Element, place: tuple[float, float], size: tuple[float, float], step: int
) -> None:
    more = {"class": "part-1", "fill": COLOURS[0], "fill-opacity": f"{_SHADES[step]:g}"}
    rectangle(parent, place, size, **more)


def _corner(parent: Element, place: tuple[float, float], size: float) -> None:
    """Of a cell, at the right above."""
    path = f"M{place[0]:g} {place[1]:g}v{size:g}l-{size:g} -{size:g}z"
    SubElement(parent, "path", {"class": "part-2", "fill": COLOURS[1], "d": path})
