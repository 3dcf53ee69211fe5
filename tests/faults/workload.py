"""What people do with the contracts, at random: quick, and nothing is made up."""

import random
from collections.abc import Callable
from typing import Any

from dapp.chain import encode
from dapp.domain.events import DESK, KEYS, REGISTRY
from dapp.domain.phases import RoundPhase
from dapp.domain.types import Address, OrganisationId
from dapp.errors import RedressError
from tests.world import ETHER, World, digest

HOUSE = OrganisationId(1)
_GAS = 1_000_000

Deed = Callable[[World, int, random.Random], object]


def begin(world: World) -> None:
    """What every story begins with: a house with a bond, arbitrators, complaints in each stage."""
    assert world.register() == HOUSE
    world.bond(HOUSE, 50 * ETHER)
    world.stake(6)
    for _ in range(2):
        world.file(world.pay(HOUSE))
    offered = world.file(world.pay(HOUSE, customer=world.other_customer))
    world.offer(offered, 3000)
    disputed = world.file(world.pay(HOUSE))
    world.offer(disputed, 4000)
    world.escalate(disputed)
    world.draw(disputed)
    world.wait_for_commits(disputed)
    world.commit(disputed, 0, 5000)
    world.claim(HOUSE)


def act(world: World, lots: random.Random) -> str:
    """Somebody does something about one of the complaints, if the contracts let them.

    Returns:
        What was tried, for the story's diary.
    """
    complaint = lots.randint(1, max(1, world.call(DESK, "complaintCount")))
    tried = lots.sample(sorted(DEEDS), 4)
    for name in tried:
        try:
            DEEDS[name](world, complaint, lots)
        except (RedressError, RuntimeError, LookupError):
            # Refused, or about something that went away with a branch.
            continue
        return f"{name} {complaint}"
    return f"nothing of {tried} about {complaint}"


def _crowd(world: World, complaint: int, lots: random.Random) -> None:
    """Evidence from both sides, and money for the bond, all in one block."""
    people = [world.customer_of(complaint), world.organisation]
    world.rpc("evm_setAutomine", False)
    try:
        for _ in range(lots.randint(2, 9)):
            evidence = (complaint, digest(f"evidence {lots.random()}"))
            if lots.random() < 0.5:
                _send(world, lots.choice(people), DESK, "submitEvidence", evidence, 0)
            else:
                money = lots.randint(1, ETHER)
                _send(world, world.organisation, REGISTRY, "depositBond", (HOUSE,), money)
        world.mine()
    finally:
        world.rpc("evm_setAutomine", True)


def _send(
    world: World, sender: Address, contract: str, function: str, args: tuple[Any, ...], value: int
) -> None:
    """Sends without waiting for the block; what is refused there leaves no event."""
    data = encode.calldata(contract, function, args)
    call = {"from": sender, "to": world.contracts[contract], "data": "0x" + data.hex()}
    # Not estimated: the block that it would be estimated on is not the one it goes into.
    world.rpc("eth_sendTransaction", {**call, "value": hex(value), "gas": hex(_GAS)})


def _vote(world: World, complaint: int, lots: random.Random) -> None:
    """The next thing that a dispute waits for."""
    match world.hearing(complaint):
        case RoundPhase.COMMIT:
            world.commit(complaint, lots.randrange(3), lots.randrange(10_001))
        case RoundPhase.REVEAL:
            world.reveal(complaint, lots.randrange(3))
        case RoundPhase.APPEALABLE:
            world.contribute(complaint, lots.random() < 0.5, world.bystander, ETHER // 1000)
        case RoundPhase.AWAITING_SEED | RoundPhase.DRAWABLE:
            world.draw(complaint)
            world.wait_for_commits(complaint)
        case RoundPhase.MISSED:
            world.rearm(complaint)
        case RoundPhase.INSUFFICIENT:
            world.void(complaint)
        case _:
            world.execute(complaint)


def _settle(world: World, complaint: int, lots: random.Random) -> None:
    world.settle(complaint, 4000, world.customer_of(complaint))
    world.settle(complaint, 4000, world.organisation)


def _key(world: World, complaint: int, lots: random.Random) -> None:
    known = world.call(KEYS, "keys", world.customer)[0]
    world.send(world.customer, KEYS, "setKey", (known + 1, digest(f"key {lots.random()}")))


DEEDS: dict[str, Deed] = {
    "pay": lambda world, _, lots: world.pay(HOUSE, ETHER // lots.randint(1, 9)),
    "file": lambda world, _, lots: world.file(world.pay(HOUSE), demand=lots.randint(1, 10_000)),
    "claim": lambda world, _, lots: world.claim(HOUSE, ETHER // lots.randint(10, 20)),
    "release": lambda world, _, lots: world.release(world.pay(HOUSE)),
    "freeze": lambda world, _, lots: world.freeze(world.pay(HOUSE)),
    "bond": lambda world, _, lots: world.bond(HOUSE, lots.randint(1, ETHER)),
    "stake": lambda world, _, lots: world.stake(1),
    "key": _key,
    "acknowledge": lambda world, one, lots: world.acknowledge(one),
    "contest": lambda world, one, lots: world.contest(one),
    "ask": lambda world, one, lots: world.ask(one, digest(f"question {lots.random()}")),
    "inform": lambda world, one, lots: world.inform(one),
    "offer": lambda world, one, lots: world.offer(one, lots.randint(1, 9000)),
    "pledge": lambda world, one, lots: world.pledge(one),
    "accept": lambda world, one, lots: world.accept(one),
    "withdraw": lambda world, one, lots: world.withdraw(one),
    "escalate": lambda world, one, lots: world.escalate(one),
    "vote": _vote,
    "settle": _settle,
    "execute": lambda world, one, lots: world.execute(one),
    "rate": lambda world, one, lots: world.rate(one, lots.randint(1, 5)),
    "crowd": _crowd,
}
