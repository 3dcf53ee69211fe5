"""Stories on a real chain whose bundles are the vectors that every verifier must agree on.

`python -m tests.bundle_stories FOLDER` tells them anew and writes them.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from dapp.audit.verdict import read_previous
from dapp.audit.verify import verify
from dapp.domain.events import APPEALS, CLAIMS, OUTSIDE, PUBLIC, REGISTRY
from dapp.domain.policy import FIRST_OUTSIDE_TRACK
from dapp.domain.public import FIRST_PUBLIC_DISPUTE
from dapp.domain.types import Digest, Hash32
from tests import anchored, chains
from tests.bundle_scene import Scene, Told
from tests.world import DAYS, ETHER, HOURS, POLICY, World


def told(url: str) -> Iterator[Told]:
    """All of them, in the order in which they happen on one fresh chain."""
    with World.deployed(url) as world:
        scene = Scene(world)
        organisation = scene.register(POLICY)
        world.bond(organisation, 10 * ETHER)
        world.stake(16, tickets=4)
        yield _case(scene, "default", _default(scene))
        number, spoken = _dispute(scene)
        yield _case(scene, "early", number)
        world.rate(number, 5, actor=world.organisation)
        yield _case(scene, "dispute", number)
        maker = scene.maker(without=spoken)
        yield Told("erased", maker.case(number), maker.trusted.block.hash, "evidence-missing")
        yield _case(scene, "appeal", _appeal(scene))
        claim = _missed_claim(scene)
        # Its words were zeroed again, of which some nodes keep leaves.
        yield _case(scene, "redrawn", claim)
        _end_claim(scene, claim)
        yield _case(scene, "claim", claim)
        ruled, waiting = _outside(scene)
        yield _case(scene, "outside", ruled)
        yield _case(scene, "waiting", waiting)
        settled, kept, withdrawn = _endings(scene)
        for name, number in (("settled", settled), ("kept", kept), ("withdrawn", withdrawn)):
            yield _case(scene, name, number)
        yield _case(scene, "reopened", _reopened(scene))
        yield _case(scene, "anchored", _anchored(scene))
        voting, armed = _unfinished(scene)
        yield _case(scene, "voting", voting)
        yield _case(scene, "armed", armed)
        yield from _wholes(scene, voting, armed)


def write(folder: Path) -> None:
    """Tell the stories and write the bundles, and `expected.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    expected = {}
    with chains.running() as node:
        for one in told(node.url):
            (folder / f"{one.name}.zip").write_bytes(one.bundle.zipped())
            expected[one.name] = {"block_hash": one.block_hash, "verdict": one.verdict}
            if one.previous is not None:
                expected[one.name]["previous"] = f"{one.previous}.verdict.json"
            _write_verdict(folder, one)
    (folder / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")


def _write_verdict(folder: Path, one: Told) -> None:
    previous = one.previous and read_previous(folder / f"{one.previous}.verdict.json")
    with (folder / f"{one.name}.zip").open("rb") as file:
        found = verify(file, Hash32(one.block_hash), previous=previous or None)
    assert found.verdict == one.verdict, (one.name, found)
    if one.name == "history":
        text = msgspec.json.format(msgspec.json.encode(found), indent=1)
        (folder / "history.verdict.json").write_bytes(text + b"\n")


def _case(scene: Scene, name: str, number: int) -> Told:
    maker = scene.maker()
    return Told(name, maker.case(number), maker.trusted.block.hash)


def _default(scene: Scene) -> int:
    world = scene.world
    said = scene.say(world.customer, "Nobody answers.", b"a receipt", bytes(1_500_000))
    number = world.file(world.pay(scene.organisation), what=said)
    world.evidence(number, world.customer, scene.say(world.customer, "Still nobody."))
    world.warp(73 * HOURS)
    world.execute(number)
    return number


def _dispute(scene: Scene) -> tuple[int, Digest]:
    world = scene.world
    order = world.pay(scene.organisation)
    late = scene.say(world.customer, "What I found.", b"found " * 9, b"also found")
    number = world.file(order, what=scene.say(world.customer, "Broken.", b"a picture"))
    world.acknowledge(number)
    world.contest(number)
    world.ask(number, scene.say(world.organisation, "Which part?"))
    world.freeze(order)
    world.inform(number, scene.say(world.customer, "The handle."))
    world.offer(number, 4000, scene.say(world.organisation, "A part of it."))
    world.escalate(number)
    world.draw(number)
    world.evidence(number, world.customer, late)
    world.wait_for_commits(number)
    for seat, vote in enumerate((9000, 6500, 7000)):
        reason = scene.say(world.seat_owner(number, seat), f"{vote}, since it broke.")
        world.commit(number, seat, vote, reason)
    for seat in (2, 0, 1):
        world.reveal(number, seat)
    world.execute(number)
    world.confirm(number)
    world.rate(number, 4, what=scene.say(world.customer, "In the end."))
    return number, late


def _appeal(scene: Scene) -> int:
    world = scene.world
    number = world.file(world.pay(scene.organisation))
    world.offer(number, 2000)
    world.escalate(number)
    world.wait_for_commits(number)
    world.commit_drawing(number, 1, 5000)
    world.commit(number, 2, 4000)
    world.commit(number, 2, 5200)
    world.commit(number, 0, 2000)
    world.reveal_batch(number, [0, 1, 2])
    world.contribute(number, False, world.customer, ETHER // 1000)
    world.appeal(number, True)
    world.draw(number)
    world.wait_for_commits(number)
    for seat in range(6):
        world.commit(number, seat, 8000 - 500 * seat)
    world.report_leak(number, 3)
    world.wait_for_reveals(number)
    world.reveal_batch(number, [5, 0, 1, 2, 4])
    world.execute(number)
    world.send(world.bystander, APPEALS, "withdrawShare", (number, 0, True))
    world.send(world.bystander, APPEALS, "refund", (number, 0, False, world.customer))
    return number


def _missed_claim(scene: Scene) -> int:
    """Unanswered; its first panel does not vote, and another is drawn."""
    world = scene.world
    said = scene.say(world.customer, "Without an order.")
    number = world.claim(scene.organisation, what=said)
    world.fund(number, ETHER // 100, payer=world.bystander)
    world.warp(73 * HOURS)
    world.escalate(number, offer=0)
    world.draw(number)
    world.wait_for_commits(number)
    world.commit(number, 1, 9000)
    world.wait_for_reveals(number)
    world.reveal(number, 1)
    world.void(number)
    world.draw(number)
    return number


def _end_claim(scene: Scene, number: int) -> None:
    world = scene.world
    world.vote(number, [4000, None, 6000])
    world.execute(number)
    world.send(world.bystander, CLAIMS, "withdrawFunding", (number, world.bystander))


def _outside(scene: Scene) -> tuple[int, int]:
    world = scene.world
    timelock = world.contracts["Timelock"]
    world.rpc("anvil_impersonateAccount", timelock)
    world.rpc("anvil_setBalance", timelock, hex(ETHER))
    world.send(timelock, OUTSIDE, "list", (0, world.contracts[PUBLIC], "0x", ETHER, 30))
    organisation = scene.register(replace(POLICY, track=FIRST_OUTSIDE_TRACK))
    ruled, waiting = (world.file(world.pay(organisation)) for _ in range(2))
    for one in (ruled, waiting):
        world.offer(one, 1000)
        world.escalate(one)
    public = FIRST_PUBLIC_DISPUTE + 1
    world.draw(public)
    world.vote(public, [3, 3, 4])
    world.wait_for_ruling(public)
    world.send(world.bystander, PUBLIC, "executeRuling", (public,))
    world.execute(ruled)
    return ruled, waiting


def _endings(scene: Scene) -> tuple[int, int, int]:
    world, organisation = scene.world, scene.organisation
    world.send(world.organisation, REGISTRY, "nominateOperator", (organisation, world.operator, 1))
    world.send(world.operator, REGISTRY, "acceptOperator", (organisation,))
    settled, kept = (world.file(world.pay(organisation)) for _ in range(2))
    world.pledge(kept)
    world.accept(kept)
    world.deliver(kept)
    world.confirm_delivery(kept)
    world.acknowledge(settled)
    world.accuse(settled, world.operator, Hash32("0x" + "5a" * 32))
    world.offer(settled, 1000)
    world.escalate(settled)
    world.draw(settled)
    world.settle(settled, 4000, world.customer)
    world.settle(settled, 4000, world.organisation)
    order = world.pay(organisation)
    withdrawn = world.file(order)
    world.freeze(order)
    world.withdraw(withdrawn)
    return settled, kept, withdrawn


def _reopened(scene: Scene) -> int:
    """What came was not what was promised; money is offered and taken instead."""
    world = scene.world
    number = world.file(world.pay(scene.organisation))
    world.pledge(number)
    world.accept(number)
    world.deliver(number)
    world.reopen(number)
    world.offer(number, 6000)
    world.accept(number, offer=2)
    return number


def _anchored(scene: Scene) -> int:
    """Signed, anchored with another's, and opened when only that was in time."""
    world = scene.world
    order, other = (world.pay(scene.organisation) for _ in range(2))
    said = scene.say(world.customer, "Signed on the way.", b"a picture")
    one = replace(anchored.complaint(world, order), digest=said)
    tree = anchored.anchor(world, world.bystander, [one, anchored.complaint(world, other)])
    world.warp((POLICY.protection_hours + 1) * HOURS)
    number = anchored.opened(world, one, world.bystander, tree)
    world.offer(number, 3000)
    world.accept(number)
    return number


def _unfinished(scene: Scene) -> tuple[int, int]:
    """One votes for the second time, with seats in more than one word; one waits for its draw."""
    world = scene.world
    voting, armed = (world.file(world.pay(scene.organisation)) for _ in range(2))
    world.offer(voting, 2000)
    world.escalate(voting)
    world.draw(voting)
    world.vote(voting, [3000, 4000, 5000])
    world.appeal(voting, True)
    world.draw(voting)
    world.wait_for_commits(voting)
    for seat in range(4):
        world.commit(voting, seat, 1000 * seat)
    world.report_leak(voting, 2)
    world.offer(armed, 3000)
    world.escalate(armed)
    return voting, armed


def _wholes(scene: Scene, voting: int, armed: int) -> Iterator[Told]:
    world = scene.world
    maker = scene.maker()
    bundle = maker.organisation(scene.organisation)
    yield Told("organisation", bundle, maker.trusted.block.hash)
    maker = scene.maker()
    since = maker.trusted.block.number
    count = world.call("ComplaintDesk", "complaintCount")
    yield Told("history", maker.history(), maker.trusted.block.hash)
    world.warp(2 * DAYS)
    new = world.file(world.pay(scene.organisation))
    world.withdraw(new)
    maker = scene.maker()
    same = {("complaint", one) for one in range(1, count + 1)} | {("organisation", 2)}
    bundle = maker.history(since, same - {("complaint", voting), ("complaint", armed)})
    yield Told("increment", bundle, maker.trusted.block.hash, previous="history")
    # The same without the earlier verdict, and one that keeps quiet about an open dispute.
    yield Told("alone", bundle, maker.trusted.block.hash, "unknown")
    maker = scene.maker()
    bundle = maker.history(since, same - {("complaint", voting)})
    yield Told("quiet", bundle, maker.trusted.block.hash, "unknown", "history")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
