"""Writes the lines of a bundle's records."""

from collections.abc import Mapping, Sequence

from msgspec import UNSET, UnsetType

from dapp.audit.arranged import Stated
from dapp.audit.format import Place, Record, RecordedEvent, write_record
from dapp.audit.order import TIMELESS
from dapp.domain.types import ComplaintId, Hash32, OrganisationId

Places = Mapping[tuple[int, int], Place]
"""Where receipts are, by their logs' blocks and indices there."""


def case_line(complaint: ComplaintId, stated: Sequence[Stated], places: Places) -> bytes:
    """A case's record, with its line end."""
    return write_record(Record(complaint=complaint, events=_events(stated, places)))


def organisation_line(organisation: OrganisationId, stated: Sequence[Stated]) -> bytes:
    """An organisation's record, with its line end."""
    return write_record(Record(organisation=organisation, events=_events(stated, {})))


def case_trail(complaint: ComplaintId, trail: Hash32) -> bytes:
    """The line of a case that has not changed."""
    return write_record(Record(complaint=complaint, trail=trail))


def organisation_trail(organisation: OrganisationId, trail: Hash32) -> bytes:
    """The line of an organisation that has not changed."""
    return write_record(Record(organisation=organisation, trail=trail))


def _events(stated: Sequence[Stated], places: Places) -> list[RecordedEvent]:
    return [
        RecordedEvent(
            contract=one.event.contract,
            data="0x" + one.log.data.hex(),
            topics=["0x" + topic.hex() for topic in one.log.topics],
            receipt=places[one.log.block_number, one.log.log_index] if one.by_receipt else UNSET,
            time=_time(one),
        )
        for one in stated
    ]


def _time(one: Stated) -> int | UnsetType:
    is_timeless = (one.event.contract, one.event.name) in TIMELESS
    return UNSET if is_timeless else one.log.timestamp
