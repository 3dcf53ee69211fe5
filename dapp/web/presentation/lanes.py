"""The timeline as a picture: one lane a person, windows as bands, events as numbered dots.

Time runs from left to right, but not evenly: ten minutes and ten days must both be seen, so a gap's
width grows with its logarithm.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log2
from unicodedata import east_asian_width

from markupsafe import Markup

from dapp.domain.phases import Phase
from dapp.web.presentation.people import ANYONE, COURT_LANE, LANES, role_name
from dapp.web.presentation.timeline import Row
from dapp.web.presentation.view import Look
from dapp.web.presentation.windows import Window, windows

WIDTH, PHONE_WIDTH = 720, 320
LANE_HEIGHT = 70
TOP = 18
_MARGIN = 16
_DOT_ROOM = 21.0
_CHARACTER, _WIDE_CHARACTER = 6.0, 11.5
_OPEN_PHASES = frozenset(
    {
        Phase.FILED,
        Phase.ASKED,
        Phase.OFFERED,
        Phase.ESCALATED,
        Phase.OVERDUE,
        Phase.LAPSED,
        Phase.PLEDGED,
        Phase.BROKEN,
        Phase.DELIVERED,
        Phase.KEPT,
    }
)


_FIRST = {"late": 0, "promise": 1}
"""What a reader looks for has the first choice of a place for its label."""


@dataclass(frozen=True, slots=True)
class Band:
    """A window in which a person may or must act; `kind` names it for the style sheet."""

    lane: int
    kind: str
    x: float
    width: float
    label: str
    label_x: float | None
    """None where there is no room: the table has all of them."""


@dataclass(frozen=True, slots=True)
class Dot:
    lane: int
    number: int
    x: float
    label: str
    late: bool


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    names: tuple[str, ...]
    bands: tuple[Band, ...]
    dots: tuple[Dot, ...]
    now_x: float | None
    """None once the case is closed."""

    @property
    def height(self) -> int:
        return TOP + LANE_HEIGHT * len(self.names)


@dataclass(frozen=True, slots=True)
class WindowLine:
    """A band, for who reads rather than looks."""

    who: str
    kind: str
    label: str
    begins: Markup
    ends: Markup


def window_lines(look: Look) -> list[WindowLine]:
    """The same windows as the picture's bands, by when they begin."""
    t = look.t
    return [
        WindowLine(
            role_name(one.lane, t), one.kind, one.label, t.time(one.begins[1]), t.time(one.end)
        )
        for one in sorted(windows(look), key=lambda one: one.begins[1])
    ]


def phone_width(rows: Sequence[Row]) -> int:
    """Room for each dot; what is wider than a phone is scrolled."""
    return min(WIDTH, max(PHONE_WIDTH, round(2 * _MARGIN + 1.25 * _DOT_ROOM * len(rows))))


def picture(look: Look, rows: Sequence[Row], width: int = WIDTH) -> Picture:
    """`rows` are those of the list below the picture, whose numbers the dots bear."""
    is_open = look.phase in _OPEN_PHASES
    found = windows(look)
    scale = _Scale(
        [(row.event.name, row.event.timestamp) for row in rows],
        [time for one in found for time in (one.begins[1], one.end)]
        + ([look.now] if is_open else []),
        width,
    )
    return Picture(
        width=width,
        names=tuple(role_name(lane, look.t) for lane in LANES),
        bands=tuple(_bands(scale, found, width)),
        dots=tuple(
            Dot(
                lane=LANES.index(COURT_LANE if row.role == ANYONE else row.role),
                number=index + 1,
                x=scale.of_event(index),
                label=f"{row.who}: {row.sentence}",
                late=row.event.args.get("onTime") is False,
            )
            for index, row in enumerate(rows)
        ),
        now_x=scale.of_time(look.now) if is_open else None,
    )


def _bands(scale: "_Scale", found: Sequence[Window], width: int) -> Iterator[Band]:
    places = [(scale.of_start(*one.begins), scale.of_time(one.end)) for one in found]
    labels = _labels(found, places, width)
    for number, (one, (begins, ends)) in enumerate(zip(found, places, strict=True)):
        lane, size = LANES.index(one.lane), round(ends - begins, 1)
        yield Band(lane, one.kind, begins, size, one.label, labels.get(number))


def _labels(
    found: Sequence[Window], places: Sequence[tuple[float, float]], width: int
) -> dict[int, float]:
    """Where each label begins, under its band and clear of the one before it in the lane."""
    order = sorted(range(len(found)), key=lambda one: (_FIRST.get(found[one].kind, 2), places[one]))
    taken: dict[str, list[tuple[float, float]]] = {}
    labels: dict[int, float] = {}
    for number in order:
        one, (begins, ends) = found[number], places[number]
        size = _length(one.label)
        others = taken.setdefault(one.lane, [])
        for x in (begins, *(end + 8 for _, end in others), ends - size):
            place = min(x, width - 4 - size)
            is_under = place < ends and begins < place + size
            if (
                place >= 4
                and is_under
                and all(place + size + 6 < a or b + 6 < place for a, b in others)
            ):
                labels[number] = round(place, 1)
                others.append((place, place + size))
                break
    return labels


def _length(text: str) -> float:
    """Of a label on paper, roughly and rather too long."""
    wide = sum(east_asian_width(one) in "WF" for one in text)
    return wide * _WIDE_CHARACTER + (len(text) - wide) * _CHARACTER


class _Scale:
    """Where a moment lies. Events of one block stand side by side, in their order."""

    def __init__(
        self, events: Sequence[tuple[str, int]], others: Sequence[int], width: int
    ) -> None:
        times = [time for _, time in events]
        knots = sorted(
            [(time, index) for index, time in enumerate(times)]
            # After the events of the same second.
            + [(time, len(times)) for time in set(others) - set(times)]
        )
        self._times = [time for time, _ in knots]
        self._places = list(_spread(knots, len(times), width - 2 * _MARGIN))
        self._events = {
            index: place
            for (_, index), place in zip(knots, self._places, strict=True)
            if index < len(times)
        }
        self._starts = {event: self._events[index] for index, event in enumerate(events)}

    def of_event(self, index: int) -> float:
        return self._events[index]

    def of_start(self, name: str, time: int) -> float:
        """Of the event that opens a window, or of the time where none does."""
        return self._starts.get((name, time)) or self.of_time(time)

    def of_time(self, time: int) -> float:
        """Every time asked for is a knot."""
        return self._places[bisect_left(self._times, time)]


def _spread(knots: Sequence[tuple[int, int]], events: int, width: int) -> Iterator[float]:
    """Room for each dot first; what is left goes to the gaps by the logarithm of their length."""
    room = min(_DOT_ROOM, 0.8 * width / max(1, events))
    rooms = [room if index < events else 0.0 for _, index in knots[1:]]
    gaps = [log2(1 + (time - before) / 60) for (before, _), (time, _) in pairwise(knots)]
    unit = (width - sum(rooms)) / (sum(gaps) or 1.0)
    place = float(_MARGIN)
    yield place
    for least, gap in zip(rooms, gaps, strict=True):
        place += least + unit * gap
        yield round(place, 1)
