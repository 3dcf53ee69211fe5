"""The rolling hash, against words that the contracts made."""

import json
from pathlib import Path
from typing import Any

import pytest

from dapp.chain.keccak import keccak
from dapp.domain import trail
from dapp.domain.types import Address, ChainId, Hash32, UnixTime

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "trail.json").read_text())


@pytest.mark.parametrize(
    "subject", VECTORS["subjects"], ids=lambda s: f"{s['what']} {s['subject']}"
)
def test_vectors(subject: dict[str, Any]) -> None:
    word = trail.genesis(
        keccak,
        ChainId(subject["chainId"]),
        Address(subject["contract"]),
        int(subject["subject"], 16),
    )
    assert word == subject["genesis"]
    for event in subject["events"]:
        assert keccak(event["signature"].encode()).hex() == event["topic0"][2:]
        word = trail.fold(
            keccak,
            word,
            Hash32(event["topic0"]),
            bytes.fromhex(event["arguments"][2:]),
            Address(event["actor"]),
            UnixTime(event["timestamp"]),
        )
        assert word == event["trail"]


def test_vectors_cover_every_kind_of_subject() -> None:
    assert {one["what"] for one in VECTORS["subjects"]} == {"complaint", "order", "organisation"}


def test_chain_contract_and_subject_all_count() -> None:
    here, there = Address("0x" + "11" * 20), Address("0x" + "22" * 20)
    words = {
        trail.genesis(keccak, ChainId(chain), contract, subject)
        for chain in (1, 2)
        for contract in (here, there)
        for subject in (1, 2)
    }
    assert len(words) == 8
