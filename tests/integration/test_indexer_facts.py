"""Facts of cases and rates of coins in the index: folded, undone, and made again."""

import pytest

from dapp.domain.events import ESCROW
from dapp.domain.facts import facts
from dapp.domain.types import ComplaintId
from dapp.store.case_rows import COLUMNS
from tests.indexing import Indexed
from tests.world import ETHER

RATE = 5 * ETHER


def _facts(indexed: Indexed) -> list[tuple[object, ...]]:
    return indexed.sql(f"SELECT {', '.join(COLUMNS)} FROM case_fact ORDER BY complaint")  # noqa: S608


def _rates(indexed: Indexed) -> list[tuple[object, ...]]:
    return indexed.sql("SELECT token, rate::text FROM coin ORDER BY token")


@pytest.mark.needs("reorgs")
def test_each_case_has_its_facts_and_nothing_undone_leaves_any(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    world.stake()
    world.dispute(organisation, [3000, 5000, 7000])
    number = world.file(world.pay(organisation))
    snapshot = world.rpc("evm_snapshot")
    world.offer(number, 3000)
    world.accept(number)
    world.file(world.pay(organisation))
    world.mine(3)
    indexed.index()
    rows = _facts(indexed)
    assert len(rows) == 3
    for complaint, row in enumerate(rows, 1):
        case = indexed.ask(lambda q, one=complaint: q.case(ComplaintId(one)))  # type: ignore[misc]
        assert case is not None
        assert row == tuple(getattr(facts(case), name) for name in COLUMNS)

    assert world.rpc("evm_revert", snapshot) is True
    world.warp(60)
    world.acknowledge(number)
    indexed.index()
    undone = _facts(indexed)
    assert (len(undone), undone[0]) == (2, rows[0])
    answered = dict(zip(COLUMNS, undone[1], strict=True))
    assert (answered["answered_at"], answered["on_time"]) == (None, True)
    before = indexed.read_model()
    indexed.rebuild()
    assert indexed.read_model() == before


@pytest.mark.needs("reorgs")
def test_a_coins_rate_is_the_latest_that_it_was_listed_at(indexed: Indexed) -> None:
    world = indexed.world
    token, other = world.contracts["ComplaintDesk"], world.contracts["KeyRegistry"]
    world.decree(ESCROW, "setTokenRate", (token, 1))
    world.decree(ESCROW, "setTokenRate", (token, RATE))
    world.decree(ESCROW, "setTokenRate", (token, 0))
    snapshot = world.rpc("evm_snapshot")
    world.decree(ESCROW, "setTokenRate", (token, 7))
    world.decree(ESCROW, "setTokenRate", (other, 9))
    indexed.index()
    assert _rates(indexed) == sorted([(token, "7"), (other, "9")])
    assert world.rpc("evm_revert", snapshot) is True
    world.warp(60)
    world.mine(8)
    indexed.index()
    assert _rates(indexed) == [(token, str(RATE))]


def test_what_an_earlier_version_folded_is_folded_again(indexed: Indexed) -> None:
    world = indexed.world
    world.file(world.pay(world.register()))
    indexed.index()
    before = indexed.read_model()
    indexed.sql("DELETE FROM case_fact")
    world.mine()
    indexed.index()
    assert _facts(indexed) == []
    indexed.sql("UPDATE checkpoint SET is_outdated = true")
    indexed.index()
    assert indexed.read_model() == before
    assert indexed.sql("SELECT is_outdated FROM checkpoint") == [(False,)]
