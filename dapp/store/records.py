"""The records of many subjects, advanced together event by event."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from dapp.domain import (
    anchoring,
    coins,
    fold,
    keys,
    organisation,
    outside,
    payment,
    position,
    public,
)
from dapp.domain.anchoring import Batch, BatchList, Revocation
from dapp.domain.case import Case, Context
from dapp.domain.coins import Coin
from dapp.domain.events import OUTSIDE, Event
from dapp.domain.keys import EncryptionKey
from dapp.domain.organisation import Organisation
from dapp.domain.payment import PaidOrder
from dapp.domain.position import Position
from dapp.domain.public import PublicDispute
from dapp.domain.types import Address, BlockNumber, Hash32, Keccak, PositionId, Wei
from dapp.errors import IntegrityBroken
from dapp.store.subjects import (
    BATCH,
    BATCH_LIST,
    COIN,
    COMPLAINT,
    COMPLAINTS_ABOUT,
    CREDIT,
    KEY,
    ORDER,
    ORGANISATION,
    OUTSIDE_RULING,
    POSITION,
    PUBLIC_DISPUTE,
    REVOCATION,
    Subject,
    outside_ruling,
    subjects_of,
)

Record = (
    Case
    | Organisation
    | PaidOrder
    | Position
    | EncryptionKey
    | PublicDispute
    | Coin
    | BatchList
    | Batch
    | Revocation
    | Wei
)
"""What is kept of a subject; of a credit the amount."""
Known = TypeVar("Known")


def needed(events: list[Event]) -> set[Subject]:
    """Whose records must be known before the events can be folded."""
    found: set[Subject] = set()
    for event in events:
        found.update(subjects_of(event))
        if event.name == "Filed":
            found.add(Subject(ORDER, event.text("orderKey")))
        if event.name == "Drawn":
            found |= {Subject(POSITION, str(number)) for number in event.integers("positions")}
        if event.contract == OUTSIDE and event.name == "Opened":
            found.add(outside_ruling(event.text("arbitrator"), event.integer("id")))
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
        """Fold an event; events come in the chain's order.

        Raises:
            IntegrityBroken: it does not follow from those before; one of them is missing.
        """
        try:
            self._advance(event)
        except (AssertionError, IndexError, KeyError) as error:
            raise IntegrityBroken(
                f"{event.contract}.{event.name} in block {event.block_number} does not follow from"
                " the events before it, of which the node left one out",
                fields={"block": event.block_number, "log_index": event.log_index},
            ) from error

    def _advance(self, event: Event) -> None:
        for named in subjects_of(event):
            for subject in self._found(named, event):
                before = self._now.get(subject)
                after = self._folded(subject.kind, before, event)
                if after is not None and after is not before:
                    self._now[subject] = self.changed[subject] = after

    def _found(self, subject: Subject, event: Event) -> list[Subject]:
        """The subjects with a record of their own that an event's subject stands for."""
        if subject.kind == COMPLAINTS_ABOUT:
            return [one for one, case in self._cases() if case.order.key == subject.key]
        if subject.kind == OUTSIDE_RULING:
            return [
                one
                for one, case in self._cases()
                if case.outside is not None and outside.is_about(case.outside, event)
            ]
        return [subject]

    def _cases(self) -> Iterator[tuple[Subject, Case]]:
        for subject, record in self._now.items():
            if isinstance(record, Case):
                yield subject, record

    def _folded(self, kind: str, before: Record | None, event: Event) -> Record | None:
        if kind == COMPLAINT:
            return fold.apply(_as(Case, before), event, self._context)
        if kind == ORGANISATION:
            return organisation.apply(_as(Organisation, before), event, self._keccak)
        if kind == ORDER:
            return payment.apply(_as(PaidOrder, before), event, self._keccak)
        if kind == POSITION:
            return position.apply(_as(Position, before), event)
        if kind == KEY:
            return keys.apply(_as(EncryptionKey, before), event)
        if kind == COIN:
            return coins.apply(_as(Coin, before), event)
        if kind == BATCH_LIST:
            return anchoring.listed(_as(BatchList, before), event, self._keccak)
        if kind == BATCH:
            return anchoring.batch_of(event, self._batches(event.text("sender")))
        if kind == REVOCATION:
            return anchoring.revoked(_as(Revocation, before), event)
        if kind == PUBLIC_DISPUTE:
            return public.apply(_as(PublicDispute, before), event, self._owner_of)
        if kind == CREDIT:
            return _credited(_as(int, before), event)
        raise TypeError(f"nothing is folded into a {kind}")

    def _batches(self, sender: str) -> int:
        now = _as(BatchList, self._now.get(Subject(BATCH_LIST, sender)))
        return 0 if now is None else now.batches

    def _order_of(self, key: Hash32) -> PaidOrder | None:
        return _as(PaidOrder, self._now.get(Subject(ORDER, key)))

    def _owner_of(self, number: PositionId, armed_at: BlockNumber) -> Address | None:
        staked = self._now.get(Subject(POSITION, str(number)))
        if isinstance(staked, Position) and staked.since_block < armed_at:
            return staked.owner
        return None


def _as(kind: type[Known], record: Record | None) -> Known | None:
    """The record, which is of its subject's kind."""
    if record is None or isinstance(record, kind):
        return record
    raise TypeError(f"{type(record).__name__} instead of {kind.__name__}")


def _credited(before: int | None, event: Event) -> Wei:
    amount, held = event.integer("amount"), before or 0
    return Wei(held + amount if event.name in ("Credited", "TokenCredited") else held - amount)
