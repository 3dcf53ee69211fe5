"""kill -9 of every process at random under load, and the reckoning afterwards."""

import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from scripts.faults.authors import sealers, senders, uploaders
from scripts.faults.house import SENDERS, House, built
from scripts.faults.ledger import Check, Ledger
from scripts.faults.people import Comes, at_work, parties, readers
from scripts.faults.signers import anchored, drafters, relayed
from scripts.faults.told import Told
from scripts.toolchain import postgres
from tests.faults.sameness import assert_same
from tests.indexing import Indexed
from tests.messaging import Receiver
from tests.patience import PATIENCE_SECONDS

PEOPLE: dict[str, Comes] = {
    "parties": parties,
    "senders": senders,
    "uploaders": uploaders,
    "sealers": sealers,
    "relayed": relayed,
    "anchored": anchored,
    "drafters": drafters,
    "readers": readers,
}
_BETWEEN_SECONDS = (0.5, 5.0)
_QUIET_SECONDS = 240.0
"""Leases of whoever was killed last are over after a minute."""
_SHOWN = 20
_NOT_ANCHORED = """
SELECT count(*) FROM anchored_complaint a WHERE NOT EXISTS (
    SELECT FROM anchor_leaf l JOIN batch b ON b.key = l.sender || '/' || l.root
    WHERE l.leaf = a.leaf)
"""


@dataclass
class Result:
    """What came of it, as build/faults.json has it."""

    seconds: int
    seed: int
    kills: int = 0
    kills_of: dict[str, int] = field(default_factory=dict)
    falls_of: dict[str, int] = field(default_factory=dict)
    node_cut_off: int = 0
    acknowledged: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    duplicated: int = 0
    what_was_lost: dict[str, list[str]] = field(default_factory=dict)
    what_was_duplicated: dict[str, list[str]] = field(default_factory=dict)
    webhooks: dict[str, int] = field(default_factory=dict)
    delivered_again: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    longest_wait_seconds: float = 0.0
    wrong_answers: list[str] = field(default_factory=list)
    stopped_people: list[str] = field(default_factory=list)
    not_quiet: list[str] = field(default_factory=list)
    index: str = ""
    blocks: int = 0
    quiet_after_seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Nothing lost, nothing twice, and nobody was told nonsense meanwhile."""
        wrong = (self.wrong_answers, self.stopped_people, self.not_quiet)
        return not (self.lost or self.duplicated or any(wrong)) and self.index == "as a fresh one"

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def run(seconds: int, seed: int, say: Callable[[str], None]) -> Result:
    """All of it, on a chain and in folders of its own."""
    result, ledger = Result(seconds, seed), Ledger()
    with tempfile.TemporaryDirectory(prefix="redress-faults-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        with built(folder) as house, Receiver() as receiver, ledger.open:
            say(f"{len(house.household.parts)} processes are up")
            told = Told(house, ledger, receiver)
            with at_work(PEOPLE, house, ledger, seed):
                _kill(house, result, random.Random(seed))
            say(f"{result.kills} kills; acknowledged: {dict(ledger.acknowledged)}")
            began = time.monotonic()
            result.not_quiet = _until_quiet(house, told)
            result.quiet_after_seconds = round(time.monotonic() - began, 1)
            _reckon(house, ledger, told, result)
    return result


def _kill(house: House, result: Result, lots: random.Random) -> None:
    ends = time.monotonic() + result.seconds
    names = [*house.household.parts, "a child of postgres", "the node"]
    while (left := ends - time.monotonic()) > 0:
        house.household.keep(min(left, lots.uniform(*_BETWEEN_SECONDS)))
        match lots.choice(names):
            case "the node":
                result.node_cut_off += 1
                house.way.shut()
                house.household.keep(lots.uniform(0.2, 3.0))
                house.way.open()
            case "a child of postgres":
                house.household.parts["postgres"].kill_child(lots)
            case name:
                house.household.parts[name].kill()
    parts = house.household.parts.values()
    result.kills_of = {part.name: part.kills for part in parts}
    result.kills = sum(result.kills_of.values())


def _until_quiet(house: House, told: Told) -> list[str]:
    """Nobody comes any more: all that was begun must end. What did not, if anything."""
    ends = time.monotonic() + _QUIET_SECONDS
    while (left := _unfinished(house, told)) and time.monotonic() < ends:
        house.household.keep(1.0)
    return left


def _unfinished(house: House, told: Told) -> list[str]:
    index = house.indexed
    try:
        behind = house.world.block_number() - _at(house)
        waiting = {
            "signed actions": "SELECT count(*) FROM relay_action WHERE outcome IS NULL",
            "transactions": "SELECT count(*) FROM outgoing WHERE status NOT IN ('mined', 'failed')",
            "signed complaints": _NOT_ANCHORED,
            "replicas": "SELECT count(*) FROM replication WHERE state <> 'pinned'",
        }
        found = {what: index.sql(statement)[0][0] for what, statement in waiting.items()}
        untold = [] if told.is_quiet() else ["messages"]
    except psycopg.OperationalError:
        return ["the database"]
    return [
        *([f"{behind} blocks"] if behind else []),
        *(f"{number} {what}" for what, number in found.items() if number),
        *untold,
    ]


def _at(house: House) -> int:
    """The block up to which the index is."""
    return int(str(house.indexed.sql("SELECT block_number FROM checkpoint")[0][0]))


def _reckon(house: House, ledger: Ledger, told: Told, result: Result) -> None:
    parts = house.household.parts.values()
    result.falls_of = {part.name: part.falls for part in parts if part.falls}
    result.acknowledged = dict(ledger.acknowledged)
    lost = {what: _found(check) for what, check in ledger.lost.items()}
    twice = {what: _found(check) for what, check in ledger.twice.items()}
    twice["transactions of one nonce"] = _spent_twice(house)
    result.lost = sum(map(len, lost.values()))
    result.duplicated = sum(map(len, twice.values()))
    result.what_was_lost = {what: found[:_SHOWN] for what, found in lost.items() if found}
    result.what_was_duplicated = {what: found[:_SHOWN] for what, found in twice.items() if found}
    result.webhooks, result.delivered_again = told.counts(), told.again
    result.answers = dict(ledger.answers.most_common())
    result.longest_wait_seconds = round(ledger.longest_wait, 1)
    result.wrong_answers = ledger.wrong[:_SHOWN]
    result.stopped_people = ledger.broken
    result.blocks = house.world.block_number()
    result.index = _compared(house)


def _found(check: Check) -> list[str]:
    """What it names; a check that breaks has found something as well."""
    found = []
    try:
        for one in check():
            found.append(one)  # noqa: PERF402 (what it named before it broke counts)
    except Exception as error:
        found.append(f"{type(error).__name__}: {error}"[:300])
    return found


def _spent_twice(house: House) -> list[str]:
    """Transactions for one purpose, of whoever sends, that were mined twice."""
    rows = house.indexed.sql(
        "SELECT purpose FROM outgoing WHERE status = 'mined' GROUP BY 1 HAVING count(*) > 1"
    )
    return [str(purpose) for (purpose,) in rows]


def _compared(house: House) -> str:
    """How the index stands to one that is made now of the same chain."""
    for name in SENDERS:
        house.household.parts.pop(name).end()
    head = house.world.block_number()
    house.household.keep(PATIENCE_SECONDS, lambda: _at(house) == head)
    with postgres.running() as server, postgres.database(server) as url:
        fresh = Indexed(house.world, house.indexed.deployments, url)
        fresh.index()
        try:
            assert_same(house.indexed, fresh)
        except AssertionError as error:
            return str(error)[:1000]
    return "as a fresh one"
