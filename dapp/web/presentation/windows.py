"""The windows of a case: who may or must act, from when to when, and what came late."""

from collections.abc import Iterator
from dataclasses import dataclass

from dapp.domain.breach import acknowledgement_missed_at, answer_missed_at
from dapp.domain.case import Case
from dapp.domain.phases import is_final
from dapp.domain.rounds import Round
from dapp.web.presentation.people import COURT_LANE, CUSTOMER, ORGANISATION
from dapp.web.presentation.view import Look


@dataclass(frozen=True, slots=True)
class Window:
    """
    Attributes:
        lane: whose it is.
        kind: names it for the style sheet; `late` is the time by which a promise was missed.
        begins: the event that opens it, "" where none does, and its time.
        end: Unix time.
    """

    lane: str
    kind: str
    begins: tuple[str, int]
    end: int
    label: str


def windows(look: Look) -> list[Window]:
    """Those that last any time at all; of those that overlap, what is drawn above comes later."""
    found = [Window(*one) for one in _windows(look)]
    return [window for window in found if window.begins[1] < window.end]


_NEVER = 1 << 40

_Told = tuple[str, str, tuple[str, int], int, str]


def _windows(look: Look) -> Iterator[_Told]:
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
    yield from _late_windows(look)
    yield from _pledge_windows(look)
    yield from _court_windows(look)
    if case.payment is not None:
        end = case.confirmed_at or case.payment.confirm_deadline
        yield CUSTOMER, "confirm", ("Executed", case.payment.at), end, t.say("Time to confirm")


def _late_windows(look: Look) -> Iterator[_Told]:
    """What came after its promise, or has not come yet."""
    case, t = look.case, look.t
    over = min(_decided_at(case), look.now)
    said = case.acknowledgement
    missed = acknowledgement_missed_at(case)
    if missed is not None and (said is None or not said.on_time):
        words = [one.at for one in case.asks[:1]] + [one.at for one in case.offers[:1]]
        words = [said.at] if said else words
        yield ORGANISATION, "late", ("", missed), min([*words, over]), t.say("First reply late")
    missed = answer_missed_at(case)
    if missed is not None:
        offers = [one.at for one in case.offers[:1]]
        yield ORGANISATION, "late", ("", missed), min([*offers, over]), t.say("Answer late")


def _pledge_windows(look: Look) -> Iterator[_Told]:
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
    ends: list[int] = [offer.at for offer in case.offers[1:]]
    if case.offers:
        ends.append(min(_decided_at(case), case.offers[-1].deadline))
    return ends


def _decided_at(case: Case) -> int:
    """When the case went to arbitrators or came to an end, if it did."""
    decided = [
        case.escalation.at if case.escalation else None,
        case.payment.at if case.payment else None,
        case.withdrawn_at,
        case.pledge.accepted_at if case.pledge else None,
    ]
    return min([time for time in decided if time is not None], default=_NEVER)


def _court_windows(look: Look) -> Iterator[_Told]:
    t = look.t
    for current in look.case.rounds:
        opens = current.commit_opens
        begins = ("Escalated" if current.number == 0 else "", current.armed_at)
        yield COURT_LANE, "hand-over", begins, opens, t.say("Hand-over")
        if current.drawn_at is None:
            continue
        over = current.ended_at or current.voided_at or current.appealed_at or _NEVER
        ends = min(current.commit_ends, _all_committed_at(current) or _NEVER, over)
        reveal_ends = min(current.reveal_ends, _all_revealed_at(current) or _NEVER, over)
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
