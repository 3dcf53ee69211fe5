"""What of a subject's events stands in its record, in which order, and which rest on receipts."""

from collections.abc import Sequence
from typing import NamedTuple

from dapp.audit.order import arranged, by_receipt, is_of_case
from dapp.domain.events import CLAIMS, DESK, ESCROW, Event, RawLog
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


def of_case(complaint: ComplaintId, told: Sequence[Told]) -> list[Stated]:
    """A case's record.

    Args:
        complaint: its number; it is filed.
        told: all events of the complaint, its dispute and its order, in the chain's order.
    """
    desk = {event.name: event for _, event in told if event.contract == DESK}
    key, withdrawn = desk["Filed"].text("orderKey"), desk.get("Withdrawn")
    own = [
        event
        for _, event in told
        if is_of_case(event, complaint, key) and not _is_after(event, withdrawn)
    ]
    logs = {_place(event): log for log, event in told}
    return [
        Stated(logs[_place(event)], event, has_receipt)
        for event, has_receipt in arranged(by_receipt(own))
    ]


def of_organisation(told: Sequence[Told]) -> list[Stated]:
    """An organisation's record, of all events of the registry about it in the chain's order."""
    return [Stated(log, event, by_receipt=False) for log, event in told if is_folded(event)]


def _is_after(event: Event, withdrawn: Event | None) -> bool:
    """Whether the order has gone its own way since."""
    of_order = event.contract in (ESCROW, CLAIMS) and "key" in event.args
    return of_order and withdrawn is not None and _place(event) > _place(withdrawn)


def _place(event: Event) -> tuple[int, int]:
    return event.block_number, event.log_index
