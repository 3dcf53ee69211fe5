"""What of a subject's events stands in its record, in which order, and which rest on receipts.

The tables of docs/audit.md, *A record*.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple

from dapp.domain.events import (
    APPEALS,
    CLAIMS,
    COURT,
    DESK,
    ESCROW,
    OUTSIDE,
    REGISTRY,
    Event,
    RawLog,
)
from dapp.domain.trail import is_folded
from dapp.domain.types import ComplaintId

Told = tuple[RawLog, Event]
"""A log and what it says."""


class Stated(NamedTuple):
    """An event in a record.

    Attributes:
        by_receipt: proven by its receipt; else a word binds it.
    """

    log: RawLog
    event: Event
    by_receipt: bool


# Of the order; `Split` is known by its complaint.
_ORDER = {ESCROW: frozenset({"Paid", "OrderFrozen"}), CLAIMS: frozenset({"Claimed"})}
_SPLIT = "Split"
_FUNDING = frozenset({"Funded", "FundingWithdrawn"})
_VOTES = frozenset({"Committed", "Revealed"})
_COURT = _VOTES | {"RoundArmed", "Drawn", "Leaked", "RoundVoided", "Appealed", "Concluded"}
_ROUND_ENDS = frozenset({"RoundVoided", "Appealed", "Concluded"})
_IN_ROUND = {"RoundArmed": 0, "Drawn": 1, "Committed": 2, "Leaked": 3, "Revealed": 4}
_AT_END = len(_IN_ROUND)
_DOOR_BOUND = frozenset({"Opened", "Concluded", "Settled"})
_DOOR = _DOOR_BOUND | {"Ruling", "Appealed", "RulingIgnored"}
_FUND = frozenset(
    {"Contributed", "Appealed", "Refunded", "Resolved", "FeesReturned", "ShareWithdrawn"}
)


def of_case(complaint: ComplaintId, told: Sequence[Told]) -> list[Stated]:
    """A case's record.

    Args:
        complaint: its number.
        told: all events of the complaint, its dispute and its order, in the chain's order.
    """
    return [
        *_bound_first(_of_order(complaint, told)),
        *_of(told, DESK, lambda event: is_folded(event), lambda _event: False),
        *_by_rounds(_of(told, COURT, _named(_COURT), lambda event: event.name not in _VOTES)),
        *_bound_first(
            _of(told, OUTSIDE, _named(_DOOR), lambda event: event.name not in _DOOR_BOUND)
        ),
        *_of(told, APPEALS, _named(_FUND), lambda _event: True),
    ]


def of_organisation(told: Sequence[Told]) -> list[Stated]:
    """An organisation's record, of all events of the registry about it in the chain's order."""
    return _of(told, REGISTRY, lambda event: is_folded(event), lambda _event: False)


_Which = Callable[[Event], bool]


def _of(told: Iterable[Told], contract: str, has: _Which, by_receipt: _Which) -> list[Stated]:
    return [
        Stated(log, event, by_receipt(event))
        for log, event in told
        if event.contract == contract and has(event)
    ]


def _named(names: frozenset[str]) -> _Which:
    return lambda event: event.name in names


def _of_order(complaint: ComplaintId, told: Sequence[Told]) -> list[Stated]:
    desk = {event.name: (n, event) for n, (_, event) in enumerate(told) if event.contract == DESK}
    filed = desk["Filed"][0]
    end = desk["Withdrawn"][1].timestamp if "Withdrawn" in desk else None

    def belongs(event: Event) -> bool:
        if event.contract not in _ORDER:
            return False
        if event.name in _FUNDING:
            return True
        if event.name == _SPLIT:
            return event.integer("complaint") == complaint
        return event.name in _ORDER[event.contract] and (end is None or event.timestamp <= end)

    return [
        Stated(log, event, event.name in _FUNDING or _is_open_freeze(event, n > filed, desk))
        for n, (log, event) in enumerate(told)
        if belongs(event)
    ]


def _is_open_freeze(event: Event, is_later: bool, desk: Container[str]) -> bool:
    """A freeze that no word names, since the complaint was not executed."""
    return is_later and event.name == "OrderFrozen" and "Executed" not in desk


def _bound_first(stated: Sequence[Stated]) -> list[Stated]:
    return sorted(stated, key=lambda one: one.by_receipt)


def _by_rounds(stated: Iterable[Stated]) -> list[Stated]:
    found: list[Stated] = []
    current: list[Stated] = []
    for one in stated:
        current.append(one)
        if one.event.name in _ROUND_ENDS:
            found += sorted(current, key=_place_in_round)
            current = []
    return [*found, *sorted(current, key=_place_in_round)]


def _place_in_round(one: Stated) -> tuple[int, int]:
    """Sorting is stable: within a place the chain's order stays."""
    seat = one.event.integer("seat") if one.event.name == "Revealed" else 0
    return _IN_ROUND.get(one.event.name, _AT_END), seat
