"""The records of many subjects, advanced together event by event."""

from collections.abc import Mapping

from dapp.domain import fold, organisation, payment, position
from dapp.domain.case import Case, Context
from dapp.domain.events import Event
from dapp.domain.organisation import Organisation
from dapp.domain.parts import Order
from dapp.domain.payment import PaidOrder
from dapp.domain.position import Position
from dapp.domain.types import Address, BlockNumber, Hash32, Keccak, PositionId, Wei
from dapp.store.subjects import (
    COMPLAINT,
    CREDIT,
    ORDER,
    ORGANISATION,
    POSITION,
    Subject,
    subject_of,
)

Record = Case | Organisation | PaidOrder | Position | Wei
"""What is kept of a subject; of a credit the amount."""


def needed(events: list[Event]) -> set[Subject]:
    """Whose records must be known before the events can be folded."""
    found: set[Subject] = set()
    for event in events:
        subject = subject_of(event)
        if subject is not None:
            found.add(subject)
        if event.name == "Filed":
            found.add(Subject(ORDER, event.text("orderKey")))
        if event.name == "Drawn":
            found |= {Subject(POSITION, str(number)) for number in event.integers("positions")}
    return found


class Records:
    """Records by subject; those that have changed are in `changed`.

    Args:
        keccak: keccak-256.
        known: the records before the first event; whoever has none is not in it.
    """

    def __init__(self, keccak: Keccak, known: Mapping[Subject, Record]) -> None:
        self._keccak = keccak
        self._now = dict(known)
        self._context = Context(keccak, self._order_of, self._owner_of)
        self.changed: dict[Subject, Record] = {}

    def advance(self, event: Event) -> None:
        """Fold an event; events come in the chain's order."""
        subject = subject_of(event)
        if subject is None:
            return
        before = self._now.get(subject)
        after = self._folded(subject.kind, before, event)
        if after is not None and after is not before:
            self._now[subject] = self.changed[subject] = after

    def _folded(self, kind: str, before: Record | None, event: Event) -> Record | None:
        if kind == COMPLAINT and (before is None or isinstance(before, Case)):
            return fold.apply(before, event, self._context)
        if kind == ORGANISATION and (before is None or isinstance(before, Organisation)):
            return organisation.apply(before, event, self._keccak)
        if kind == ORDER and (before is None or isinstance(before, PaidOrder)):
            return payment.apply(before, event, self._keccak)
        if kind == POSITION and (before is None or isinstance(before, Position)):
            return position.apply(before, event)
        if kind == CREDIT and (before is None or isinstance(before, int)):
            # A withdrawal takes all of it.
            added = event.integer("amount") if event.name == "Credited" else -(before or 0)
            return Wei((before or 0) + added)
        raise TypeError(f"a {kind} cannot be {type(before).__name__}")

    def _order_of(self, key: Hash32) -> Order | None:
        paid = self._now.get(Subject(ORDER, key))
        return paid.order if isinstance(paid, PaidOrder) else None

    def _owner_of(self, number: PositionId, armed_at: BlockNumber) -> Address | None:
        staked = self._now.get(Subject(POSITION, str(number)))
        if isinstance(staked, Position) and staked.since_block < armed_at:
            return staked.owner
        return None
