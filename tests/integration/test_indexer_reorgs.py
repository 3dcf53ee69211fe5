"""The chain changes its mind: the index must end as if it had never seen what went away."""

import pytest

from dapp.domain.types import ComplaintId, OrganisationId
from tests.indexing import Indexed
from tests.world import digest

pytestmark = pytest.mark.needs("reorgs")


def _fresh(indexed: Indexed) -> tuple[object, object]:
    """The read model and log of an index made from nothing."""
    for statement in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public"):
        indexed.sql(statement)
    indexed.index()
    return indexed.read_model(), indexed.log()


def _begin(indexed: Indexed) -> tuple[OrganisationId, int]:
    world = indexed.world
    organisation = world.register()
    world.bond(organisation)
    world.stake(6)
    number = world.file(world.pay(organisation), what=digest("complaint"))
    world.offer(number, 4000)
    return organisation, number


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Longer, as long, shorter, and with other events about other things.
        (0, 3),
        (2, 2),
        (5, 1),
        (40, 2),
        (1, 90),
    ],
)
def test_replaced_blocks_leave_nothing_behind(indexed: Indexed, before: int, after: int) -> None:
    world = indexed.world
    organisation, number = _begin(indexed)
    snapshot = world.rpc("evm_snapshot")
    world.escalate(number)
    world.draw(number)
    orphan = world.file(world.pay(organisation), demand=1)
    world.send(world.organisation, "OrganisationRegistry", "depositBond", (organisation,), 7)
    world.mine(before)
    indexed.index()
    assert indexed.ask(lambda q: q.case(ComplaintId(orphan))) is not None

    assert world.rpc("evm_revert", snapshot) is True
    # Another time, so that the same blocks cannot come again.
    world.warp(60)
    world.accept(number)
    world.mine(after)
    indexed.index()
    status = indexed.ask(lambda q: q.status())
    assert status.complaints == status.complaints_on_chain == 1
    assert (status.mismatches, status.unverified) == ((), 0)
    assert (indexed.read_model(), indexed.log()) == _fresh(indexed)


def test_shorter_chain_is_believed_after_some_patience(indexed: Indexed) -> None:
    world = indexed.world
    _organisation, number = _begin(indexed)
    snapshot = world.rpc("evm_snapshot")
    kept = world.block_number()
    world.accept(number)
    world.mine(3)
    indexed.index()
    assert world.rpc("evm_revert", snapshot) is True
    assert world.block_number() == kept
    indexed.index()
    case = indexed.ask(lambda q: q.case(ComplaintId(number)))
    assert case is not None and case.payment is None
    assert (indexed.read_model(), indexed.log()) == _fresh(indexed)


def test_everything_since_the_deployment_can_go(indexed: Indexed) -> None:
    world = indexed.world
    snapshot = world.rpc("evm_snapshot")
    _begin(indexed)
    indexed.index()
    assert world.rpc("evm_revert", snapshot) is True
    world.warp(60)
    indexed.index()
    status = indexed.ask(lambda q: q.status())
    assert (status.complaints, status.mismatches) == (0, ())
    assert (indexed.read_model(), indexed.log()) == _fresh(indexed)


def test_there_and_back_again(indexed: Indexed) -> None:
    world = indexed.world
    _organisation, number = _begin(indexed)
    for share in (5000, 6000, 7000):
        snapshot = world.rpc("evm_snapshot")
        world.offer(number, share)
        indexed.index()
        assert world.rpc("evm_revert", snapshot) is True
        world.warp(30)
        indexed.index()
    case = indexed.ask(lambda q: q.case(ComplaintId(number)))
    assert case is not None and [offer.share for offer in case.offers] == [4000]
    assert (indexed.read_model(), indexed.log()) == _fresh(indexed)
