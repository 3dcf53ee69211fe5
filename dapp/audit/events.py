"""A record's events: decoded, each in its place, those with receipts proven by them."""

from collections.abc import Mapping, Sequence

from msgspec import UNSET

from dapp.audit.format import Claims, Place, RecordedEvent
from dapp.audit.headers import Headers
from dapp.audit.order import BY_RECEIPT, BY_WORD, TIMELESS, Marked, arranged, is_of_case
from dapp.audit.receipts import Receipts
from dapp.audit.verdict import refuse
from dapp.chain.decode import Decoder
from dapp.chain.keccak import checksummed
from dapp.domain.events import DESK, REGISTRY, Event, RawLog
from dapp.domain.types import ZERO_HASH, Address, BlockNumber, ChainId, Hash32, UnixTime, raw
from dapp.errors import Undecodable

NO_BLOCK = BlockNumber(0)
"""Of an event that a word binds: nothing says which block it is in."""


class EventReader:
    """Makes events of what a bundle records, and believes none of it."""

    def __init__(self, claims: Claims, headers: Headers, receipts: Receipts) -> None:
        self.addresses: Mapping[str, Address] = {
            name: checksummed(raw(contract.address)) for name, contract in claims.contracts.items()
        }
        self.chain_id = ChainId(claims.chain_id)
        self._decode = Decoder(self.chain_id, self.addresses)
        self._headers, self._receipts = headers, receipts
        self.contracts_seen: set[str] = set()
        self.blocks_seen: set[int] = set()

    def of_case(self, recorded: Sequence[RecordedEvent], complaint: int) -> list[Marked]:
        """The events of a case in its record's order. Raises Unproven."""
        marked = [(self._event(one), one.receipt is not UNSET) for one in recorded]
        filed = next((one for one, _ in marked if (one.contract, one.name) == _FILED), None)
        if filed is None:
            raise refuse("trail-differs", "the record has no filing")
        for one, has_receipt in marked:
            kind = (one.contract, one.name)
            allowed = kind in BY_RECEIPT if has_receipt else kind in BY_WORD or kind[0] == DESK
            if not allowed or not is_of_case(one, complaint, filed.text("orderKey")):
                raise _misplaced(one)
        for first, second in zip(marked, arranged(marked), strict=True):
            if first is not second:
                raise _misplaced(first[0])
        self._prove(recorded)
        return marked

    def of_organisation(self, recorded: Sequence[RecordedEvent], organisation: int) -> list[Event]:
        """The events of an organisation in the chain's order. Raises Unproven."""
        events = [self._event(one) for one in recorded]
        for event, one in zip(events, recorded, strict=True):
            is_own = event.contract == REGISTRY and event.args.get("organisation") == organisation
            if not is_own or one.receipt is not UNSET:
                raise _misplaced(event)
        return events

    def _event(self, one: RecordedEvent) -> Event:
        address = self.addresses.get(one.contract)
        if address is None:
            raise refuse("event-misplaced", f"bundle.json does not name {one.contract}")
        log = RawLog(
            address=address,
            topics=tuple([raw(topic) for topic in one.topics]),
            data=raw(one.data),
            block_number=BlockNumber(one.receipt.block) if one.receipt else NO_BLOCK,
            block_hash=ZERO_HASH,
            timestamp=UnixTime(one.time or 0),
            transaction=ZERO_HASH,
            transaction_index=one.receipt.transaction if one.receipt else 0,
            log_index=one.receipt.log if one.receipt else 0,
        )
        try:
            event = self._decode(log)
        except Undecodable as error:
            raise refuse("record-senseless", error.message) from error
        if event is None:
            raise refuse("event-misplaced", f"{one.contract} has no such event")
        if (one.time is UNSET) != ((event.contract, event.name) in TIMELESS):
            raise _misplaced(event)
        self.contracts_seen.add(event.contract)
        return event

    def _prove(self, recorded: Sequence[RecordedEvent]) -> None:
        last: dict[str, tuple[int, int, int]] = {}
        for one in recorded:
            if not isinstance(one.receipt, Place):
                continue
            at = one.receipt
            place = (at.block, at.transaction, at.log)
            if place <= last.get(one.contract, (-1, 0, 0)):
                raise refuse("event-misplaced", "a log stands twice, or not in its order")
            last[one.contract] = place
            self._prove_one(one, at)

    def _prove_one(self, one: RecordedEvent, at: Place) -> None:
        header = self._headers.at(at.block)
        if header is None or header.time != one.time:
            raise refuse("receipt-unproven", f"no header of block {at.block} with the event's time")
        self.blocks_seen.add(at.block)
        try:
            found = self._receipts.log(header, at.transaction, at.log)
        except ValueError as error:
            said = f"a receipt of transaction {at.transaction} in block {at.block}: {error}"
            raise refuse("receipt-unproven", said) from error
        topics = tuple([raw(topic) for topic in one.topics])
        if found != (raw(self.addresses[one.contract]), topics, raw(one.data)):
            raise refuse("receipt-unproven", f"block {at.block} has another log in that place")


_FILED = (DESK, "Filed")


def _misplaced(event: Event) -> Exception:
    return refuse("event-misplaced", f"{event.contract}.{event.name} does not stand there")


def word_text(value: int) -> Hash32:
    """A word of storage as hashes are written."""
    return Hash32(f"0x{value:064x}")
