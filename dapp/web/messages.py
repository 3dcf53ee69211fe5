"""What readers of the stream are told: server-sent events, and which of them a reader asked for."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi.sse import ServerSentEvent

from dapp.domain.types import Address, BlockNumber, ComplaintId, OrganisationId
from dapp.errors import InvalidInput
from dapp.service import views
from dapp.store.feed import START, Chunk, Entry, Place

_MOST_NAMED = 400
_PLACE = re.compile(r"(\d{1,15}):(\d{1,9})(?::([0-9a-f]{16}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as it is sent: made once, for all readers."""

    entry: Entry
    id: str
    text: str


def told(entry: Entry) -> Told:
    event, concerned = entry.event, entry.concerned
    data = {
        "kind": event.name,
        "contract": event.contract,
        "complaints": sorted(concerned.complaints),
        "organisation": min(concerned.organisations, default=None),
        "order": concerned.order,
        "block": event.block_number,
        "log_index": event.log_index,
        "transaction": event.transaction,
        "timestamp": views.time(event.timestamp),
    }
    return Told(entry, id_of(entry.place), _json(data))


@dataclass(frozen=True, slots=True)
class Batch:
    """What one read found.

    Attributes:
        void_from: the first block of which nothing holds any more that was told before.
        base: where a reader stands who took that back.
        end: where a reader stands who heard it all.
    """

    void_from: BlockNumber | None
    base: Place
    entries: tuple[Told, ...]
    end: Place


def batch_of(chunk: Chunk) -> Batch:
    void_from = None if chunk.void_after is None else BlockNumber(chunk.void_after + 1)
    return Batch(void_from, chunk.base, tuple(map(told, chunk.entries)), chunk.end)


@dataclass(frozen=True, slots=True)
class Interest:
    """Which events a reader asked for; what is None or empty does not filter."""

    complaint: ComplaintId | None = None
    organisation: OrganisationId | None = None
    customer: Address | None = None
    arbitrator: Address | None = None
    kinds: frozenset[str] = frozenset()

    @property
    def is_all(self) -> bool:
        return self == Interest()

    def wants(self, entry: Entry) -> bool:
        whom = entry.concerned
        return (
            (self.complaint is None or self.complaint in whom.complaints)
            and (self.organisation is None or self.organisation in whom.organisations)
            and (self.customer is None or self.customer in whom.customers)
            and (self.arbitrator is None or self.arbitrator in whom.arbitrators)
            and (not self.kinds or entry.event.name in self.kinds)
        )


def messages(interest: Interest, batch: Batch) -> Iterator[ServerSentEvent]:
    """What a reader is told of a batch; nothing where nothing in it is theirs."""
    is_void = batch.void_from is not None
    if is_void:
        data = _json({"block": batch.void_from})
        yield ServerSentEvent(event="reorged", raw_data=data, id=id_of(batch.base))
    wanted = [one for one in batch.entries if interest.wants(one.entry)]
    for one in wanted:
        yield ServerSentEvent(event="event", raw_data=one.text, id=one.id)
    if wanted or is_void or interest.is_all:
        named = {number for one in wanted for number in one.entry.concerned.complaints}
        block = None if batch.end == START else batch.end.block
        complaints = None if is_void or len(named) > _MOST_NAMED else sorted(named)
        data = _json({"block": block, "complaints": complaints})
        yield ServerSentEvent(event="changed", raw_data=data, id=id_of(batch.end))


def id_of(place: Place) -> str:
    """`block:index:hash`, the hash's first 16 digits; `0:0` before everything."""
    return f"{place.block}:{place.index}" + (f":{place.hash}" if place.hash else "")


def place_of(text: str) -> Place:
    """Of an id; the hash may be left out. Raises InvalidInput."""
    found = _PLACE.fullmatch(text)
    if found is None:
        raise InvalidInput(
            "this is no id of an event of this stream",
            remedy="Send the last id that the stream said, or 0:0 for everything",
            fields={"field": "last_event_id"},
        )
    return Place(BlockNumber(int(found[1])), int(found[2]), found[3] or "")


def _json(data: object) -> str:
    return json.dumps(data, separators=(",", ":"))
