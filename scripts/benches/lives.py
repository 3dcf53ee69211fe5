"""Lives of complaints, played on a real chain: what the moulds of a long chain are made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dapp.chain import encode
from dapp.domain.events import DESK
from dapp.domain.types import Address, OrganisationId
from tests.local_chain import Receipt
from tests.world import DAYS, HOURS, World, digest

ARBITRATORS = 16
_VOTES = (5600, 4200, 5000)


@dataclass(frozen=True)
class Sent:
    """A transaction with logs.

    Attributes:
        at: Unix seconds of its block, whose number is `block`.
        receipt: as the node answers it.
    """

    at: int
    block: int
    receipt: Receipt


@dataclass(frozen=True)
class Life:
    """All that was sent about one complaint, from the payment on.

    Attributes:
        often: of 16 complaints so many live like this.
        key, ref: the order's.
    """

    often: int
    complaint: int
    customer: Address
    key: str
    ref: str
    sent: Sequence[Sent]


@dataclass(frozen=True)
class Played:
    """
    Attributes:
        house: registered first, by `organisation`, with a bond; its transactions.
        stakes: each arbitrator's transaction, by position from 1.
        last_block: up to which the chain is as it was before the first life.
    """

    house: Sequence[Sent]
    organisation: Address
    stakes: Sequence[Sent]
    last_block: int
    lives: Sequence[Life]


def play(world: World) -> Played:
    """A house, its court, and every life once; the contracts are deployed."""
    first = world.block_number() + 1
    house = world.register()
    world.bond(house)
    staked_from = world.block_number() + 1
    world.stake(ARBITRATORS, tickets=4)
    last = world.block_number()
    return Played(
        house=_sent(world, first, staked_from - 1),
        organisation=world.organisation,
        stakes=_sent(world, staked_from, last),
        last_block=last,
        lives=[_life(world, house, often, story) for often, story in _STORIES],
    )


def _life(
    world: World, house: OrganisationId, often: int, story: Callable[[World, int], None]
) -> Life:
    first = world.block_number() + 1
    order = world.pay(house)
    complaint = world.file(order, what=digest("complaint"))
    story(world, complaint)
    sent = _sent(world, first, world.block_number())
    return Life(often, complaint, order.customer, order.key, order.ref, sent)


def _several(world: World, complaint: int, actor: Address, *what: str) -> None:
    calls = [encode.calldata(DESK, "submitEvidence", (complaint, digest(one))) for one in what]
    world.send(actor, DESK, "multicall", (calls,))


def _agreed(world: World, complaint: int) -> None:
    world.warp(HOURS // 4)
    world.acknowledge(complaint, digest("reply"))
    world.warp(5 * HOURS)
    world.offer(complaint, 4000, digest("offer"))
    world.warp(6 * HOURS)
    world.accept(complaint)
    world.warp(HOURS)
    world.confirm(complaint)
    world.rate(complaint, 4, what=digest("comment"))


def _asked(world: World, complaint: int) -> None:
    world.warp(2 * HOURS)
    world.acknowledge(complaint, digest("reply"))
    world.ask(complaint, digest("question"))
    world.warp(9 * HOURS)
    world.inform(complaint, digest("answer"))
    world.warp(8 * HOURS)
    world.offer(complaint, 2000, digest("offer"))
    world.offer(complaint, 5000, digest("more"))
    world.warp(HOURS)
    world.accept(complaint, 2)


def _kept(world: World, complaint: int) -> None:
    world.warp(HOURS)
    world.acknowledge(complaint)
    world.pledge(complaint)
    world.accept(complaint)
    world.warp(30 * HOURS)
    world.deliver(complaint, digest("tracking number"))
    world.confirm_delivery(complaint)
    world.confirm(complaint)
    world.rate(complaint, 5)


def _silence(world: World, complaint: int) -> None:
    world.warp(3 * DAYS)
    world.execute(complaint)


def _withdrawn(world: World, complaint: int) -> None:
    world.warp(HOURS)
    world.acknowledge(complaint, digest("reply"))
    _several(world, complaint, world.organisation, "log", "policy")
    world.warp(HOURS)
    world.withdraw(complaint)


def _heard(world: World, complaint: int) -> None:
    _several(world, complaint, world.customer, "receipt", "photograph")
    world.acknowledge(complaint, digest("reply"))
    world.offer(complaint, 3000, digest("offer"))
    world.warp(10 * HOURS)
    world.escalate(complaint)
    world.wait_for_commits(complaint)
    world.commit_batch(complaint, _VOTES)
    world.wait_for_reveals(complaint)
    world.reveal_batch(complaint, range(len(_VOTES)))
    world.execute(complaint)


_STORIES: Sequence[tuple[int, Callable[[World, int], None]]] = (
    (6, _agreed),
    (3, _asked),
    (2, _kept),
    (2, _silence),
    (2, _withdrawn),
    (1, _heard),
)


def _sent(world: World, first: int, last: int) -> list[Sent]:
    """The transactions of blocks that have logs."""
    found = []
    for number in range(first, last + 1):
        for receipt in world.rpc("eth_getBlockReceipts", hex(number)):
            if receipt["logs"]:
                at = int(receipt["logs"][0]["blockTimestamp"], 16)
                found.append(Sent(at, number, receipt))
    return found
