"""Which events a case has, in which order, and which rest on a receipt (docs/audit.md)."""

from collections.abc import Iterator, Sequence

from dapp.domain.events import APPEALS, CLAIMS, COURT, DESK, ESCROW, OUTSIDE, Event

Marked = tuple[Event, bool]
"""An event, and whether it rests on its receipt."""

BY_WORD = frozenset(
    {
        (ESCROW, "Paid"),
        (ESCROW, "OrderFrozen"),
        (ESCROW, "Split"),
        (CLAIMS, "Claimed"),
        (CLAIMS, "Split"),
        (COURT, "Committed"),
        (COURT, "Revealed"),
        (OUTSIDE, "Opened"),
        (OUTSIDE, "Concluded"),
        (OUTSIDE, "Settled"),
    }
)
BY_RECEIPT = frozenset(
    {
        # After the filing, while there is no payment.
        (ESCROW, "OrderFrozen"),
        (CLAIMS, "Funded"),
        (CLAIMS, "FundingWithdrawn"),
        (COURT, "RoundArmed"),
        (COURT, "Drawn"),
        (COURT, "Leaked"),
        (COURT, "RoundVoided"),
        (COURT, "Appealed"),
        (COURT, "Concluded"),
        (OUTSIDE, "Ruling"),
        (OUTSIDE, "Appealed"),
        (OUTSIDE, "RulingIgnored"),
        (APPEALS, "Contributed"),
        (APPEALS, "Appealed"),
        (APPEALS, "Refunded"),
        (APPEALS, "Resolved"),
        (APPEALS, "FeesReturned"),
        (APPEALS, "ShareWithdrawn"),
    }
)
TIMELESS = frozenset({(COURT, "Committed"), (COURT, "Revealed")})
"""Whose time nothing binds."""

_ECHOES = frozenset({"Dispute", "Evidence", "MetaEvidence"})
_PLACES = {ESCROW: 0, CLAIMS: 0, DESK: 1, COURT: 2, OUTSIDE: 3, APPEALS: 4}
_STAGES = {"RoundArmed": 0, "Drawn": 1, "Committed": 2, "Leaked": 3, "Revealed": 4}
_ENDS_ROUND = 5
_AFTER_ALL = 1 << 32
_APART = frozenset({_PLACES[ESCROW], _PLACES[OUTSIDE]})
"""Where events with receipts stand after the others, whose end is one of `_LAST`."""
_LAST = frozenset({"Split", "Concluded", "Settled"})


def is_of_case(event: Event, complaint: int, order_key: str) -> bool:
    """Whether an event stands in the record of a complaint about that order or claim.

    A `Ruling` from outside does not name our dispute: that is checked where the dispute is known.
    """
    if (event.contract, event.name) == (OUTSIDE, "Ruling"):
        return True
    if event.contract == DESK:
        return event.name not in _ECHOES and event.args["complaint"] == complaint
    if (event.contract, event.name) not in BY_WORD | BY_RECEIPT:
        return False
    if event.args.get("key", order_key) != order_key:
        return False
    number = event.args.get("complaint", event.args.get("dispute", complaint))
    return number == complaint


def by_receipt(events: Sequence[Event]) -> list[Marked]:
    """Which of a case's events rest on receipts; they come in the chain's order."""
    is_paid = any(one.contract == DESK and one.name == "Executed" for one in events)
    marked = []
    is_filed = False
    for event in events:
        kind = (event.contract, event.name)
        is_filed |= kind == (DESK, "Filed")
        late = is_filed and not is_paid
        marked.append((event, kind in BY_RECEIPT and (kind not in BY_WORD or late)))
    return marked


def arranged(events: Sequence[Marked]) -> list[Marked]:
    """In the order of a case's record; they come in the chain's order, or in this one."""
    keys = _keys(events)
    return [event for _, event in sorted(zip(keys, events, strict=True), key=lambda pair: pair[0])]


def _keys(events: Sequence[Marked]) -> Iterator[tuple[int, int, int, int]]:
    rounds = 0
    for event, has_receipt in events:
        place = _PLACES[event.contract]
        if event.contract != COURT:
            # Sorting is stable: within these the chain's order stays.
            apart = place in _APART
            yield place, 0, (2 if has_receipt else event.name in _LAST) if apart else 0, 0
            continue
        stage = _STAGES.get(event.name, _ENDS_ROUND)
        seat = event.integer("seat") if event.name == "Revealed" else 0
        yield place, _AFTER_ALL if event.name == "Concluded" else rounds, stage, seat
        rounds += stage == _ENDS_ROUND
