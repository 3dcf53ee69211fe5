"""The functions that are written for events: every type, and whatever the ABI calls things."""

import dataclasses
import traceback
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dapp.chain import event_source
from dapp.domain.events import Event, RawLog
from tests.unit.chain import encoded
from tests.unit.chain.encoded import CHAIN, Entry, made_up

SIZES = range(8, 257, 8)
NUMBERS = [f"{sign}int{bits}" for sign in ("u", "") for bits in SIZES]
STATIC = [*NUMBERS, *[f"bytes{size}" for size in range(1, 33)], "bool", "address"]


def _read(event: Entry, log: RawLog) -> Event:
    return event_source.compiled("Nobody", event)(log, CHAIN)


def _args(event: Entry, given: list[Any]) -> list[Any]:
    return list(_read(event, encoded.encoded("Nobody", event, given)).args.values())


@pytest.mark.parametrize("kind", STATIC)
@given(st.data())
@settings(max_examples=10)
def test_every_type_is_read_as_a_topic_as_a_word_and_in_lists(
    kind: str, data: st.DataObject
) -> None:
    event = made_up((kind, True), (kind, False), (f"{kind}[]", False), (kind, False))
    values = [data.draw(encoded.values(item["type"])) for item in event["inputs"]]
    found = _args(event, values)
    assert [(type(one), one) for one in found] == [(type(one), one) for one in values]
    assert [type(one) for one in found[2]] == [type(one) for one in values[2]]


@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers_end_where_their_type_does(kind: str) -> None:
    least, greatest = encoded.limits(kind)
    event, listed = made_up((kind, False)), made_up((f"{kind}[]", False))
    assert _args(event, [least]) == [least] and _args(event, [greatest]) == [greatest]
    assert _args(listed, [(least, greatest)]) == [(least, greatest)]
    for number in (least - 1, greatest + 1):
        word = (number % (1 << 256)).to_bytes(32)
        if kind.endswith("int256"):
            continue
        with pytest.raises(ValueError, match="out of range"):
            _read(event, encoded.log(encoded.encoded("", event, [0]).topics, word))
        whole = encoded.encoded("", listed, [(0, 0)])
        with pytest.raises(ValueError, match="out of range"):
            _read(listed, encoded.log(whole.topics, whole.data[:-32] + word))


@pytest.mark.parametrize("kind", STATIC)
def test_every_bit_that_a_type_does_not_have_is_refused(kind: str) -> None:
    event = made_up((kind, False))
    log = encoded.encoded("", event, [encoded.fullest(kind)])
    full = int.from_bytes(log.data)
    read = event_source.compiled("Nobody", event)
    for bit in range(256):
        if not full >> bit & 1:
            with pytest.raises(ValueError, match="a0 is out of range or padded"):
                read(encoded.log(log.topics, (full | 1 << bit).to_bytes(32)), CHAIN)


@pytest.mark.parametrize("kind", ["tuple", "uint8[3]", "uint8[][]", "string[]", "tuple[]", "fixed"])
def test_types_of_none_of_our_events_are_not_guessed(kind: str) -> None:
    with pytest.raises(NotImplementedError):
        event_source.compiled("Nobody", made_up((kind, False)))


@pytest.mark.parametrize("kind", ["string", "bytes", "uint8[]"])
def test_what_is_known_by_its_hash_alone_is_not_read(kind: str) -> None:
    with pytest.raises(NotImplementedError, match="only the hash of a0"):
        event_source.compiled("Nobody", made_up((kind, True)))


def test_an_event_without_arguments() -> None:
    found = _read(made_up(), encoded.encoded("Nobody", made_up(), []))
    assert (found.args, found.words) == ({}, b"")
    with pytest.raises(ValueError, match="bytes of data"):
        _read(made_up(), encoded.log(encoded.encoded("Nobody", made_up(), []).topics, b"\0"))


TAILS = made_up(("string", False), ("uint8[]", False), ("uint64", True), ("bytes", False))


@given(st.text(max_size=70), st.lists(st.integers(0, 255), max_size=5), st.binary(max_size=70))
def test_several_tails(text: str, numbers: list[int], raw: bytes) -> None:
    values = [text, tuple(numbers), 7, "0x" + raw.hex()]
    assert _args(TAILS, values) == values


def test_tails_in_another_order_or_shared_are_refused() -> None:
    event = made_up(("bytes", False), ("bytes", False))
    log = encoded.encoded("", event, ["0x11", "0x11"])
    head, tail, other = log.data[:64], log.data[64:128], log.data[128:]
    swapped = encoded.log(log.topics, head[32:] + head[:32] + tail + other)
    shared = encoded.log(log.topics, head[:32] * 2 + tail)
    one_unused = encoded.log(log.topics, head[:32] * 2 + tail + other)
    for wrong in (swapped, shared, one_unused):
        # Each has the same meaning to a decoder that only follows offsets.
        assert encoded.decoded(event, wrong) == {"a0": "0x11", "a1": "0x11"}
        with pytest.raises(ValueError, match="not where it should be"):
            _read(event, wrong)


@pytest.mark.parametrize(
    "name",
    [
        "event",
        "lambda",
        "",
        "$",
        "{0}",
        "{log}",
        "%s",
        "'",
        '"""',
        "\\",
        "\n",
        "'; raise SystemExit #",
        "a\n    raise SystemExit",
        "\N{SNOWMAN}",
        "__class__",
    ],
)
def test_names_are_texts_and_nothing_else(name: str) -> None:
    event: Entry = {
        "name": name,
        "inputs": [
            {"name": name, "type": "uint8[]", "indexed": False},
            {"name": name + "2", "type": "uint8", "indexed": True},
        ],
    }
    log = encoded.encoded("", event, [(1, 2), 3])
    found = event_source.compiled(name, event)(log, CHAIN)
    assert (found.contract, found.name) == (name, name)
    assert found.args == {name: (1, 2), name + "2": 3}
    for topics, data in ((log.topics, b"\1" * 96), ((log.topics[0], b"\1" * 32), log.data)):
        with pytest.raises(ValueError) as refusal:
            event_source.compiled(name, event)(encoded.log(topics, data), CHAIN)
        assert str(refusal.value).startswith(name)


def test_tracebacks_show_the_line() -> None:
    event = made_up(("uint8", False))
    with pytest.raises(ValueError) as refusal:
        _read(event, encoded.log(encoded.encoded("", event, [1]).topics, b"\1" * 32))
    lines = traceback.format_exception(refusal.value)
    assert 'File "<Nobody.MadeUp(uint8)>"' in lines[-2]
    assert "raise misfit(head, SPARE, NAMES)" in lines[-2]


def test_its_events_are_like_any_other() -> None:
    event = made_up(("uint8", False))
    found = _read(event, encoded.encoded("", event, [1]))
    assert type(found) is Event
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.name = "Other"  # type: ignore[misc]
    assert found == Event(
        **{one.name: getattr(found, one.name) for one in dataclasses.fields(found)}
    )
    assert dataclasses.replace(found, name="Other").name == "Other"
    assert found.integer("a0") == 1
