"""Every way a case can go, on one chain: what whatever reads whole histories must cope with."""

from collections.abc import Callable
from dataclasses import replace

from dapp.domain.events import APPEALS, CLAIMS, PUBLIC, REGISTRY
from dapp.domain.policy import FIRST_OUTSIDE_TRACK
from dapp.domain.public import FIRST_PUBLIC_DISPUTE
from dapp.domain.types import Digest, Hash32, OrganisationId
from tests import anchored
from tests.world import DAYS, ETHER, HOURS, POLICY, World, digest

Say = Callable[[str], Digest]
"""The digest of a text's manifest."""


def play(world: World, say: Say = digest) -> dict[str, int]:
    """Plays them; the complaints' numbers by what is told of them."""
    world.stake(16, tickets=4)
    shop = world.register(what=say("agreement"))
    world.bond(shop, 10 * ETHER)
    quiet = world.register(what=say("another agreement"))
    world.bond(quiet)
    return {
        **_outside(world, say),
        **_settled(world, shop, say),
        **_claims(world, shop, say),
        **_same_order_twice(world, shop),
        **_frozen(world, shop),
        **_voided(world, shop),
        **_appealed(world, shop, say),
        **_anchored(world, shop, say),
        **_open(world, shop),
    }


def _outside(world: World, say: Say) -> dict[str, int]:
    world.list_house()
    organisation = world.register(replace(POLICY, track=FIRST_OUTSIDE_TRACK), what=say("agreement"))
    ruled, waiting, timed_out = (world.file(world.pay(organisation)) for _ in range(3))
    for one in (ruled, waiting, timed_out):
        world.offer(one, 1000)
        world.escalate(one)
    public = FIRST_PUBLIC_DISPUTE + 1
    world.draw(public)
    world.vote(public, [3, 3, 4])
    world.wait_for_ruling(public)
    world.send(world.bystander, PUBLIC, "executeRuling", (public,))
    world.execute(ruled)
    return {"outside-ruled": ruled, "outside-waiting": waiting, "outside-silent": timed_out}


def _settled(world: World, shop: OrganisationId, say: Say) -> dict[str, int]:
    world.send(world.organisation, REGISTRY, "nominateOperator", (shop, world.operator, 1))
    world.send(world.operator, REGISTRY, "acceptOperator", (shop,))
    kept, broken, settled = (world.file(world.pay(shop)) for _ in range(3))
    for number in (kept, broken):
        world.pledge(number)
        world.accept(number)
    world.deliver(kept, say("tracking number"))
    world.confirm_delivery(kept)
    world.acknowledge(settled)
    world.contest(settled)
    world.accuse(settled, world.operator, Hash32(digest("salt")))
    world.offer(settled, 1000)
    world.escalate(settled)
    world.draw(settled)
    world.settle(settled, 4000, world.customer)
    world.settle(settled, 4000, world.organisation)
    world.warp(3 * DAYS)
    world.execute(broken)
    return {"pledge-kept": kept, "pledge-broken": broken, "settled": settled}


def _claims(world: World, shop: OrganisationId, say: Say) -> dict[str, int]:
    accepted = world.claim(shop, what=say("claim"))
    world.fund(accepted, ETHER // 5)
    world.offer(accepted, 5000)
    world.accept(accepted)
    world.send(world.organisation, CLAIMS, "withdrawFunding", (accepted, world.bystander))
    ruled = world.claim(shop, what=say("claim"))
    world.warp(72 * HOURS)
    world.escalate(ruled, offer=0)
    world.draw(ruled)
    world.vote(ruled, [4000, 5000, 6000])
    world.execute(ruled)
    withdrawn = world.claim(shop, what=say("claim"))
    world.withdraw(withdrawn)
    held = world.claim(shop, what=say("claim"))
    world.fund(held, ETHER // 100, payer=world.bystander)
    return {
        "claim-accepted": accepted,
        "claim-ruled": ruled,
        "claim-withdrawn": withdrawn,
        "claim-open": held,
    }


def _same_order_twice(world: World, shop: OrganisationId) -> dict[str, int]:
    order = world.pay(shop)
    first = world.file(order)
    world.withdraw(first)
    world.freeze(order, 30)
    second = world.file(order)
    world.warp(31 * HOURS)
    world.offer(second, 3000)
    world.accept(second)
    alone = world.pay(shop)
    third = world.file(alone)
    world.withdraw(third)
    world.release(alone)
    return {"withdrawn": first, "filed-again": second, "released-after": third}


def _frozen(world: World, shop: OrganisationId) -> dict[str, int]:
    paid_order, open_order = world.pay(shop), world.pay(shop)
    paid, still_open = world.file(paid_order), world.file(open_order)
    world.freeze(paid_order, 30)
    world.freeze(open_order)
    world.warp(2 * DAYS)
    world.offer(paid, 3000)
    world.accept(paid)
    return {"frozen-paid": paid, "frozen-open": still_open}


def _voided(world: World, shop: OrganisationId) -> dict[str, int]:
    number = world.file(world.pay(shop))
    world.offer(number, 2000)
    world.escalate(number, demand=9000)
    world.draw(number)
    world.vote(number, [5000, None, None])
    world.void(number)
    world.wait_for_reveals(number)
    world.rearm(number)
    world.draw(number)
    world.vote(number, [6000, None, None])
    world.void(number)
    world.execute(number)
    return {"refused": number}


def _appealed(world: World, shop: OrganisationId, say: Say) -> dict[str, int]:
    number = world.file(world.pay(shop))
    world.offer(number, 2000)
    world.escalate(number)
    world.wait_for_commits(number)
    world.commit_drawing(number, 1, 5000)
    world.commit(number, 2, 5100)
    world.commit(number, 2, 5200)
    world.commit(number, 0, 2000, say("reasons"))
    world.reveal_batch(number, [0, 1, 2])
    world.contribute(number, False, world.customer, ETHER // 1000)
    world.appeal(number, True)
    world.draw(number)
    world.wait_for_commits(number)
    for seat in range(6):
        world.commit(number, seat, 8000)
    world.report_leak(number, 3)
    world.wait_for_reveals(number)
    for seat in (5, 0, 4, 1, 2):
        world.reveal(number, seat)
    world.execute(number)
    world.send(world.bystander, APPEALS, "withdrawShare", (number, 0, True))
    world.send(world.bystander, APPEALS, "refund", (number, 0, False, world.customer))
    world.confirm(number)
    world.rate(number, 4, what=say("comment"))
    return {"appealed": number}


def _anchored(world: World, shop: OrganisationId, say: Say) -> dict[str, int]:
    """Two of a batch, of which one is opened in time and one within the grace; the third never."""
    signed = [
        replace(anchored.complaint(world, world.pay(shop)), digest=say(f"anchored {number}"))
        for number in range(3)
    ]
    tree = anchored.anchor(world, world.bystander, signed)
    early = anchored.opened(world, signed[0], world.bystander, tree)
    world.offer(early, 3000)
    world.warp((POLICY.protection_hours + 1) * HOURS)
    late = anchored.opened(world, signed[1], world.bystander, tree)
    return {"anchored": early, "anchored-late": late}


def _open(world: World, shop: OrganisationId) -> dict[str, int]:
    """The court has some of them still, in one state or another."""
    found = {}
    for name in ("armed", "drawn", "voting", "revealed", "void", "appeal-drawn"):
        found[f"open-{name}"] = number = world.file(world.pay(shop, 2 * ETHER))
        world.offer(number, 1000)
        world.escalate(number)
    for name in ("drawn", "voting", "revealed", "void", "appeal-drawn"):
        world.draw(found[f"open-{name}"])
    for name in ("voting", "revealed", "void", "appeal-drawn"):
        world.wait_for_commits(found[f"open-{name}"])
    number = found["open-voting"]
    world.commit(number, 4, 3000)
    for name in ("revealed", "appeal-drawn", "void"):
        for seat in range(7 if name != "void" else 1):
            world.commit(found[f"open-{name}"], seat, 4000 + 100 * seat)
    world.reveal_batch(found["open-revealed"], [1, 5])
    world.reveal_batch(found["open-appeal-drawn"], range(7))
    world.appeal(found["open-appeal-drawn"], True)
    world.draw(found["open-appeal-drawn"])
    world.void(found["open-void"])
    found["filed"] = world.file(world.pay(shop))
    return found
