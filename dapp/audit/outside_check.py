"""What arbitrators outside did, beside what the desk's word binds of it; and appeals' money."""

from collections.abc import Sequence

from dapp.audit.verdict import refuse
from dapp.domain.appeals import Contribution, Pot
from dapp.domain.case import Case
from dapp.domain.events import Event
from dapp.domain.outside import CHOICE_STEP, OutsideCase, is_about
from dapp.domain.parts import Outcome
from dapp.domain.types import Hash32, Keccak, hash32, raw, word
from dapp.errors import Unproven


def check_outside(case: Case, events: Sequence[Event], keccak: Keccak) -> None:
    """Whether the door's events are all that the terms and the record stand for.

    Args:
        events: of the door, those bound by words first.

    Raises:
        Unproven: `court-differs`.
    """
    opened = [event for event in events if event.name == "Opened"]
    rulings = [event for event in events if event.name == "Ruling"]
    ends = [event for event in events if event.name in ("Concluded", "Settled")]
    taken, outside = case.escalation, case.outside
    if taken is None or outside is None or len(opened) != 1 or len(rulings) > 1:
        raise _differs("arbitrators outside were asked otherwise than once")
    if not all(is_about(outside, event) for event in rulings):
        raise _differs("another dispute was ruled")
    said = Hash32(f"0x{opened[0].integer('terms'):064x}")
    pinned = (taken.terms, taken.terms, taken.cost, taken.at)
    if (_terms(outside, keccak), said, outside.cost, opened[0].timestamp) != pinned:
        raise _differs("the dispute was opened on other terms than Escalated pins")
    if case.payment is None:
        if ends:
            raise _differs("the dispute ended, and nothing was paid")
        return
    if len(ends) != 1 or ends[0].timestamp != case.payment.at:
        raise _differs("the dispute must have ended once, with the payment")
    _check_end(case, outside, ends[0], keccak)


def check_appeals(case: Case) -> None:
    """Whether the appeals that were paid for are those that the court heard. Raises Unproven."""
    heard = [one.ruling for one in case.rounds if one.appealed_at is not None]
    paid = [level.ruling_before for level in case.appeals if level.is_higher is not None]
    if heard != paid:
        raise _differs("other appeals were paid for than the court heard")
    for level in case.appeals:
        # The pot takes no more than what opens the appeal.
        target = level.cost + level.stake
        if level.is_higher is not None and level.pot(level.is_higher).raised != target:
            raise _differs("what opened an appeal is not what was paid for it")
        if not all(_adds_up(pot) for pot in (level.higher, level.lower)):
            raise _differs("more came out of an appeal's pot than went in")


def _adds_up(pot: Pot) -> bool:
    ones = pot.contributions
    taken = all(one.amount >= 0 and one.taken <= _share(pot, one) for one in ones)
    return taken and pot.raised >= 0 and all(one.amount for one in ones if one.refunded)


def _share(pot: Pot, one: Contribution) -> int:
    return pot.shared * one.amount // pot.raised if pot.raised else 0


def _check_end(case: Case, outside: OutsideCase, end: Event, keccak: Keccak) -> None:
    paid = case.payment
    assert paid is not None
    found = _record(outside, keccak)
    if (found, found) != (paid.record, end.text("record")):
        raise _differs("what was ruled does not give the record in Executed")
    if (end.name == "Settled") != (paid.outcome is Outcome.SETTLED):
        raise _differs("the dispute ended otherwise than was executed")
    if end.name == "Settled":
        return
    choice = outside.choice or 0
    share = (choice - 1) * CHOICE_STEP if choice else 0
    refused = paid.outcome is Outcome.REFUSED
    if (end.integer("ruling"), end.flag("refused")) != (share, choice == 0) or refused != (
        choice == 0
    ):
        raise refuse("ruling-differs", "the dispute was concluded otherwise than it was ruled")


def _terms(outside: OutsideCase, keccak: Keccak) -> Hash32:
    parts = (_padded(outside.arbitrator), raw(outside.dispute), word(outside.listing))
    return hash32(keccak(b"".join(parts) + word(outside.cost) + word(outside.deadline)))


def _record(outside: OutsideCase, keccak: Keccak) -> Hash32:
    ruled = word(outside.choice or 0) + word(outside.cost) + word(outside.ruled_at or 0)
    return hash32(keccak(_padded(outside.arbitrator) + raw(outside.dispute) + ruled))


def _padded(address: str) -> bytes:
    return raw(address).rjust(32, b"\0")


def _differs(what: str) -> Unproven:
    return refuse("court-differs", what)
