"""Wrong sizes, padding, lengths and offsets: each alone, in every event, and all are refused."""

from collections.abc import Iterator

import pytest

from dapp.chain.keccak import checksummed
from dapp.domain.events import RawLog
from dapp.errors import Undecodable
from tests.unit.chain import encoded
from tests.unit.chain.encoded import DECODE, EVENTS, Entry, each_event

DYNAMIC = [(contract, event) for contract, event in EVENTS if encoded.is_dynamic(event)]


def _log(contract: str, event: Entry) -> RawLog:
    return encoded.encoded(
        contract, event, [encoded.fullest(item["type"]) for item in event["inputs"]]
    )


def _refused(log: RawLog) -> bool:
    try:
        return DECODE(log) is None
    except Undecodable:
        return True


def _with_one_bit_more(log: RawLog) -> Iterator[tuple[int, RawLog]]:
    """Places in the data, and the log with a bit set that was not, there or in a topic."""
    for place, topic in enumerate(log.topics[1:], start=1):
        for flipped in _flipped(topic):
            topics = (*log.topics[:place], flipped, *log.topics[place + 1 :])
            yield -1, encoded.log(topics, log.data, log.address)
    for place in range(0, len(log.data), 32):
        for flipped in _flipped(log.data[place : place + 32]):
            data = log.data[:place] + flipped + log.data[place + 32 :]
            yield place, encoded.log(log.topics, data, log.address)


def _flipped(word: bytes) -> Iterator[bytes]:
    number = int.from_bytes(word)
    for bit in range(256):
        if not number >> bit & 1:
            yield (number | 1 << bit).to_bytes(32)


@each_event
def test_every_bit_that_no_value_sets_is_refused(contract: str, event: Entry) -> None:
    log = _log(contract, event)
    assert DECODE(log) is not None
    tried = 0
    for place, flipped in _with_one_bit_more(log):
        if _refused(flipped):
            tried += 1
            continue
        # Not padding: bits of a character, or a length whose value ends with zeros.
        found = DECODE(flipped)
        assert found is not None and place >= 0
        assert dict(found.args) == encoded.decoded(event, flipped)
        again = encoded.encoded(contract, event, list(found.args.values()))
        assert again.data == flipped.data
    narrow = [item for item in event["inputs"] if item["type"] not in ("bytes32", "uint256")]
    assert tried >= len(narrow)


@each_event
def test_every_cut_and_every_addition_is_refused(contract: str, event: Entry) -> None:
    log = _log(contract, event)
    wrong = [log.data[:size] for size in range(len(log.data))]
    wrong += [log.data + bytes(size) for size in range(1, 97)]
    for data in wrong:
        assert _refused(encoded.log(log.topics, data, log.address)), len(data)


@each_event
def test_topics_in_another_number_or_size_are_refused(contract: str, event: Entry) -> None:
    log = _log(contract, event)
    first, *rest = log.topics
    wrong = [[*rest, bytes(32)], [*rest, b""]]
    if rest:
        wrong += [rest[:-1], [*rest[:-1], rest[-1][:-1]], [*rest[:-1], rest[-1] + b"\0"]]
        wrong += [[b"\0" + rest[0], *rest[1:]], [rest[0][1:], *rest[1:]]]
    if len(rest) > 1:
        # As many bytes in all, and the same ones.
        joined = b"".join(rest[:2])
        wrong += [[joined[:size], joined[size:], *rest[2:]] for size in (0, 31, 33, 64)]
    for topics in wrong:
        assert _refused(encoded.log((first, *topics), log.data, log.address)), topics


_HUGE = [0, 1, 31, 32, 33, 64, 1 << 31, 1 << 32, 1 << 63, 1 << 64, 1 << 255, (1 << 256) - 32]
_HUGE += [(1 << 256) - 1]


@pytest.mark.parametrize(("contract", "event"), DYNAMIC)
@pytest.mark.parametrize("number", _HUGE)
def test_offsets_and_lengths_of_any_size_do_no_harm(
    contract: str, event: Entry, number: int
) -> None:
    log = _log(contract, event)
    for place in range(0, len(log.data), 32):
        data = log.data[:place] + number.to_bytes(32) + log.data[place + 32 :]
        if _refused(damaged := encoded.log(log.topics, data, log.address)):
            continue
        # The word was a plain value, or a part of one.
        found = DECODE(damaged)
        assert found is not None
        again = encoded.encoded(contract, event, list(found.args.values()))
        assert again.data == data


def test_a_tail_neither_overlaps_the_head_nor_leaves_a_gap() -> None:
    event = encoded.entry("ArbitrationCourt", "Drawn")
    log = encoded.encoded("ArbitrationCourt", event, [1, "0x" + "00" * 31 + "02", 2, (1, 2)])
    assert DECODE(log) is not None
    # The seed read as a length of two, after which come two words that pass for items.
    overlapping = log.data[:64] + bytes(32)
    assert _refused(encoded.log(log.topics, overlapping, log.address))
    assert _refused(encoded.log(log.topics, overlapping + log.data[96:], log.address))
    gap = encoded.log(
        log.topics, log.data[:64] + (128).to_bytes(32) + bytes(32) + log.data[96:], log.address
    )
    assert encoded.decoded(event, gap)["positions"] == (1, 2)
    assert _refused(gap)


@pytest.mark.parametrize(
    ("contract", "name", "kept", "reason"),
    [
        ("ArbitrationCourt", "Drawn", 0, "0 bytes of data instead of 96"),
        ("ArbitrationCourt", "Drawn", 96, "the data ends before a length"),
        ("ArbitrationCourt", "Drawn", 127, "the data ends before a length"),
        ("ArbitrationCourt", "Drawn", 128, "the data ends inside a list"),
        ("ArbitrationCourt", "Drawn", -1, "the data ends inside a list"),
        ("ComplaintDesk", "Evidence", 95, "the data ends inside a text or bytes"),
        ("ComplaintDesk", "Evidence", -1, "the data ends inside a text or bytes"),
        ("ComplaintDesk", "Rated", -1, "95 bytes of data instead of 96"),
    ],
)
def test_it_is_said_where_the_data_ends(contract: str, name: str, kept: int, reason: str) -> None:
    log = _log(contract, encoded.entry(contract, name))
    with pytest.raises(Undecodable) as refusal:
        DECODE(encoded.log(log.topics, log.data[:kept], log.address))
    assert refusal.value.message == f"a log does not fit {contract}.{name}: {reason}"


def test_text_that_is_no_text_is_refused() -> None:
    event = encoded.entry("ComplaintDesk", "Evidence")
    someone = checksummed(b"\1" * 20)
    log = encoded.encoded("ComplaintDesk", event, [someone, 1, someone, "abc"])
    assert DECODE(log) is not None
    for wrong in (b"\xff\xfe\xfd", b"\xed\xa0\x80", b"ab\xc3"):
        data = log.data.replace(b"abc", wrong)
        assert _refused(encoded.log(log.topics, data, log.address))
