"""An arbitrator's seats: what comes next, what each asks of them now, and what came of the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dapp.domain.duties import Duty, Task, duty
from dapp.domain.parts import ComplaintState
from dapp.domain.rounds import Seat
from dapp.domain.types import ComplaintId, UnixTime
from dapp.store.views import SeatRow
from dapp.web.i18n import Language
from dapp.web.presentation.status import status
from dapp.web.presentation.view import Look
from dapp.web.presentation.votes import pay_text

_FIRST = (False, UnixTime(0))


@dataclass(frozen=True, slots=True)
class SeatLine:
    id: ComplaintId
    """Of the case."""
    kind: str
    """As badges have it."""
    todo: str
    amount: str
    status: Markup
    pay: str | None = None
    """What came of it, once that is settled."""
    duty: Duty | None = None


@dataclass(frozen=True, slots=True)
class NextStep:
    """What an arbitrator has to do first, and the button that leads there."""

    sentence: Markup
    button: str
    href: str
    is_due: bool


@dataclass(frozen=True, slots=True)
class Seats:
    """Attributes: open_: by deadline, what is due first. ended: the latest first."""

    next_: NextStep | None
    open_: tuple[SeatLine, ...]
    foreseen: tuple[SeatLine, ...]
    ended: tuple[SeatLine, ...]


def seats(t: Language, sat: Sequence[tuple[Look, SeatRow]], foreseen: Sequence[Look]) -> Seats:
    """All of one arbitrator's; `foreseen` are those in panels that nobody has drawn yet."""
    lines = [_line(look, row) for look, row in sat]
    open_ = sorted((one for one in lines if one.kind != "closed"), key=_rank)
    expected = sorted((_foreseen(look) for look in foreseen), key=_rank)
    due = sorted((one for one in [*open_, *expected] if one.duty is not None), key=_rank)
    looks = {look.case.id: look for look in [*(look for look, _ in sat), *foreseen]}
    ended = sorted((one for one in lines if one.kind == "closed"), key=lambda one: -one.id)
    first = _next(looks[due[0].id], due[0].duty) if due and due[0].duty else None
    return Seats(first, tuple(open_), tuple(expected), tuple(ended))


def _rank(line: SeatLine) -> tuple[bool, bool, int]:
    """What asks for nothing comes last."""
    return line.duty is None, *(line.duty.rank if line.duty else _FIRST)


def _line(look: Look, row: SeatRow) -> SeatLine:
    current = next(one for one in look.case.rounds if one.number == row.round)
    seat = current.seats[row.number]
    is_open = current is look.case.round and look.case.state is ComplaintState.ESCALATED
    due = duty(current, look.round_phase, row.number, look.now) if is_open else None
    kind, todo = _todo(look.t, seat, due, is_open=is_open)
    amount = look.amount(look.case.amount)
    return SeatLine(look.case.id, kind, todo, amount, status(look), pay_text(look.t, seat), due)


def _foreseen(look: Look) -> SeatLine:
    current = look.case.round
    due = None if current is None else duty(current, look.round_phase, 0, look.now)
    kind = "overdue" if due is not None and due.is_due else "filed"
    todo = look.t.say("Vote now") if kind == "overdue" else look.t.say("Read the case")
    return SeatLine(look.case.id, kind, todo, look.amount(look.case.amount), status(look), duty=due)


def _todo(t: Language, seat: Seat, due: Duty | None, *, is_open: bool) -> tuple[str, str]:
    if due is None:
        return ("filed", t.say("Nothing to do now")) if is_open else ("closed", _end(t, seat))
    return {
        Task.READ: ("filed", t.say("Read the case")),
        Task.VOTE: ("overdue", t.say("Vote now")),
        Task.WAIT: ("filed", t.say("Voted, to be opened later")),
        Task.OPEN: ("overdue", t.say("Open your vote now")),
    }[due.task]


def _end(t: Language, seat: Seat) -> str:
    if seat.vote is not None:
        return t.say("You said {share}", share=t.share(seat.vote))
    if seat.leaked_at is not None:
        return t.say("Told too early")
    return t.say("Over") if seat.pay_wei is None else t.say("No vote opened")


def _next(look: Look, due: Duty) -> NextStep:
    t, case = look.t, look.case.id
    if due.task is Task.VOTE:
        sentence = t.html("Vote in case {case} by {when}, {left} left.", **_by(look, due.until))
        button = t.say("Read it and vote")
    elif due.task is Task.OPEN:
        sentence = t.html(
            "Open your vote in case {case} by {when}, {left} left.", **_by(look, due.until)
        )
        button = t.say("Open my vote")
    elif due.task is Task.WAIT:
        sentence = t.html(
            "You have voted in case {case}. Open the vote from {when}, in {left}.",
            **_by(look, due.opens),
        )
        button = t.say("See my receipt")
    else:
        sentence = t.html(
            "Read case {case}: you vote from {when}, in {left}.", **_by(look, due.opens)
        )
        button = t.say("Read the case")
    anchor = "" if due.task is Task.READ else "#vote"
    return NextStep(sentence, button, f"/c/{case}/brief{anchor}", due.is_due)


def _by(look: Look, when: UnixTime) -> dict[str, object]:
    return {"case": look.case.id, **look.until(when)}
