"""An arbitrator's seats, and what each asks of them now."""

from dataclasses import dataclass

from markupsafe import Markup

from dapp.domain.phases import RoundPhase
from dapp.domain.rounds import Seat
from dapp.store.views import SeatRow
from dapp.web.presentation.status import status
from dapp.web.presentation.view import Look


@dataclass(frozen=True, slots=True)
class SeatLine:
    id: int
    """Of the case."""
    kind: str
    todo: str
    amount: str
    status: Markup


def seat_line(look: Look, row: SeatRow) -> SeatLine:
    current = next(one for one in look.case.rounds if one.number == row.round)
    is_current = current is look.case.round
    kind, todo = _todo(look, current.seats[row.number], is_current)
    return SeatLine(look.case.id, kind, todo, look.amount(look.case.amount), status(look))


def _todo(look: Look, seat: Seat, is_current: bool) -> tuple[str, str]:
    t = look.t
    stands = look.round_phase if is_current else RoundPhase.NONE
    if stands is RoundPhase.HAND_OVER:
        return "filed", t.say("Read the case")
    if stands is RoundPhase.COMMIT and seat.commitment is None:
        return "overdue", t.say("Vote now")
    if stands is RoundPhase.REVEAL and seat.commitment is not None and seat.vote is None:
        return "overdue", t.say("Open your vote now")
    if stands in (RoundPhase.COMMIT, RoundPhase.REVEAL):
        return "filed", t.say("Nothing to do now")
    return "closed", t.say("Over")
