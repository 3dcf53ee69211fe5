"""The timeline as a picture: one lane a person, windows as bands, events as numbered dots.

Time runs from left to right, but not evenly: ten minutes and ten days must both be seen, so a gap's
width grows with its logarithm.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log2

from dapp.domain.phases import Phase
from dapp.domain.rounds import Round
from dapp.web.presentation.people import (
    ANYONE,
    COURT_LANE,
    CUSTOMER,
    LANES,
    ORGANISATION,
    role_name,
)
from dapp.web.presentation.timeline import Row
from dapp.web.presentation.view import Look

WIDTH = 720
LANE_HEIGHT = 46
_LEFT, _RIGHT = 104, 706
_OPEN_PHASES = frozenset(
    {Phase.FILED, Phase.ASKED, Phase.OFFERED, Phase.ESCALATED, Phase.OVERDUE, Phase.LAPSED}
)


@dataclass(frozen=True, slots=True)
class Band:
    """A window in which a person may or must act; `kind` names it for the style sheet."""

    lane: int
    kind: str
    x: float
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    lane: int
    number: int
    x: float
    label: str
    late: bool


@dataclass(frozen=True, slots=True)
class Picture:
    names: tuple[str, ...]
    bands: tuple[Band, ...]
    dots: tuple[Dot, ...]
    now_x: float | None
    """None once the case is closed."""

    @property
    def height(self) -> int:
        return LANE_HEIGHT * len(self.names) + 8


Window = tuple[str, str, int, int, str]
"""Lane, kind, start, end, label."""


def picture(look: Look, rows: Sequence[Row]) -> Picture:
    """`rows` are those of the list below the picture, whose numbers the dots bear."""
    is_open = look.phase in _OPEN_PHASES
    windows = [window for window in _windows(look) if window[2] < window[3]]
    scale = _Scale(
        [row.event.timestamp for row in rows],
        [time for _, _, start, end, _ in windows for time in (start, end)]
        + ([look.now] if is_open else []),
    )
    return Picture(
        names=tuple(role_name(lane, look.t) for lane in LANES),
        bands=tuple(_band(scale, window) for window in windows),
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


def _band(scale: "_Scale", window: Window) -> Band:
    lane, kind, start, end, label = window
    x = scale.of_time(start)
    return Band(LANES.index(lane), kind, x, round(scale.of_time(end) - x, 1), label)


def _windows(look: Look) -> Iterator[Window]:
    case, t = look.case, look.t
    offered = case.offers[0].at if case.offers else case.answer_deadline
    yield ORGANISATION, "answer", case.filed_at, offered, t.say("Time to answer")
    promised = t.say("Promised first reply")
    yield ORGANISATION, "promise", case.filed_at, case.acknowledge_deadline, promised
    for ask in case.asks:
        replied = ask.replied_at or ask.deadline
        yield CUSTOMER, "reply", ask.at, replied, t.say("Time to reply")
    for offer, end in zip(case.offers, _offer_ends(look), strict=True):
        yield CUSTOMER, "reply", offer.at, end, t.say("Time to decide on the offer")
    yield from _court_windows(look)
    if case.payment is not None:
        end = case.confirmed_at or case.payment.confirm_deadline
        yield CUSTOMER, "confirm", case.payment.at, end, t.say("Time to confirm")


def _offer_ends(look: Look) -> list[int]:
    """An offer is open until the next one, until the customer decides, or until it lapses."""
    case = look.case
    decided = [
        case.escalation.at if case.escalation else None,
        case.payment.at if case.payment else None,
        case.withdrawn_at,
    ]
    over = min([time for time in decided if time is not None], default=None)
    ends: list[int] = [offer.at for offer in case.offers[1:]]
    if case.offers:
        last = case.offers[-1].deadline
        ends.append(last if over is None else min(over, last))
    return ends


def _court_windows(look: Look) -> Iterator[Window]:
    t = look.t
    for current in look.case.rounds:
        if current.drawn_at is None or current.commit_opens is None:
            continue
        ends = min(current.commit_ends or 0, _all_committed_at(current) or 1 << 40)
        closed = current.concluded_at or current.voided_at or current.reveal_ends or 0
        reveal_ends = min(current.reveal_ends or 0, max(closed, ends))
        yield COURT_LANE, "hand-over", current.drawn_at, current.commit_opens, t.say("Hand-over")
        yield COURT_LANE, "commit", current.commit_opens, ends, t.say("Secret vote")
        yield COURT_LANE, "reveal", ends, reveal_ends, t.say("Opening of the votes")


def _all_committed_at(current: Round) -> int | None:
    times = [seat.committed_at for seat in current.seats if seat.committed_at is not None]
    return max(times) if times and len(times) == len(current.seats) else None


class _Scale:
    """Where a moment lies. Events of one block stand side by side, in their order."""

    def __init__(self, events: Sequence[int], others: Sequence[int]) -> None:
        knots = sorted(
            [(time, 0, index) for index, time in enumerate(events)]
            + [(time, 1, -1) for time in sorted(set(others) - set(events))]
        )
        self._times = [time for time, _, _ in knots]
        weights = [0.0] + [
            (0.9 if index >= 0 else 0.2) + log2(1 + (time - before) / 60) / 4
            for before, (time, _, index) in zip(self._times, knots[1:], strict=False)
        ]
        total = sum(weights) or 1.0
        run = 0.0
        self._places = []
        for weight in weights:
            run += weight
            self._places.append(round(_LEFT + (_RIGHT - _LEFT) * run / total, 1))
        self._events = {
            index: place
            for (_, _, index), place in zip(knots, self._places, strict=True)
            if index >= 0
        }

    def of_event(self, index: int) -> float:
        return self._events[index]

    def of_time(self, time: int) -> float:
        """Of the last knot that is not later: every time asked for is a knot."""
        at = bisect_right(self._times, time) - 1
        while at > 0 and self._times[at - 1] == self._times[at] == time:
            at -= 1
        return self._places[max(0, at)]
