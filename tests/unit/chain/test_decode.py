"""The strict decoder beside eth_abi, for the events of every artifact, and against damage."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dapp.chain import abi
from dapp.chain.keccak import checksummed
from dapp.domain.events import Event, RawLog
from dapp.domain.types import hash32
from dapp.errors import Undecodable
from tests.unit.chain import encoded
from tests.unit.chain.encoded import CHAIN, CONTRACTS, DECODE, EVENTS, Entry, each_event


def _drawn(data: st.DataObject, event: Entry) -> list[Any]:
    return [data.draw(encoded.values(item["type"])) for item in event["inputs"]]


def _agrees(event: Entry, log: RawLog) -> bool:
    """Whether the log is decoded; then eth_abi must say the same, and it must be canonical."""
    try:
        found = DECODE(log)
    except Undecodable:
        return False
    assert found is not None
    assert dict(found.args) == encoded.decoded(event, log)
    again = encoded.encoded(found.contract, event, list(found.args.values()))
    assert (again.topics, again.data) == (log.topics, log.data)
    return True


@each_event
@given(st.data())
@settings(max_examples=25)
def test_what_eth_abi_encodes_is_decoded(contract: str, event: Entry, data: st.DataObject) -> None:
    values = _drawn(data, event)
    found = DECODE(encoded.encoded(contract, event, values))
    assert type(found) is Event
    assert list(found.args) == [item["name"] for item in event["inputs"]]
    # True equals 1, but is not what a number is decoded to.
    assert [(type(one), one) for one in found.args.values()] == [(type(one), one) for one in values]
    assert found == Event(
        chain_id=CHAIN,
        contract=contract,
        address=CONTRACTS[contract],
        name=event["name"],
        args=dict(zip(found.args, values, strict=True)),
        words=encoded.words_of(event, values),
        topic0=hash32(abi.topic0(event)),
        **{name: getattr(encoded.log((), b""), name) for name in _PLACE},
    )


_NOBODY = checksummed(b"\x99" * 20)
_PLACE = (
    "block_number",
    "block_hash",
    "timestamp",
    "transaction",
    "transaction_index",
    "log_index",
)


@given(st.data())
@settings(max_examples=300)
def test_damage_is_noticed_or_gives_another_encoding(data: st.DataObject) -> None:
    contract, event = data.draw(st.sampled_from(EVENTS))
    log = encoded.encoded(contract, event, _drawn(data, event))
    first, *topics = log.topics
    damaged = bytearray(b"".join(topics) + log.data)
    if not damaged:
        return
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    size = 32 * len(topics)
    topics = [bytes(damaged[at : at + 32]) for at in range(0, size, 32)]
    _agrees(event, encoded.log((first, *topics), bytes(damaged[size:]), log.address))


_WORDS = st.one_of(
    st.binary(min_size=32, max_size=32),
    st.integers(0, 1 << 16).map(lambda number: number.to_bytes(32)),
    st.integers(0, 20).map(lambda place: (32 * place).to_bytes(32)),
    st.integers(-(1 << 16), -1).map(lambda number: number.to_bytes(32, signed=True)),
)
_DATA = st.one_of(st.binary(max_size=500), st.lists(_WORDS, max_size=14).map(b"".join))


@given(st.data())
@settings(max_examples=500)
def test_any_bytes_are_refused_or_canonical(data: st.DataObject) -> None:
    contract, event = data.draw(st.sampled_from(EVENTS))
    topics = data.draw(st.lists(st.one_of(_WORDS, st.binary(max_size=40)), max_size=4))
    _agrees(event, encoded.log((abi.topic0(event), *topics), data.draw(_DATA), CONTRACTS[contract]))


@given(st.data())
@settings(max_examples=500)
def test_any_words_in_the_right_number_are_refused_or_canonical(data: st.DataObject) -> None:
    contract, event = data.draw(st.sampled_from(EVENTS))
    words = [data.draw(_WORDS) for _ in event["inputs"]]
    indexed = sum(item["indexed"] for item in event["inputs"])
    log = encoded.log(
        (abi.topic0(event), *words[:indexed]), b"".join(words[indexed:]), CONTRACTS[contract]
    )
    _agrees(event, log)


@given(st.lists(st.binary(max_size=40), max_size=4), _DATA)
def test_what_is_of_no_event_has_none(topics: list[bytes], data: bytes) -> None:
    assert DECODE(encoded.log(topics, data)) is None
    assert DECODE(encoded.log(topics, data, _NOBODY)) is None


def test_unknown_events_and_addresses_have_no_event() -> None:
    event = encoded.entry("ComplaintDesk", "Acknowledged")
    values = [1, checksummed(b"\1" * 20), True, "0x" + "00" * 32]
    log = encoded.encoded("ComplaintDesk", event, values)
    assert DECODE(log) is not None
    for contract in CONTRACTS.keys() - {"ComplaintDesk", "IComplaintDesk"}:
        assert DECODE(encoded.log(log.topics, log.data, CONTRACTS[contract])) is None
    assert DECODE(encoded.log((b"\7" * 32, *log.topics[1:]), log.data)) is None
    for _, known in EVENTS:
        strange = encoded.log((abi.topic0(known), *log.topics[1:]), log.data, _NOBODY)
        assert DECODE(strange) is None


def test_every_kind_of_argument_is_read() -> None:
    kinds = {item["type"] for _, event in EVENTS for item in event["inputs"]}
    assert {"bytes", "string", "bool", "address", "uint32[]", "int256[]"} <= kinds


def test_the_topics_are_those_of_all_events() -> None:
    topics = DECODE.topics()
    for contract, event in EVENTS:
        assert abi.topic0(event) in topics[CONTRACTS[contract]]
    assert all(topics.values())


def test_a_refusal_says_which_log_of_what_is_wrong() -> None:
    event = encoded.entry("ComplaintDesk", "Acknowledged")
    values = [1, checksummed(b"\1" * 20), True, "0x" + "00" * 32]
    log = encoded.encoded("ComplaintDesk", event, values)
    with pytest.raises(Undecodable) as refusal:
        DECODE(encoded.log(log.topics, b"\1" * 64))
    assert refusal.value.message == (
        "a log does not fit ComplaintDesk.Acknowledged:"
        " onTime is out of range or padded with something"
    )
    assert refusal.value.fields == {"transaction": log.transaction, "log_index": log.log_index}
