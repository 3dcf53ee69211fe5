"""Folds records again from what is stored of them, and from all that they rest on."""

from collections.abc import Callable

from dapp.domain.events import Event, RawLog
from dapp.domain.types import BlockNumber, Keccak
from dapp.store.event_log import EventLog
from dapp.store.records import Records, needed
from dapp.store.subjects import Subject, places, subjects_of

Decode = Callable[[RawLog], Event | None]


async def folded(
    log: EventLog,
    decode: Decode,
    keccak: Keccak,
    subjects: set[Subject],
    up_to: BlockNumber | None = None,
) -> Records:
    """The records of subjects, and of whatever they are folded from, up to a block if given."""
    events: dict[tuple[int, int], Event] = {}
    wanted: set[Subject] = set()
    more = subjects
    while more:
        wanted |= more
        where = sorted({place for subject in more for place in places(subject)})
        told = [decode(raw) for raw in await log.about(where, up_to)]
        found = [one for one in told if one is not None and not more.isdisjoint(subjects_of(one))]
        events |= {(event.block_number, event.log_index): event for event in found}
        more = needed(found) - wanted
    records = Records(keccak, {})
    for place in sorted(events):
        records.advance(events[place])
    return records
