"""Blooms: those that a real node made, and what a filter lets through."""

import json
from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from dapp.chain import bloom, headers, receipts
from dapp.chain.bloom import Filter
from dapp.chain.keccak import checksummed
from dapp.chain.receipts import Receipt
from dapp.domain.types import Address, raw
from tests.receipt_blocks import VECTOR

BLOCK = json.loads(VECTOR.read_text())
HEADER = headers.read(BLOCK["header"])
OURS = Address(BLOCK["ours"])
LOGS = receipts.read(msgspec.convert(BLOCK["receipts"], list[Receipt]), HEADER, [OURS])

NOTHING, EVERYTHING = bytes(bloom.SIZE), b"\xff" * bloom.SIZE
TOPIC0 = LOGS[1].topics[0]
OTHER_TOPIC = b"\x77" * 32
OTHER_ADDRESS = checksummed(b"\x77" * 20)

_ITEMS = st.binary(min_size=20, max_size=20) | st.binary(min_size=32, max_size=32)


def test_bits_are_those_of_the_node() -> None:
    for receipt in BLOCK["receipts"]:
        expected = 0
        for log in receipt["logs"]:
            for item in (log["address"], *log["topics"]):
                expected |= bloom.bits(raw(item))
        assert expected == int(receipt["logsBloom"], 16)


def test_a_bloom_holds_the_logs_of_its_block() -> None:
    assert bloom.holds(HEADER.logs_bloom, LOGS)
    assert bloom.holds(EVERYTHING, LOGS)
    assert bloom.holds(NOTHING, [])


def test_a_bloom_lacks_what_is_elsewhere() -> None:
    assert not bloom.holds(NOTHING, LOGS)
    assert not bloom.holds(HEADER.logs_bloom, [replace(LOGS[0], address=OTHER_ADDRESS)])
    assert not bloom.holds(HEADER.logs_bloom, [*LOGS, replace(LOGS[1], topics=(OTHER_TOPIC,))])


def test_a_filter_asks_for_a_contract_and_one_of_its_events() -> None:
    assert Filter({OURS: [OTHER_TOPIC, TOPIC0]}).may_hold(HEADER.logs_bloom)
    assert Filter({OTHER_ADDRESS: [TOPIC0], OURS: [TOPIC0]}).may_hold(HEADER.logs_bloom)
    assert not Filter({OURS: [OTHER_TOPIC]}).may_hold(HEADER.logs_bloom)
    assert not Filter({OTHER_ADDRESS: [TOPIC0]}).may_hold(HEADER.logs_bloom)
    assert not Filter({OURS: [TOPIC0]}).may_hold(NOTHING)


def test_an_event_of_one_contract_is_not_looked_for_with_another() -> None:
    which = Filter({OURS: [OTHER_TOPIC], OTHER_ADDRESS: [TOPIC0]})
    assert not which.may_hold(HEADER.logs_bloom)


def test_nothing_is_found_by_a_filter_of_nothing() -> None:
    assert not Filter({}).may_hold(EVERYTHING)
    assert not Filter({OURS: []}).may_hold(EVERYTHING)


@given(st.lists(_ITEMS, max_size=50), st.binary(min_size=20, max_size=20), st.sampled_from("abc"))
def test_what_is_in_a_bloom_is_always_found(items: list[bytes], address: bytes, seed: str) -> None:
    topic = seed.encode() * 32
    full = bloom.bits(address) | bloom.bits(topic)
    for item in items:
        full |= bloom.bits(item)
    which = Filter({checksummed(address): [OTHER_TOPIC, topic]})
    assert which.may_hold(full.to_bytes(bloom.SIZE, "big"))


@given(_ITEMS)
def test_an_item_sets_three_bits_at_the_most(item: bytes) -> None:
    assert 1 <= bloom.bits(item).bit_count() <= 3
    assert bloom.bits(item) < 1 << 2048
