"""Where a file is kept, in words."""

from dataclasses import replace

import pytest

from dapp.domain.parts import EvidenceItem
from dapp.domain.types import Digest, UnixTime
from dapp.web.i18n import load
from dapp.web.presentation.exhibits import exhibits, replica_sentences
from tests.unit.web.looks import CUSTOMER, FILED, FILED_AT, look

EN, ZH = load("en"), load("zh-Hans")


def replica(target: str, state: str) -> dict[str, object]:
    return {"target": target, "state": state, "since": None}


def test_nobody_else_is_to_keep_it() -> None:
    assert list(replica_sentences([], EN)) == []


def test_each_way_that_things_stand_is_said() -> None:
    replicas = [
        replica("a", "failed"),
        replica("kubo", "pinned"),
        replica("b", "pending"),
        replica("pinning:pin.example.com", "pinned"),
        replica("c", "unreachable"),
        replica("d", "removed"),
        replica("e", "unknown"),
    ]
    assert list(replica_sentences(replicas, EN)) == [
        "Replicated 2 times: IPFS node, pin.example.com",
        "Waiting to be replicated: b",
        "Could not be replicated so far: a",
        "Does not answer now: c",
        "No longer looked after: d",
        "Unknown just now whether it is replicated: e",
    ]
    assert "已复制 2 份" in next(replica_sentences(replicas, ZH))


def test_one_replica() -> None:
    assert list(replica_sentences([replica("kubo", "pinned")], EN)) == [
        "Replicated once: IPFS node"
    ]


@pytest.mark.parametrize(("stored", "here"), [(["vault", "kubo"], True), (["kubo"], False)])
def test_what_others_alone_keep_is_not_said_to_be_here(stored: list[str], here: bool) -> None:
    digest = Digest("0x" + "11" * 32)
    item = {
        "name": "a.png",
        "media_type": "image/png",
        "size": 7,
        "cid": "bafy",
        "kind": "file",
        "stored": stored,
        "replicas": [replica("kubo", "pinned")],
    }
    case = replace(
        FILED, evidence=(EvidenceItem(digest, CUSTOMER, True, UnixTime(FILED_AT), "Filed"),)
    )
    (exhibit,) = exhibits(look(case, 0), {digest: {"items": [item]}})
    assert exhibit.is_here is here
    assert exhibit.replicas == ("Replicated once: IPFS node",)
