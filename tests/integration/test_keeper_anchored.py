"""Before the time of an anchored complaint is over, the keeper opens it."""

import asyncio
from collections.abc import Sequence

import pytest

from dapp.domain.anchor_file import Signed
from dapp.domain.anchoring import AnchoredComplaint
from dapp.domain.events import DESK, ESCROW
from dapp.domain.intents.call import order_args
from dapp.domain.merkle import Tree
from dapp.domain.parts import ComplaintState
from dapp.domain.types import ChainId, ComplaintId
from dapp.store import database
from dapp.store.anchored import AnchoredRows
from tests import anchored
from tests.contract_wallets import moody, turn
from tests.keeping_scene import PROFITABLE, Yard, indexed, yard
from tests.world import DAYS, HOURS

__all__ = ["indexed", "yard"]

_LAST = 33 * DAYS
"""Of an order: its protection of 720 hours, and the grace."""


def known(yard: Yard, complaints: Sequence[AnchoredComplaint], tree: Tree) -> None:
    """As if their batch's file had been read."""
    world = yard.world
    yard.indexed.index()
    some = [anchored.signed(world, one) for one in complaints]

    async def work() -> None:
        async with database.pool(yard.indexed.database_url) as pool:
            rows = AnchoredRows(pool, ChainId(world.chain_id))
            proofs = {one.leaf: tree.proof(one.leaf) for one in some}
            await rows.add(world.bystander, tree.root, some, proofs)

    asyncio.run(work())


def test_what_would_lapse_is_opened_and_runs_as_any_other(yard: Yard) -> None:
    world = yard.world
    organisation = world.register()
    begun = world.now()
    some = [anchored.complaint(world, world.pay(organisation)) for _ in range(5)]
    tree = anchored.anchor(world, world.bystander, some)
    known(yard, some, tree)
    wanted, refunded, revoked, disputed, opened = some
    args = (order_args(refunded.order),)
    world.send(world.organisation, ESCROW, "refund", args)
    anchored.revoke(world, revoked)
    anchored.opened(world, opened, world.bystander, tree)
    world.withdraw(int(world.call(DESK, "complaintCount")))
    world.warp_to(begun + 30 * DAYS - 10 * HOURS)
    world.file(disputed.order)
    world.warp_to(begun + _LAST - 13 * HOURS)
    assert yard.once(PROFITABLE) == {}
    assert not any("anchored" in name for name in yard.once())
    world.warp(2 * HOURS)
    done = {name: said for name, said in yard.once().items() if "anchored" in name}
    assert done == {f"anchored/{anchored.leaf(world, wanted)}/open": "sent"}
    assert not any("anchored" in name for name in yard.once())
    yard.indexed.index()
    number = ComplaintId(world.call(DESK, "complaintCount"))
    case = yard.indexed.ask(lambda q: q.case(number))
    assert case is not None
    assert (case.order.key, case.anchored is not None) == (wanted.order.key, True)
    assert case.state is ComplaintState.FILED
    # Silence loses, as ever.
    world.warp(73 * HOURS)
    assert f"complaint/{number}/execute" in " ".join(yard.once())


@pytest.mark.needs("impersonation")
def test_an_account_that_burns_gas_is_not_paid_for(yard: Yard) -> None:
    world = yard.world
    organisation = world.register()
    begun, account = world.now(), moody(world)
    world.rpc("anvil_setBalance", account, hex(10**20))
    world.rpc("anvil_impersonateAccount", account)
    one = anchored.complaint(world, world.pay(organisation, customer=account))
    tree = anchored.anchor(world, world.bystander, [one])
    yard.indexed.index()

    async def work() -> None:
        async with database.pool(yard.indexed.database_url) as pool:
            rows = AnchoredRows(pool, ChainId(world.chain_id))
            said = Signed(anchored.leaf(world, one), one, "0x11")
            await rows.add(world.bystander, tree.root, [said], {said.leaf: []})

    asyncio.run(work())
    turn(world, account)
    world.warp_to(begun + _LAST - 6 * HOURS)
    (outcome,) = [said for name, said in yard.once().items() if "anchored" in name]
    assert outcome != "sent"
