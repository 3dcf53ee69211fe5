"""The domain's draw, median, pay, record, costs and commitments beside the contracts'."""

import random
from collections.abc import Iterator

import pytest

from dapp.chain.keccak import keccak
from dapp.domain import commitments, draw, fees, median, record
from dapp.domain.commitments import Ballot
from dapp.domain.events import COURT, DESK, REGISTRY, Event
from dapp.domain.rounds import GWEI, Terms
from dapp.domain.types import (
    Address,
    BasisPoints,
    Digest,
    DisputeId,
    Hash32,
    OrganisationId,
    Wei,
)
from dapp.errors import ContractRefused, Refused
from scripts.toolchain.anvil import Anvil
from tests import folding
from tests.local_chain import TICKET_WEI
from tests.world import ETHER, HOURS, World, digest

BOUNTY = Wei(500_000 * GWEI)
TERMS = Terms(Wei(ETHER // 100), Wei(ETHER // 10), 24 * HOURS, 48 * HOURS, 48 * HOURS)


@pytest.fixture
def world(fresh_anvil: Anvil) -> Iterator[World]:
    with World.deployed(fresh_anvil.url) as made:
        yield made


def _disputed(world: World, organisation: OrganisationId, amount: int = ETHER) -> int:
    complaint = world.file(world.pay(organisation, amount))
    world.offer(complaint, 3000)
    world.escalate(complaint, demand=9000)
    return complaint


def _computed(world: World, complaint: int, excluded: set[Address]) -> list[int]:
    *earlier, current = folding.case(world, complaint).rounds
    assert current.seed is not None
    lottery = draw.lottery(DisputeId(complaint), current, current.seed)
    held, sat = folding.stakes(world), draw.sat_before(earlier)
    return list(draw.panel(keccak, lottery, held.get, lambda owner: owner in excluded, sat))


def _drawn(world: World, complaint: int) -> list[int]:
    return list(_last(world, "Drawn", complaint).integers("positions"))


def _last(world: World, name: str, complaint: int) -> Event:
    found = [
        event
        for event in folding.events(world)
        if event.name == name
        and event.args.get("dispute", event.args.get("complaint")) == complaint
    ]
    return found[-1]


def test_panels_are_as_computed(world: World) -> None:
    organisation = world.register()
    for number, arbitrator in enumerate(world.arbitrators[:9]):
        tickets = number % 8 + 1
        world.send(arbitrator, COURT, "stake", (tickets,), tickets * TICKET_WEI)
    # A party and an operator who staked never judge; one who leaves after the escalation may.
    world.send(world.customer, COURT, "stake", (8,), 8 * TICKET_WEI)
    world.send(world.operator, COURT, "stake", (8,), 8 * TICKET_WEI)
    world.send(world.organisation, REGISTRY, "nominateOperator", (organisation, world.operator, 1))
    world.send(world.operator, REGISTRY, "acceptOperator", (organisation,))
    world.send(world.arbitrators[2], COURT, "requestExit", (2,))
    world.mine()
    excluded = {world.customer, world.organisation, world.operator}
    for amount in (ETHER, 2 * ETHER, 3 * ETHER):
        for _ in range(4):
            complaint = _disputed(world, organisation, amount)
            if amount == 2 * ETHER:
                world.stake(1)
            world.draw(complaint)
            assert _drawn(world, complaint) == _computed(world, complaint, excluded)
            assert 2 not in _drawn(world, complaint)


@pytest.mark.parametrize("arbitrators", [0, 1, 2])
def test_too_few_arbitrators(world: World, arbitrators: int) -> None:
    organisation = world.register()
    world.stake(arbitrators, tickets=8)
    complaint = _disputed(world, organisation)
    world.draw(complaint)
    excluded = {world.customer, world.organisation}
    assert _drawn(world, complaint) == _computed(world, complaint, excluded)
    assert len(_drawn(world, complaint)) == (3 if arbitrators else 0)


@pytest.mark.parametrize("seed", range(6))
def test_ruling_pay_record_and_costs(world: World, seed: int) -> None:
    lots = random.Random(seed)
    organisation = world.register()
    if seed % 2:
        world.bond(organisation)
    world.stake(16, tickets=4)
    complaint = _disputed(world, organisation, lots.choice([ETHER, 3 * ETHER // 2, 2 * ETHER]))
    world.draw(complaint)
    seats = len(_drawn(world, complaint))
    votes: list[int | None] = [lots.randrange(10_001) for _ in range(seats)]
    for seat in range(lots.randrange(seats // 2 + 1)):
        votes[seat] = None
    lots.shuffle(votes)
    world.vote(complaint, votes)
    world.execute(complaint)

    case = folding.case(world, complaint)
    assert case.ruling is not None and case.payment is not None and case.escalation is not None
    revealed = [vote for vote in votes if vote is not None]
    assert case.ruling.share == median.ruling(revealed)
    concluded = _last(world, "Concluded", complaint)
    pays = [pay * GWEI for pay in concluded.integers("pays")]
    assert pays == fees.panel_pays(votes, TERMS)
    assert sum(pays) == seats * TERMS.fee_wei
    assert record.chain(keccak, case.rounds) == case.ruling.record
    owed = fees.organisation_cost_down(case.ruling.cost, 9000, 3000, case.ruling.share)
    assert case.payment.cost_to_customer == owed
    award = fees.share_down(case.amount, case.ruling.share)
    assert case.payment.to_customer == award + owed - case.payment.from_bond


def test_quotes(world: World) -> None:
    organisation = world.register()
    for tenths in (1, 11, 12, 17, 18, 23, 24, 47, 48, 95, 96, 200):
        order = world.pay(organisation, tenths * ETHER // 10)
        complaint = world.file(order)
        quoted = world.call(DESK, "escalationCost", complaint, world.order_facts(complaint))
        assert quoted == fees.quote(TERMS, tenths * ETHER // 10, BOUNTY)


def test_commitments_and_replaced_ones(world: World) -> None:
    organisation = world.register()
    world.stake(6)
    complaint = _disputed(world, organisation)
    world.draw(complaint)
    world.wait_for_commits(complaint)
    ballot = Ballot(world.chain_id, world.contracts[COURT], DisputeId(complaint), 0, 2)
    salt, reason = Hash32(digest("salt")), Digest(digest("reason"))
    assert commitments.commitment(keccak, ballot, BasisPoints(1234), salt, reason) == world.call(
        COURT, "commitmentOf", complaint, 0, 2, 1234, salt, reason
    )
    # Seat 0 changes its mind twice while the others commit.
    for seat, vote in ((0, 1), (1, 2000), (0, 2), (0, 3000)):
        world.commit(complaint, seat, vote)
    current = folding.case(world, complaint).round
    assert current is not None
    word = commitments.commits_word(keccak, current.commitments)
    assert word == world.call(COURT, "commits", complaint)
    with pytest.raises(Refused):
        commitments.opening(keccak, current.commitments, 2)
    world.wait_for_reveals(complaint)
    world.reveal(complaint, 0)
    world.reveal(complaint, 1)
    world.execute(complaint)
    case = folding.case(world, complaint)
    assert case.ruling is not None and case.ruling.share == 2500
    assert record.chain(keccak, case.rounds) == case.ruling.record


def test_refusals_have_codes_and_words(world: World) -> None:
    organisation = world.register()
    complaint = world.file(world.pay(organisation))
    world.acknowledge(complaint)
    with pytest.raises(ContractRefused) as twice:
        world.acknowledge(complaint)
    assert twice.value.code == "contract-already-acknowledged"
    assert twice.value.message == f"complaint {complaint} is acknowledged already"
    with pytest.raises(ContractRefused) as early:
        world.execute(complaint)
    assert early.value.code == "contract-wrong-phase"
    assert early.value.fields["phase"] == "filed"
    with pytest.raises(ContractRefused) as foreign:
        world.send(world.bystander, DESK, "offer", (complaint, 1, digest("x")))
    assert foreign.value.code == "contract-role-missing"
    assert foreign.value.fields["account"] == world.bystander.lower()
