"""The timeline as a picture: one lane a person, windows as bands, events as numbered dots.

Time runs from left to right, but not evenly: ten minutes and ten days must both be seen, so a gap's
width grows with its logarithm.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log2

from dapp.domain.phases import Phase, is_final
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
_LEFT, _RIGHT = 104, 704
_DOT_ROOM = 21.0
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


Window = tuple[str, str, tuple[str, int], int, str]
"""Lane, kind, start (the event that opens it and its time), end, label."""


def picture(look: Look, rows: Sequence[Row]) -> Picture:
    """`rows` are those of the list below the picture, whose numbers the dots bear."""
    is_open = look.phase in _OPEN_PHASES
    windows = [window for window in _windows(look) if window[2][1] < window[3]]
    scale = _Scale(
        [(row.event.name, row.event.timestamp) for row in rows],
        [time for _, _, start, end, _ in windows for time in (start[1], end)]
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
    x = scale.of_start(*start)
    return Band(LANES.index(lane), kind, x, round(scale.of_time(end) - x, 1), label)


def _windows(look: Look) -> Iterator[Window]:
    case, t = look.case, look.t
    filed = ("Filed", case.filed_at)
    offered = case.offers[0].at if case.offers else case.answer_deadline
    yield ORGANISATION, "answer", filed, offered, t.say("Time to answer")
    promised = t.say("Promised first reply")
    yield ORGANISATION, "promise", filed, case.acknowledge_deadline, promised
    for ask in case.asks:
        replied = ask.replied_at or ask.deadline
        yield CUSTOMER, "reply", ("InformationRequested", ask.at), replied, t.say("Time to reply")
    for offer, end in zip(case.offers, _offer_ends(look), strict=True):
        begins = "Offered" if offer.pledge is None else "PledgeOffered"
        yield CUSTOMER, "reply", (begins, offer.at), end, t.say("Time to decide on the offer")
    yield from _pledge_windows(look)
    yield from _court_windows(look)
    if case.payment is not None:
        end = case.confirmed_at or case.payment.confirm_deadline
        yield CUSTOMER, "confirm", ("Executed", case.payment.at), end, t.say("Time to confirm")


def _pledge_windows(look: Look) -> Iterator[Window]:
    pledge, t = look.case.pledge, look.t
    if pledge is None or pledge.accepted_at is None or pledge.due_at is None:
        return
    kept = pledge.delivered_at or pledge.due_at
    begins = ("PledgeAccepted", pledge.accepted_at)
    yield ORGANISATION, "answer", begins, kept, t.say("Time to keep the promise")
    if pledge.delivered_at is not None:
        ended = look.case.payment.at if look.case.payment else look.case.deadline
        ends = pledge.reopened_at or ended
        delivered = ("Delivered", pledge.delivered_at)
        yield CUSTOMER, "confirm", delivered, ends, t.say("Time to look at what was delivered")


def _offer_ends(look: Look) -> list[int]:
    """An offer is open until the next one, until the customer decides, or until it lapses."""
    case = look.case
    decided = [
        case.escalation.at if case.escalation else None,
        case.payment.at if case.payment else None,
        case.withdrawn_at,
        case.pledge.accepted_at if case.pledge else None,
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
        opens = current.commit_opens
        begins = ("Escalated" if current.number == 0 else "", current.armed_at)
        yield COURT_LANE, "hand-over", begins, opens, t.say("Hand-over")
        if current.drawn_at is None:
            continue
        over = current.ended_at or current.voided_at or current.appealed_at or 1 << 40
        ends = min(current.commit_ends, _all_committed_at(current) or 1 << 40, over)
        reveal_ends = min(current.reveal_ends, _all_revealed_at(current) or 1 << 40, over)
        yield COURT_LANE, "commit", ("", opens), ends, t.say("Secret vote")
        yield COURT_LANE, "reveal", ("", ends), reveal_ends, t.say("Opening of the votes")
        if len(current.revealed) > len(current.seats) // 2 and not is_final(current):
            appeal_ends = min(current.appeal_ends, over)
            yield COURT_LANE, "appeal", ("", reveal_ends), appeal_ends, t.say("Time to appeal")


def _all_committed_at(current: Round) -> int | None:
    times = [seat.committed_at for seat in current.seats if seat.committed_at is not None]
    return max(times) if times and len(times) == len(current.seats) else None


def _all_revealed_at(current: Round) -> int | None:
    times = [seat.revealed_at for seat in current.seats if seat.revealed_at is not None]
    hidden = len(current.committed) - len(times)
    return max(times) if times and hidden <= 0 else None


class _Scale:
    """Where a moment lies. Events of one block stand side by side, in their order."""

    def __init__(self, events: Sequence[tuple[str, int]], others: Sequence[int]) -> None:
        times = [time for _, time in events]
        knots = sorted(
            [(time, index) for index, time in enumerate(times)]
            # After the events of the same second.
            + [(time, len(times)) for time in set(others) - set(times)]
        )
        self._times = [time for time, _ in knots]
        self._places = list(_spread(knots, len(times)))
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


def _spread(knots: Sequence[tuple[int, int]], events: int) -> Iterator[float]:
    """Room for each dot first; what is left goes to the gaps by the logarithm of their length."""
    room = min(_DOT_ROOM, 0.8 * (_RIGHT - _LEFT) / max(1, events))
    rooms = [room if index < events else 0.0 for _, index in knots[1:]]
    gaps = [log2(1 + (time - before) / 60) for (before, _), (time, _) in pairwise(knots)]
    unit = (_RIGHT - _LEFT - sum(rooms)) / (sum(gaps) or 1.0)
    place = float(_LEFT)
    yield place
    for least, gap in zip(rooms, gaps, strict=True):
        place += least + unit * gap
        yield round(place, 1)
