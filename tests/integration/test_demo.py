"""The demo's auditor: passes a true record, and names what is wrong with a false one."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.demo.client import Api, Node
from scripts.demo.errors import DemoError
from scripts.demo.story import Played, Story
from scripts.demo.verify import Auditor
from scripts.toolchain.anvil import Anvil
from tests.api_player import environment, running
from tests.world import World

Record = dict[str, Any]


class LyingApi(Api):
    """Passes on what the API says, after a change."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.change: Callable[[Record], None] = lambda record: None
        self.change_content: Callable[[bytes], bytes] = lambda content: content

    def get(self, path: str, **query: object) -> Any:
        body = copy.deepcopy(super().get(path, **query))
        if path.endswith("/timeline"):
            self.change(body)
        return body

    def content(self, path: str) -> bytes:
        return self.change_content(super().content(path))


@dataclass
class Stage:
    """A dispute that was played, and the auditor of it."""

    api: LyingApi
    auditor: Auditor
    played: Played

    def verdict(self) -> list[str]:
        """What an audit finds. Raises `DemoError`."""
        events = self.auditor.events(self.played.complaint)
        return [finding.what for finding in self.auditor.check(self.played, events)]


@pytest.fixture
def stage(fresh_anvil: Anvil, database_url: str, tmp_path: Path) -> Iterator[Stage]:
    folder = tmp_path / "deployments"
    env = environment(fresh_anvil.url, database_url, folder, tmp_path / "data")
    with (
        closing(World.deployed(fresh_anvil.url, folder)) as world,
        running(world, env, tmp_path) as service,
        closing(LyingApi(service.url)) as api,
        closing(Node(fresh_anvil.url)) as node,
    ):
        played = Story(api, node, lambda line: None).play()
        deployed = api.get("/v1/deployments")["contracts"]
        addresses = {name: one["address"] for name, one in deployed.items()}
        yield Stage(api, Auditor(api, node, addresses), played)


def _named(record: Record, name: str) -> Record:
    found: Record = next(one for one in record["events"] if one["name"] == name)
    return found


def _without_offer(record: Record) -> None:
    record["events"].remove(_named(record, "Offered"))


def _twice_filed(record: Record) -> None:
    record["events"].insert(2, _named(record, "Filed"))


def _in_another_order(record: Record) -> None:
    events = record["events"]
    asked = events.index(_named(record, "InformationRequested"))
    events[asked - 1], events[asked] = events[asked], events[asked - 1]


def _later(record: Record) -> None:
    _named(record, "Acknowledged")["timestamp"]["unix"] += 1


def _another_offer(record: Record) -> None:
    offered = _named(record, "Offered")
    words = bytearray.fromhex(offered["words"][2:])
    words[3 * 32 + 31] ^= 1
    offered["words"] = "0x" + words.hex()


def _another_vote(record: Record) -> None:
    revealed = _named(record, "Revealed")
    words = bytearray.fromhex(revealed["words"][2:])
    words[2 * 32 + 31] ^= 1
    revealed["words"] = "0x" + words.hex()


def _another_reason(record: Record) -> None:
    revealed = _named(record, "Revealed")
    words = bytearray.fromhex(revealed["words"][2:])
    words[-1] ^= 1
    revealed["words"] = "0x" + words.hex()


def _without_a_reveal(record: Record) -> None:
    record["events"].remove(_named(record, "Revealed"))


def _another_pay(record: Record) -> None:
    pays = _named(record, "Concluded")["args"]["pays"]
    pays[0], pays[1] = pays[1], pays[0] - 1


def _another_stake(record: Record) -> None:
    opened = next(one for one in record["events"] if one["args"].get("stake"))
    words = bytearray.fromhex(opened["words"][2:])
    words[4 * 32 + 31] ^= 1
    opened["words"] = "0x" + words.hex()


def _without_appeal(record: Record) -> None:
    record["events"].remove(_named(record, "Appealed"))


def _without_draw(record: Record) -> None:
    record["events"].remove(_named(record, "Drawn"))


def _without_contribution(record: Record) -> None:
    record["events"].remove(_named(record, "Contributed"))


def _another_name(record: Record) -> None:
    _named(record, "Confirmed")["name"] = "Withdrawn"


LIES = {
    "an event left out": (_without_offer, "trail folded from 9 events"),
    "an event said twice": (_twice_filed, "trail folded from 11 events"),
    "two events in the other order": (_in_another_order, "trail folded"),
    "another time": (_later, "trail folded"),
    "another offer": (_another_offer, "trail folded"),
    "another vote": (_another_vote, "court-record"),
    "another reason": (_another_reason, "commitment of seat 0"),
    "a reveal left out": (_without_a_reveal, "court-record"),
    "another pay": (_another_pay, "what the arbitrators gained or lost"),
    "another stake": (_another_stake, "the stake that came back"),
    "no appeal": (_without_appeal, "court-record"),
    "no draw": (_without_draw, "makes no sense"),
    "no contribution": (_without_contribution, "the pot"),
    "another event's name": (_another_name, "no event Withdrawn with the topic"),
}


def test_the_record_and_every_lie_about_it(stage: Stage) -> None:
    checked = ["trail", "ruling", "pays", "payment", "appeal", "evidence", "bundle", "promise"]
    assert stage.verdict() == checked
    for lie, (change, reason) in LIES.items():
        stage.api.change = change
        with pytest.raises(DemoError, match=reason):
            pytest.fail(f"{lie} was believed: {stage.verdict()}")
    stage.api.change = lambda record: None

    stage.api.change_content = lambda content: content[:-1] + bytes([content[-1] ^ 1])
    with pytest.raises(DemoError, match="CID of manifest"):
        stage.verdict()
    big = 3 * 1024 * 1024
    stage.api.change_content = lambda content: content[:-1] if len(content) == big else content
    with pytest.raises(DemoError, match=r"CID of unboxing\.bin"):
        stage.verdict()
