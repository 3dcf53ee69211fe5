"""Batches of signed complaints on a real chain: what the index makes of them."""

from typing import Any

import msgspec
import pytest

from dapp.chain.keccak import keccak
from dapp.domain.anchoring import Batch, BatchList, Revocation
from dapp.domain.events import ANCHOR
from dapp.domain.merkle import root_of
from dapp.domain.types import ComplaintId
from dapp.store import rows
from tests import anchored
from tests.indexing import Indexed
from tests.world import World, digest


def bodies(indexed: Indexed, table: str, kind: type[Any]) -> list[Any]:
    found = indexed.sql(f"SELECT body::text FROM {table} ORDER BY body::text")  # noqa: S608
    return [msgspec.json.decode(str(text), type=kind) for (text,) in found]


def scene(world: World) -> int:
    """Two batches of one sender and one of another; one leaf opened, one taken back."""
    organisation = world.register()
    world.bond(organisation)
    sender, other = world.bystander, world.organisation
    first = [anchored.complaint(world, world.pay(organisation)) for _ in range(5)]
    tree = anchored.anchor(world, sender, first)
    anchored.anchor(world, other, first)
    world.warp(3600)
    second = [anchored.complaint(world, world.pay(organisation))]
    anchored.anchor(world, sender, second, "second")
    anchored.revoke(world, second[0])
    return anchored.opened(world, first[3], sender, tree)


def test_batches_are_indexed_with_the_word_on_chain(indexed: Indexed) -> None:
    world = indexed.world
    number = scene(world)
    indexed.index()
    lists = {one.sender: one for one in bodies(indexed, "batch_list", BatchList)}
    for sender, one in lists.items():
        assert one.trail == world.call(ANCHOR, "trail", sender)
    mine = lists[world.bystander]
    assert (mine.batches, mine.leaves, lists[world.organisation].batches) == (2, 6, 1)
    batches = [one for one in bodies(indexed, "batch", Batch) if one.sender == world.bystander]
    batches.sort(key=lambda one: one.number)
    assert [(one.number, one.leaves, one.digest) for one in batches] == [
        (1, 5, digest("batch")),
        (2, 1, digest("second")),
    ]
    assert world.call(ANCHOR, "anchoredAt", world.bystander, batches[0].root) == (
        batches[0].anchored_at
    )
    (revocation,) = bodies(indexed, "revocation", Revocation)
    # A batch of one is its leaf.
    assert (revocation.leaf, revocation.customer) == (batches[1].root, world.customer)
    case = indexed.ask(lambda q: q.case(ComplaintId(number)))
    assert case is not None
    assert case.anchored is not None
    assert (case.anchored.root, case.anchored.at) == (
        batches[0].root,
        batches[0].anchored_at,
    )
    # The clocks are the opening's.
    assert case.answer_deadline == case.filed_at + case.policy.answer_hours * 3600
    assert indexed.verify() == []


def test_a_proof_leads_to_the_root_that_the_contract_knows(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    some = [anchored.complaint(world, world.pay(organisation)) for _ in range(7)]
    tree = anchored.anchor(world, world.bystander, some)
    for one in some:
        leaf = anchored.leaf(world, one)
        assert leaf == world.call(ANCHOR, "leafOf", anchored.facts(one))
        assert root_of(keccak, leaf, tree.proof(leaf)) == tree.root
        anchored.opened(world, one, world.bystander, tree)


@pytest.mark.needs("reorgs")
@pytest.mark.parametrize("longer", [0, 3])
def test_batches_of_replaced_blocks_are_gone(indexed: Indexed, longer: int) -> None:
    world = indexed.world
    organisation = world.register()
    kept = [anchored.complaint(world, world.pay(organisation))]
    anchored.anchor(world, world.bystander, kept, "kept")
    snapshot = world.rpc("evm_snapshot")
    tree = anchored.anchor(world, world.bystander, [anchored.complaint(world, kept[0].order, 1)])
    assert tree.root
    anchored.revoke(world, kept[0])
    indexed.index()
    assert len(bodies(indexed, "batch", Batch)) == 2
    assert world.rpc("evm_revert", snapshot) is True
    world.warp(60)
    other = anchored.complaint(world, kept[0].order, 2)
    anchored.anchor(world, world.bystander, [other], "other")
    world.mine(longer)
    indexed.index()
    found = sorted(bodies(indexed, "batch", Batch), key=lambda one: one.number)
    assert [one.digest for one in found] == [digest("kept"), digest("other")]
    assert bodies(indexed, "revocation", Revocation) == []
    before = indexed.read_model()
    indexed.rebuild()
    assert indexed.read_model() == before
    assert set(before) == set(rows.TABLES)


def test_a_list_that_is_not_the_chains_is_said(
    indexed: Indexed, capsys: pytest.CaptureFixture[str]
) -> None:
    world = indexed.world
    scene(world)
    indexed.index()
    assert "mismatch" not in capsys.readouterr().out
    indexed.sql(
        f"UPDATE batch_list SET trail = '{digest('other')}'"  # noqa: S608
        f" WHERE sender = '{world.bystander}'"
    )
    (fault,) = indexed.verify()
    assert world.bystander in fault
    indexed.index()
    assert "batch list mismatch" in capsys.readouterr().out
