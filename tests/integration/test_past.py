"""Cases as they were, what is broken of promises, and when the clock alone changes a case."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dapp.chain.decode import Decoder
from dapp.chain.deployment import connect
from dapp.chain.keccak import keccak
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.breach import Breach, breaches
from dapp.domain.case import Case
from dapp.domain.events import Event
from dapp.domain.moments import next_change, waits_for_blocks
from dapp.domain.parts import Category, ComplaintState
from dapp.domain.rounds import Seat
from dapp.domain.rules import Role, available
from dapp.domain.turns import turn
from dapp.domain.types import NATIVE_COIN, BlockNumber, ComplaintId, OrganisationId, UnixTime
from dapp.store.database import pool
from dapp.store.past import Past
from dapp.store.queries import Queries
from dapp.store.records import Records
from dapp.store.schema import migrations
from dapp.store.subjects import COMPLAINT
from dapp.store.views import CaseFilter
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains, every_case, folding
from tests.indexing import Indexed
from tests.world import World

FAR = UnixTime(2**40)
PAGE = 7


@dataclass(frozen=True)
class Scene:
    """Every way a case can go, indexed; `events` are all that the chain says."""

    indexed: Indexed
    numbers: dict[str, int]
    events: list[Event]

    def at(self, block: int) -> dict[int, Case]:
        """What a fold of everything up to a block makes, beside the database."""
        records = Records(keccak, {})
        for event in self.events:
            if event.block_number <= block:
                records.advance(event)
        found = records.changed.items()
        return {
            one.id: one for key, one in found if key.kind == COMPLAINT and isinstance(one, Case)
        }

    @property
    def blocks(self) -> list[int]:
        return sorted({event.block_number for event in self.events})


@pytest.fixture(scope="module")
def scene(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("past")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        World.deployed(node.url, folder) as world,
    ):
        numbers = every_case.play(world)
        indexed = Indexed(world, folder, url)
        indexed.index()
        yield Scene(indexed, numbers, folding.events(world))


def cases_at(scene: Scene, block: int, which: CaseFilter, page: int = PAGE) -> list[Case]:
    """Every page of the list at a block."""
    world = scene.indexed.world
    now = world.header(block).block.timestamp

    async def work() -> list[Case]:
        async with Rpc(world.url) as rpc, pool(scene.indexed.database_url, size=2) as readers:
            deployment = await connect(Node(rpc), scene.indexed.deployments)
            contracts = {one.name: one.address for one in deployment.contracts}
            decode = Decoder(deployment.chain_id, contracts)
            past = Past(Queries(readers, deployment, decode), decode, keccak)
            found: list[Case] = []
            cursor = None
            while True:
                got = await past.cases(which, cursor, page, (BlockNumber(block), now))
                found += [row.case for row in got.items]
                cursor = got.cursor
                if cursor is None:
                    break
            for number in (1, len(found) // 2 + 1):
                one = await past.case(ComplaintId(number), BlockNumber(block))
                if which == CaseFilter():
                    of_list = [case for case in found if case.id == number]
                    assert of_list == ([] if one is None else [one.case])
            return found

    return asyncio.run(work())


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9, 1.0])
def test_a_list_at_a_block_is_what_a_fold_up_to_it_makes(scene: Scene, share: float) -> None:
    block = scene.blocks[int(share * (len(scene.blocks) - 1))]
    wanted = scene.at(block)
    found = cases_at(scene, block, CaseFilter())
    assert found == [wanted[number] for number in sorted(wanted, reverse=True)]


FILTERS = [
    CaseFilter(states=frozenset({ComplaintState.ESCALATED})),
    CaseFilter(states=frozenset({ComplaintState.FILED, ComplaintState.PAID})),
    CaseFilter(breaches=frozenset({Breach.ANSWER})),
    CaseFilter(breaches=frozenset(Breach)),
    CaseFilter(organisation=OrganisationId(1)),
    CaseFilter(categories=frozenset({Category.ORDER})),
    CaseFilter(token=NATIVE_COIN, amount_min=10**17 + 1),
    CaseFilter(token=NATIVE_COIN, amount_max=10**17),
]


def matches(case: Case, which: CaseFilter, now: UnixTime) -> bool:
    """In the plainest words."""
    return (
        (not which.states or case.state in which.states)
        and (not which.breaches or bool(breaches(case, now) & which.breaches))
        and (which.organisation in (None, case.organisation))
        and (not which.categories or case.category in which.categories)
        and (which.amount_min is None or case.amount >= which.amount_min)
        and (which.amount_max is None or case.amount <= which.amount_max)
    )


@pytest.mark.parametrize("which", FILTERS, ids=lambda which: str(FILTERS.index(which)))
@pytest.mark.parametrize("share", [0.7, 1.0])
def test_filters_find_what_fits_and_nothing_else(
    scene: Scene, which: CaseFilter, share: float
) -> None:
    block = scene.blocks[int(share * (len(scene.blocks) - 1))]
    now = scene.indexed.world.header(block).block.timestamp
    wanted = [case for _, case in sorted(scene.at(block).items()) if matches(case, which, now)]
    assert cases_at(scene, block, which) == wanted[::-1]
    assert share < 1 or wanted, "a filter that finds nothing tells nothing"


def test_an_arbitrator_is_found_where_it_sits(scene: Scene) -> None:
    block = scene.blocks[-1]
    cases = scene.at(block)
    seated = {seat.owner: number for number, case in cases.items() for seat in _seats(case)}
    owner = next(owner for owner in seated if owner is not None)
    wanted = [
        number for number, case in cases.items() if owner in {seat.owner for seat in _seats(case)}
    ]
    found = cases_at(scene, block, CaseFilter(arbitrator=owner))
    assert [case.id for case in found] == sorted(wanted, reverse=True)
    early = scene.blocks[0]
    assert cases_at(scene, early, CaseFilter(arbitrator=owner)) == []


def test_a_page_ends_where_too_much_has_changed_since(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dapp.store.past._FOLDED_AT_ONCE", 3)
    block = scene.blocks[len(scene.blocks) // 2]
    wanted = scene.at(block)
    assert [case.id for case in cases_at(scene, block, CaseFilter())] == sorted(wanted)[::-1]


def test_between_the_times_that_are_named_the_clock_changes_nothing(scene: Scene) -> None:
    looked_at = 0
    for block in scene.blocks[:: max(1, len(scene.blocks) // 25)]:
        for case in scene.at(block).values():
            now: UnixTime | None = case.filed_at
            while now is not None:
                until = next_change(case, now)
                last = FAR if until is None else UnixTime(until - 1)
                for at in (BlockNumber(block + 1), BlockNumber(block + 5000)):
                    assert _stands(case, now, at) == _stands(case, last, at), (case.id, now, until)
                now = until
                looked_at += 1
    assert looked_at > 200


def test_blocks_alone_change_only_what_waits_for_them(scene: Scene) -> None:
    waiting = 0
    for block in scene.blocks[:: max(1, len(scene.blocks) // 25)]:
        for case in scene.at(block).values():
            now = case.filed_at
            stands = {_stands(case, now, BlockNumber(block + more)) for more in (1, 5, 100, 10_000)}
            waiting += len(stands) > 1
            assert len(stands) == 1 or waits_for_blocks(case), case.id
    assert waiting


def _seats(case: Case) -> list[Seat]:
    return [seat for current in case.rounds for seat in current.seats]


def _stands(case: Case, now: UnixTime, block: BlockNumber) -> object:
    actions = tuple(available(case, role, now, block) for role in Role)
    return turn(case, now, block), actions, breaches(case, now)


def test_columns_are_folded_again_to_the_byte_and_migrated_as_they_are_folded(
    scene: Scene,
) -> None:
    indexed = scene.indexed
    before = indexed.read_model()
    assert len(set(before["complaint"])) == len(scene.numbers)
    sql = next(text for version, text in migrations() if version == 6)
    update = sql[sql.index("UPDATE complaint SET") :]
    indexed.sql("UPDATE complaint SET token = '', amount = 0, filed_at = 0, answer_missed_at = 1")
    indexed.sql(update[: update.index(";")])
    assert indexed.read_model() == before
    indexed.rebuild()
    assert indexed.read_model() == before
    status = indexed.ask(lambda q: q.status())
    assert status.events == indexed.sql("SELECT count(*) FROM log")[0][0]
    assert (status.unverified, status.mismatches) == (0, ())
