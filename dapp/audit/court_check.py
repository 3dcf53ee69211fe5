"""What the house court did: its rounds beside its record, its words and its decision."""

from collections.abc import Sequence

from dapp.audit import pays, slots
from dapp.audit.verdict import refuse
from dapp.audit.words import Words
from dapp.domain import commitments, record
from dapp.domain.case import Case
from dapp.domain.commitments import Ballot
from dapp.domain.events import COURT, Event
from dapp.domain.median import ruling
from dapp.domain.parts import Outcome
from dapp.domain.phases import is_voteless
from dapp.domain.rounds import LEAKED, Round, Seat
from dapp.domain.types import Address, DisputeId, Keccak
from dapp.errors import Unproven


def check_court(
    case: Case, events: Sequence[Event], words: Words, court: Address, keccak: Keccak
) -> None:
    """Whether the court's events are all that its record, or its words, stand for.

    Args:
        events: the court's.
        words: at the trusted block.
        court: where the court is, which every ballot names.

    Raises:
        Unproven: `court-differs`, `ruling-differs`, `word-unproven`.
    """
    for current in case.rounds:
        for seat in current.seats:
            _check_opening(case, current, seat, court, keccak)
    reveals = sum(event.name == "Revealed" for event in events)
    if reveals != sum(len(one.revealed) for one in case.rounds):
        raise _differs("a vote was revealed twice, or in no round")
    _check_rounds(case.rounds, events, keccak)
    ends = [event for event in events if event.name == "Concluded"]
    if case.payment is None:
        if ends:
            raise _differs("the dispute ended, and nothing was paid")
        _check_words(case, words, keccak)
        return
    if record.chain(keccak, case.rounds) != case.payment.record:
        raise _differs("the rounds do not give the record in Executed")
    if len(ends) != 1 or ends[0].timestamp != case.payment.at:
        raise _differs("the dispute must have ended once, with the payment")
    _check_end(case, ends[0])


def _check_opening(case: Case, current: Round, seat: Seat, court: Address, keccak: Keccak) -> None:
    """A revealed vote is the one that the seat committed last."""
    if seat.vote is None or seat.salt is None or seat.reason is None:
        return
    ballot = Ballot(case.chain_id, court, DisputeId(case.id), current.number, seat.number)
    said = commitments.commitment(keccak, ballot, seat.vote, seat.salt, seat.reason)
    if said != seat.commitment:
        raise _differs(f"seat {seat.number} revealed another vote than it had committed")


def _check_rounds(rounds: Sequence[Round], events: Sequence[Event], keccak: Keccak) -> None:
    """All but the last round ended in one way, and what was said of it then follows from it."""
    voided = iter([event for event in events if event.name == "RoundVoided"])
    appealed = iter([event for event in events if event.name == "Appealed"])
    for place, current in enumerate(rounds):
        is_last = place + 1 == len(rounds)
        was_void, was_appealed = current.voided_at is not None, current.appealed_at is not None
        if was_void + was_appealed != (not is_last) or current.terms != rounds[0].terms:
            raise _differs(f"round {current.number} did not end as rounds do")
        if was_void:
            _check_void(rounds[: place + 1], next(voided), keccak)
        if was_appealed:
            _check_appealed(current, next(appealed))
    if next(voided, None) is not None or next(appealed, None) is not None:
        raise _differs("a round ended more than once")


def _check_appealed(current: Round, event: Event) -> None:
    if event.integer("ruling") != ruling(current.votes):
        raise refuse("ruling-differs", "what was appealed is not the median of the votes")
    if event.integer("appeals") != current.appeals + 1:
        raise _differs("an appeal has another number than it must have")


def _check_void(rounds: Sequence[Round], event: Event, keccak: Keccak) -> None:
    if event.text("record") != record.chain(keccak, rounds):
        raise _differs("a void round is not the one that its record binds")
    if not pays.void(event.integers("pays"), votes_of(rounds[-1]), rounds[-1].terms):
        raise refuse("ruling-differs", "a void round's seats were not paid by the rules")


def _check_words(case: Case, words: Words, keccak: Keccak) -> None:
    """The open round of a dispute that has not ended."""
    *earlier, current = case.rounds
    number = DisputeId(case.id)
    leaked = [seat.number for seat in current.seats if seat.leaked_at is not None]
    expected = {
        slots.court_round(number): record.round_word(current),
        slots.court_commits(number): commitments.commits_word(keccak, current.commitments, leaked),
    }
    more = record.more_words(current)
    for index, word in enumerate(more):
        expected[slots.court_seats(number, current.number, index)] = word
    if earlier:
        expected[slots.court_prior(number)] = int(record.chain(keccak, earlier), 16)
    for slot, word in expected.items():
        if words.read(COURT, slot) != word:
            raise _differs("the rounds do not give the court's words at the trusted block")


def _check_end(case: Case, event: Event) -> None:
    """What was said of the ruling, and what each seat got."""
    paid, last = case.payment, case.rounds[-1]
    assert paid is not None
    scored = [one for one in case.rounds if one.voided_at is None]
    panels = [votes_of(one) for one in scored]
    is_ruled = 2 * len(last.revealed) > len(last.seats)
    expected = Outcome.RULED
    if not is_ruled and is_voteless(last):
        # Where nothing came of an appeal, what was ruled before it stands.
        expected = Outcome.RULED if last.appeals else Outcome.REFUSED
    elif not is_ruled:
        expected = Outcome.SETTLED
    share = paid.share if expected is Outcome.RULED else 0
    said = (event.integer("ruling"), event.flag("refused"))
    if paid.outcome is not expected or said != (share, expected is not Outcome.RULED):
        raise refuse("ruling-differs", "the court's conclusion is not what was executed")
    agree = pays.ruled if is_ruled else pays.settled
    if not agree(event.integers("pays"), panels, last.terms):
        raise refuse("ruling-differs", "the seats were not paid by the rules")


def votes_of(current: Round) -> list[int | None]:
    """By seat; `LEAKED` for one that told its vote."""
    return [LEAKED if seat.leaked_at is not None else seat.vote for seat in current.seats]


def _differs(what: str) -> Unproven:
    return refuse("court-differs", what)
