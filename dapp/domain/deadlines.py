"""The windows of a case in which somebody can or must do something."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from dapp.domain.case import Case
from dapp.domain.parts import ComplaintState
from dapp.domain.phases import RoundPhase, round_phase
from dapp.domain.rounds import Round
from dapp.domain.types import Address, BlockNumber, UnixTime


@dataclass(frozen=True, slots=True)
class Deadline:
    """A window in which some people can or must do something.

    Attributes:
        name: what they can do, such as `answer`.
        turn: tells apart windows of one name in one case.
        is_promise: the organisation's word is broken if it lets it pass.
    """

    name: str
    turn: int
    opens: UnixTime
    until: UnixTime
    accounts: tuple[Address, ...]
    is_promise: bool = False


def deadlines(
    case: Case, operators: Sequence[Address], now: UnixTime, block: BlockNumber
) -> list[Deadline]:
    """The windows of a case that are open or to come, as far as they are certain.

    Args:
        case: the case.
        operators: who answers for its organisation.
        now: the chain's time.
        block: the one after the head.
    """
    found = [*_of_answers(case, tuple(operators)), *_of_votes(case, tuple(operators), now, block)]
    return [one for one in found if one.until > now and one.accounts]


def operators_of(case: Case, answering: Iterable[Address]) -> tuple[Address, ...]:
    """Those of `answering` who may act in the case: whom it accuses may not."""
    accused = case.accusation.account if case.accusation else None
    return tuple(one for one in answering if one != accused)


def owners(current: Round, chosen: Callable[[int], bool]) -> tuple[Address, ...]:
    """Whose seats are those with the chosen numbers."""
    found = [seat.owner for seat in current.seats if seat.owner and chosen(seat.number)]
    return tuple(dict.fromkeys(found))


def reveal_opens(current: Round) -> UnixTime:
    """When votes may be opened: with every vote in, before the hour is over."""
    times = [seat.committed_at for seat in current.seats if seat.committed_at is not None]
    is_whole = len(current.committed) == len(current.seats) and bool(times)
    return min(current.commit_ends, max(times)) if is_whole else current.commit_ends


def counted(one: Round) -> UnixTime:
    """When the votes were or will be counted, if no more come."""
    times = [seat.revealed_at for seat in one.seats if seat.revealed_at is not None]
    is_whole = len(one.revealed) == len(one.committed) and bool(times)
    return min(one.reveal_ends, max(times)) if is_whole else one.reveal_ends


def _of_answers(case: Case, operators: tuple[Address, ...]) -> Iterator[Deadline]:
    customer = (case.customer,)
    offer, pledge, asked = case.offer, case.pledge, case.asks[-1] if case.asks else None
    state, ends, offers = case.state, case.deadline, len(case.offers)
    if state is ComplaintState.FILED:
        if case.acknowledgement is None:
            ends_ack = case.acknowledge_deadline
            yield Deadline("acknowledge", 0, case.filed_at, ends_ack, operators, True)
        opened = asked.replied_at if asked and asked.replied_at else case.filed_at
        yield Deadline("answer", offers, opened, case.answer_deadline, operators, True)
    elif state is ComplaintState.ASKED and asked:
        yield Deadline("inform", len(case.asks), asked.at, ends, customer)
    elif state is ComplaintState.OFFERED and offer:
        yield Deadline("decide", offers, offer.at, ends, customer)
    elif state is ComplaintState.PLEDGED and pledge and pledge.accepted_at:
        yield Deadline("deliver", offers, pledge.accepted_at, ends, operators, True)
    elif state is ComplaintState.DELIVERED and pledge and pledge.delivered_at:
        yield Deadline("confirm-delivery", offers, pledge.delivered_at, ends, customer)
    elif state is ComplaintState.PAID and case.payment:
        yield Deadline("confirm", 0, case.payment.at, ends, customer)


def _of_votes(
    case: Case, operators: tuple[Address, ...], now: UnixTime, block: BlockNumber
) -> Iterator[Deadline]:
    current = case.round
    if case.state is not ComplaintState.ESCALATED or current is None or case.outside is not None:
        return
    number, drawn = current.number, current.drawn_at
    if drawn is not None and current.ended_at is None:
        waiting = owners(current, lambda seat: seat not in current.committed)
        opens = UnixTime(max(drawn, current.commit_opens))
        yield Deadline("commit", number, opens, current.commit_ends, waiting)
        opening = owners(
            current, lambda seat: seat in current.committed and seat not in current.revealed
        )
        yield Deadline("reveal", number, reveal_opens(current), current.reveal_ends, opening)
    if round_phase(current, now, block) is RoundPhase.APPEALABLE:
        parties = (case.customer, *operators)
        yield Deadline("appeal", number, counted(current), current.appeal_ends, parties)
