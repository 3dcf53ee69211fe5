"""Damage to the events of cases: dropped, added, changed, moved, proven otherwise."""

from collections.abc import Callable, Iterator

from dapp.domain.events import APPEALS, COURT, DESK, ESCROW, OUTSIDE
from dapp.domain.events import CLAIMS as BOND
from tests.mutation import Events, Mutation, flipped, index, of, with_events

Change = Callable[[Events], None]

# Of the dispute unless another bundle is named: what is done, and what it is refused with.
_DROPPED = (
    ("dispute", DESK, "Filed", "trail-differs"),
    ("dispute", DESK, "Acknowledged", "trail-differs"),
    ("dispute", DESK, "Rated", "trail-differs"),
    ("dispute", ESCROW, "Paid", "order-differs"),
    ("dispute", ESCROW, "OrderFrozen", "order-differs"),
    ("dispute", ESCROW, "Split", "order-differs"),
    ("dispute", COURT, "Drawn", "record-senseless"),
    ("dispute", COURT, "Committed", "court-differs"),
    ("dispute", COURT, "Revealed", "court-differs"),
    ("dispute", COURT, "Concluded", "court-differs"),
    ("appeal", COURT, "Leaked", "court-differs"),
    ("appeal", COURT, "Appealed", "event-misplaced"),
    ("appeal", APPEALS, "Appealed", "court-differs"),
    ("claim", BOND, "Claimed", "order-differs"),
    ("claim", BOND, "Split", "order-differs"),
    ("claim", COURT, "RoundVoided", "event-misplaced"),
    ("claim", COURT, "RoundArmed", "court-differs"),
    ("outside", OUTSIDE, "Opened", "court-differs"),
    ("outside", OUTSIDE, "Ruling", "court-differs"),
    ("outside", OUTSIDE, "Concluded", "court-differs"),
    ("anchored", DESK, "FiledAnchored", "trail-differs"),
    ("anchored", ESCROW, "Paid", "order-differs"),
    ("voting", COURT, "Committed", "court-differs"),
    ("voting", COURT, "Leaked", "court-differs"),
    ("voting", COURT, "Drawn", "record-senseless"),
)
_CHANGED = (
    ("dispute", DESK, "Filed", "trail-differs"),
    ("dispute", DESK, "Executed", "trail-differs"),
    ("dispute", ESCROW, "Paid", "order-differs"),
    ("dispute", ESCROW, "Split", "order-differs"),
    ("dispute", COURT, "Committed", "court-differs"),
    ("dispute", COURT, "Revealed", "court-differs"),
    ("dispute", COURT, "Concluded", "receipt-unproven"),
    ("appeal", APPEALS, "Contributed", "receipt-unproven"),
    ("claim", BOND, "Funded", "receipt-unproven"),
    ("outside", OUTSIDE, "Opened", "court-differs"),
    ("outside", OUTSIDE, "Concluded", "court-differs"),
    ("anchored", DESK, "FiledAnchored", "trail-differs"),
    ("voting", COURT, "Committed", "court-differs"),
)


def mutations() -> Iterator[Mutation]:
    for base, contract, name, verdict in _DROPPED:
        bundle = with_events(base, _drop(_finder(contract, name)))
        yield of(_name(base, contract, name, "dropped"), base, verdict, bundle)
    for base, contract, name, verdict in _CHANGED:
        bundle = with_events(base, _flip(_finder(contract, name)))
        yield of(_name(base, contract, name, "changed"), base, verdict, bundle)
    yield from _moved()
    yield from _misplaced()


def _moved() -> Iterator[Mutation]:
    def swap(contract: str, name: str, other: str, which: int = 0) -> Change:
        def change(events: Events) -> None:
            one = index(events, contract, name)
            two = index(events, contract, other, which)
            events[one], events[two] = events[two], events[one]

        return change

    def twice(contract: str, name: str) -> Change:
        def change(events: Events) -> None:
            place = index(events, contract, name)
            events.insert(place, events[place])

        return change

    changes = {
        "desk-swapped": (swap(DESK, "Acknowledged", "Contested"), "trail-differs"),
        "commits-swapped": (swap(COURT, "Committed", "Committed", 1), "court-differs"),
        "reveals-swapped": (swap(COURT, "Revealed", "Revealed", 1), "event-misplaced"),
        "court-swapped": (swap(COURT, "Committed", "Revealed"), "event-misplaced"),
        "order-swapped": (swap(ESCROW, "Paid", "OrderFrozen"), "order-differs"),
        "desk-twice": (twice(DESK, "Acknowledged"), "trail-differs"),
        "filed-twice": (twice(DESK, "Filed"), "trail-differs"),
        "split-twice": (twice(ESCROW, "Split"), "order-differs"),
        "drawn-twice": (twice(COURT, "Drawn"), "event-misplaced"),
        "concluded-twice": (twice(COURT, "Concluded"), "event-misplaced"),
        "reveal-twice": (twice(COURT, "Revealed"), None),
        "groups-swapped": (lambda events: events.reverse(), "event-misplaced"),
    }
    for name, (change, verdict) in changes.items():
        if verdict is not None:
            yield of(f"events-{name}", "dispute", verdict, with_events("dispute", change))


def _misplaced() -> Iterator[Mutation]:
    def at(of_contract: str, name: str, **fields: object) -> Change:
        def change(events: Events) -> None:
            event = events[index(events, of_contract, name)]
            for key, value in fields.items():
                if value is None:
                    del event[key]
                else:
                    event[key] = value

        return change

    def later(contract: str, name: str) -> Change:
        def change(events: Events) -> None:
            events[index(events, contract, name)]["time"] += 1

        return change

    def foreign(events: Events) -> None:
        place = index(events, DESK, "Acknowledged")
        topics = events[place]["topics"]
        topics[1] = topics[1][:-1] + "3"

    def undecodable(events: Events) -> None:
        event = events[index(events, DESK, "Acknowledged")]
        event["data"] = "0x02" + event["data"][4:]

    def longer(events: Events) -> None:
        events[index(events, DESK, "Acknowledged")]["data"] += "00" * 32

    place = {"block": 1, "log": 0, "transaction": 0}
    changes = {
        "desk-later": (later(DESK, "Acknowledged"), "trail-differs"),
        "paid-later": (later(ESCROW, "Paid"), "order-differs"),
        "split-later": (later(ESCROW, "Split"), "order-differs"),
        "drawn-later": (later(COURT, "Drawn"), "receipt-unproven"),
        "desk-without-time": (at(DESK, "Acknowledged", time=None), "event-misplaced"),
        "vote-with-time": (at(COURT, "Committed", time=1), "event-misplaced"),
        "drawn-without-receipt": (at(COURT, "Drawn", receipt=None), "event-misplaced"),
        "desk-with-receipt": (at(DESK, "Acknowledged", receipt=place), "event-misplaced"),
        "paid-with-receipt": (at(ESCROW, "Paid", receipt=place), "event-misplaced"),
        "frozen-with-receipt": (at(ESCROW, "OrderFrozen", receipt=place), "event-misplaced"),
        "of-another-contract": (at(COURT, "Drawn", contract=DESK), "event-misplaced"),
        "of-a-contract-unnamed": (at(COURT, "Drawn", contract=APPEALS), "event-misplaced"),
        "of-another-complaint": (foreign, "event-misplaced"),
        "undecodable": (undecodable, "record-senseless"),
        "longer": (longer, "record-senseless"),
    }
    for name, (change, verdict) in changes.items():
        yield of(f"event-{name}", "dispute", verdict, with_events("dispute", change))


def _name(base: str, contract: str, name: str, what: str) -> str:
    return f"{base}-{contract.lower()}-{name.lower()}-{what}"


def _finder(contract: str, name: str) -> Callable[[Events], int]:
    return lambda events: index(events, contract, name)


def _drop(place: Callable[[Events], int]) -> Change:
    return lambda events: events.__delitem__(place(events))


def _flip(place: Callable[[Events], int]) -> Change:
    def change(events: Events) -> None:
        event = events[place(events)]
        event["data"] = flipped(event["data"])

    return change
