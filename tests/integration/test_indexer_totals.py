"""What is added up as events come is what counting finds."""

from dapp.store.answers import OPEN_STATES
from tests import every_case
from tests.indexing import Indexed

_COMPLAINTS = f"""
SELECT organisation, count(*), count(*) FILTER (WHERE state IN {tuple(map(int, OPEN_STATES))})
FROM complaint GROUP BY 1 ORDER BY 1
"""  # noqa: S608 (numbers of ours)
_MONEY = """
SELECT organisation, token, sum(to_organisation) FROM paid_order WHERE to_organisation > 0
GROUP BY 1, 2 ORDER BY 1, 2
"""


def _adds_up(indexed: Indexed) -> None:
    """Raises AssertionError."""
    kept = "SELECT organisation, complaints, open FROM organisation_total ORDER BY 1"
    counted = indexed.sql(_COMPLAINTS)
    assert indexed.sql(kept) == counted != []
    kept = "SELECT organisation, token, amount FROM organisation_received ORDER BY 1, 2"
    assert indexed.sql(kept) == indexed.sql(_MONEY)
    stored = indexed.sql("SELECT complaints FROM checkpoint")
    assert stored == indexed.sql("SELECT count(*) FROM complaint")


def test_totals_are_those_of_the_rows(indexed: Indexed) -> None:
    world = indexed.world
    world.stake(5)
    house = world.register()
    # In two turns, so that some change what an earlier one stored.
    first = world.file(world.pay(house))
    indexed.index()
    _adds_up(indexed)
    world.offer(first, 4000)
    world.accept(first)
    every_case.play(world)
    indexed.index()
    _adds_up(indexed)
    indexed.rebuild()
    _adds_up(indexed)


def test_they_are_right_after_a_reorganisation(indexed: Indexed) -> None:
    world = indexed.world
    house = world.register()
    stays = world.file(world.pay(house))
    snapshot = world.rpc("evm_snapshot")
    world.offer(stays, 4000)
    world.accept(stays)
    other = world.register()
    world.file(world.pay(other))
    indexed.index()
    _adds_up(indexed)
    assert len(indexed.sql("SELECT 1 FROM organisation_total")) == 2

    assert world.rpc("evm_revert", snapshot) is True
    world.warp(60)
    world.mine(2)
    indexed.index()
    _adds_up(indexed)
    assert indexed.sql("SELECT complaints, open FROM organisation_total") == [(1, 1)]
    assert indexed.sql("SELECT 1 FROM uncompared") == []
