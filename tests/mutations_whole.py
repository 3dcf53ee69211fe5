"""Damage to organisations, histories and increments: what is left out, or stands for another."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from dapp.audit.format import HistoryScope
from tests.bundle_zip import Bundle
from tests.mutation import Mutation, canonical, changed, of, with_events


def mutations() -> Iterator[Mutation]:
    yield from _left_out()
    yield from _increments()


def _left_out() -> Iterator[Mutation]:
    def drop(line: int) -> Callable[[Bundle], None]:
        return lambda bundle: bundle.records.__delitem__(line)

    def swap(bundle: Bundle) -> None:
        bundle.records[0:2] = bundle.records[1::-1]

    def twice(bundle: Bundle) -> None:
        bundle.records.insert(1, bundle.records[1])

    def organisation_first(bundle: Bundle) -> None:
        bundle.records.insert(0, bundle.records.pop())

    def renamed(bundle: Bundle) -> None:
        record = json.loads(bundle.records[0])
        bundle.records[0] = canonical({**record, "complaint": 2})
        del bundle.records[1]

    cases: list[tuple[str, str, str, Callable[[Bundle], None]]] = [
        ("organisation-minus-a-case", "organisation", "count-differs", drop(0)),
        ("organisation-minus-the-last-case", "organisation", "count-differs", drop(-2)),
        ("organisation-minus-itself", "organisation", "scope-differs", drop(-1)),
        ("organisation-first", "organisation", "bundle-form", organisation_first),
        ("history-minus-a-case", "history", "count-differs", drop(3)),
        ("history-minus-the-last-case", "history", "count-differs", drop(-3)),
        ("history-minus-an-organisation", "history", "count-differs", drop(-1)),
        ("history-swapped", "history", "bundle-form", swap),
        ("history-twice", "history", "bundle-form", twice),
        ("history-renamed", "history", "event-misplaced", renamed),
        ("case-empty", "dispute", "scope-differs", lambda bundle: bundle.records.clear()),
    ]
    for name, base, verdict, change in cases:
        yield of(name, base, verdict, changed(base, change))
    last = json.loads(changed("organisation", lambda _: None).records[-1])
    assert "organisation" in last
    line = len(changed("organisation", lambda _: None).records) - 1
    dropped = with_events("organisation", lambda events: events.pop(), line)
    yield of("organisation-event-dropped", "organisation", "trail-differs", dropped)
    swapped = with_events("organisation", lambda events: events.reverse(), line)
    yield of("organisation-events-swapped", "organisation", "trail-differs", swapped)


def _increments() -> Iterator[Mutation]:
    def since(number: int | None) -> Callable[[Bundle], None]:
        def change(bundle: Bundle) -> None:
            scope = HistoryScope(number)
            bundle.claims = msgspec.structs.replace(bundle.claims, scope=scope)

        return change

    def record(line: int, **fields: Any) -> Callable[[Bundle], None]:
        def change(bundle: Bundle) -> None:
            value = json.loads(bundle.records[line])
            bundle.records[line] = canonical({**value, **fields})

        return change

    word = "0x" + "11" * 32
    cases: list[tuple[str, str, Callable[[Bundle], None]]] = [
        ("increment-of-another-block", "previous-differs", since(1)),
        ("increment-of-nothing", "unknown", since(None)),
        ("increment-other-word", "trail-differs", record(0, trail=word)),
        ("increment-of-another-case", "bundle-form", record(0, complaint=2)),
        ("increment-both", "bundle-form", record(0, events=[])),
        ("increment-minus-one", "count-differs", lambda bundle: bundle.records.__delitem__(0)),
    ]
    for name, verdict, change in cases:
        yield of(name, "increment", verdict, changed("increment", change))
