"""Claims, freezes, appeals, keys and arbitrators outside in the index, beside the contracts."""

from dataclasses import replace

from dapp.audit.case import differences
from dapp.chain.keccak import keccak
from dapp.domain.case import Case
from dapp.domain.events import (
    APPEALS,
    CLAIMS,
    COURT,
    DESK,
    ESCROW,
    KEYS,
    OUTSIDE,
    PUBLIC,
    REGISTRY,
)
from dapp.domain.parts import Outcome
from dapp.domain.policy import FIRST_OUTSIDE_TRACK
from dapp.domain.public import FIRST_PUBLIC_DISPUTE
from dapp.domain.types import ComplaintId, DisputeId, Hash32, OrganisationId
from tests.indexing import Indexed
from tests.world import DAYS, ETHER, HOURS, POLICY, digest


def test_claims_equal_chain(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    world.bond(organisation, 10 * ETHER)
    world.stake(6)
    settled = world.claim(organisation)
    world.fund(settled, ETHER // 5)
    world.offer(settled, 5000)
    world.accept(settled)
    args = (settled, world.bystander)
    world.send(world.organisation, CLAIMS, "withdrawFunding", args)
    ruled = world.claim(organisation)
    world.warp(72 * HOURS)
    world.escalate(ruled, offer=0)
    world.draw(ruled)
    world.vote(ruled, [4000, 5000, 6000])
    world.execute(ruled)
    withdrawn = world.claim(organisation)
    world.withdraw(withdrawn)
    held = world.claim(organisation)
    world.fund(held, ETHER // 100, payer=world.bystander)
    indexed.index()

    for number in (settled, ruled, withdrawn, held):
        assert _differences(indexed, number) == []
        case = _case(indexed, number)
        sent = sum(one.amount for one in case.funding.sent)
        assert (sent, case.funding.left) == world.call(CLAIMS, "funding", number)
    key = _case(indexed, held).order.key
    paid = indexed.ask(lambda q: q.order(key))
    assert paid is not None and paid.paid.claim is not None
    assert paid.paid.trail == world.call(CLAIMS, "claimTrail", world.order_facts(held))
    _organisation_equals_chain(indexed, organisation)
    _rebuilt_and_indexed_again(indexed)


def test_a_freeze_is_every_complaints_about_the_order(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    order = world.pay(organisation)
    before = world.file(order)
    world.withdraw(before)
    indexed.index()
    snapshot = world.rpc("evm_snapshot")
    world.freeze(order)
    after = world.file(order)
    indexed.index()
    frozen = _case(indexed, after).frozen_until
    assert frozen is not None and frozen > world.now() + 99 * HOURS
    assert _case(indexed, before).frozen_until == frozen
    assert _differences(indexed, after) == []
    _rebuilt_and_indexed_again(indexed)
    # Gone again, though the first complaint itself has no event above the fork.
    assert world.rpc("evm_revert", snapshot) is True
    world.warp(60)
    indexed.index()
    assert _case(indexed, before).frozen_until is None
    _rebuilt_and_indexed_again(indexed)


def test_an_appeal_equals_chain(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    world.bond(organisation)
    world.stake(16, tickets=4)
    number = world.file(world.pay(organisation))
    world.offer(number, 2000)
    world.escalate(number)
    world.wait_for_commits(number)
    world.commit_drawing(number, 1, 5000)
    world.commit(number, 0, 2000)
    world.commit(number, 2, 5200)
    world.reveal_batch(number, [0, 1, 2])
    world.contribute(number, False, world.customer, ETHER // 1000)
    world.appeal(number, True)
    world.draw(number)
    world.wait_for_commits(number)
    for seat in range(6):
        world.commit(number, seat, 8000)
    world.report_leak(number, 3)
    world.wait_for_reveals(number)
    world.reveal_batch(number, [0, 1, 2, 4, 5])
    world.execute(number)
    world.send(world.bystander, APPEALS, "withdrawShare", (number, 0, True))
    world.send(world.bystander, APPEALS, "refund", (number, 0, False, world.customer))
    indexed.index()

    case = _case(indexed, number)
    assert _differences(indexed, number) == []
    assert [one.number for one in case.rounds] == [0, 3]
    assert case.ruling is not None and case.ruling.share == 8000
    for is_higher in (True, False):
        pot = case.appeals[0].pot(is_higher)
        assert (pot.raised, pot.shared) == world.call(APPEALS, "pot", number, 0, is_higher)
        for one in pot.contributions:
            facts = (one.amount, one.taken, one.refunded)
            assert facts == world.call(APPEALS, "contribution", number, 0, is_higher, one.payer)
    assert case.rounds[1].seats[3].leak_taken_wei > 0
    _positions_equal_chain(indexed)
    _rebuilt_and_indexed_again(indexed)


def test_settlements_pledges_and_accusations_equal_chain(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    world.stake(5)
    args = (organisation, world.operator, 1)
    world.send(world.organisation, REGISTRY, "nominateOperator", args)
    world.send(world.operator, REGISTRY, "acceptOperator", (organisation,))
    kept, broken, settled = (world.file(world.pay(organisation)) for _ in range(3))
    for number in (kept, broken):
        world.pledge(number)
        world.accept(number)
    world.deliver(kept, digest("tracking number"))
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
    indexed.index()

    outcomes = {Outcome.PLEDGE_KEPT: kept, Outcome.PLEDGE_BROKEN: broken, Outcome.SETTLED: settled}
    for outcome, number in outcomes.items():
        paid = _case(indexed, number).payment
        assert paid is not None and paid.outcome is outcome
        assert _differences(indexed, number) == []
    accusation = _case(indexed, settled).accusation
    assert accusation is not None and accusation.account == world.operator
    _organisation_equals_chain(indexed, organisation)
    _positions_equal_chain(indexed)
    _rebuilt_and_indexed_again(indexed)


def test_arbitrators_outside_and_public_disputes_equal_chain(indexed: Indexed) -> None:
    world = indexed.world
    world.stake(6)
    world.list_house()
    organisation = world.register(replace(POLICY, track=FIRST_OUTSIDE_TRACK))
    number, waiting = (world.file(world.pay(organisation)) for _ in range(2))
    for one in (number, waiting):
        world.offer(one, 1000)
        world.escalate(one)
    public = FIRST_PUBLIC_DISPUTE + 1
    world.draw(public)
    world.vote(public, [3, 3, 4])
    world.wait_for_ruling(public)
    indexed.index()
    snapshot = world.rpc("evm_snapshot")
    world.send(world.bystander, PUBLIC, "executeRuling", (public,))
    indexed.index()
    case = _case(indexed, number)
    assert case.outside is not None and case.outside.choice == 3

    # The ruling names the complaint by the arbitrator's number alone, and goes with its block.
    assert world.rpc("evm_revert", snapshot) is True
    world.warp(60)
    indexed.index()
    case = _case(indexed, number)
    assert case.outside is not None and case.outside.choice is None
    world.send(world.bystander, PUBLIC, "executeRuling", (public,))
    world.execute(number)
    indexed.index()

    case = _case(indexed, number)
    assert case.ruling is not None and (case.ruling.share, case.ruling.refused) == (5000, False)
    assert _case(indexed, waiting).outside != case.outside
    assert _differences(indexed, number) == []
    assert "Ruling" in [one.name for one in indexed.ask(lambda q: q.timeline(case.id))]
    found = indexed.ask(lambda q: q.public_dispute(DisputeId(public)))
    assert found is not None and found.arbitrable == world.contracts[OUTSIDE]
    assert (found.ruling, found.choices, found.is_delivered) == (3, 5, True)
    assert [seat.owner for seat in found.rounds[0].seats] == [
        world.seat_owner(public, seat) for seat in range(3)
    ]
    _positions_equal_chain(indexed)
    _rebuilt_and_indexed_again(indexed)


def test_keys_equal_chain(indexed: Indexed) -> None:
    world = indexed.world
    world.stake(1)
    owner, key = world.arbitrators[0], world.accounts[20]
    world.send(owner, COURT, "setVotingKey", (0, 3, key))
    for version, value in ((1, digest("first")), (5, digest("second"))):
        world.send(world.customer, KEYS, "setKey", (version, value))
    world.send(world.other_customer, KEYS, "setKey", (1, digest("theirs")))
    world.send(world.other_customer, KEYS, "setKey", (2, "0x" + "00" * 32))
    indexed.index()
    found = indexed.ask(lambda q: q.key(world.customer))
    assert found is not None
    assert (found.version, found.key) == world.call(KEYS, "keys", world.customer)
    gone = indexed.ask(lambda q: q.key(world.other_customer))
    assert gone is not None and gone.key is None
    assert indexed.ask(lambda q: q.key(world.bystander)) is None
    voted = indexed.ask(lambda q: q.positions_voted_by(key))
    assert [one.position.owner for one in voted] == [owner]
    assert indexed.ask(lambda q: q.positions(key)) == []
    _rebuilt_and_indexed_again(indexed)


def _case(indexed: Indexed, number: int) -> Case:
    case = indexed.ask(lambda q: q.case(ComplaintId(number)))
    assert case is not None
    return case


def _differences(indexed: Indexed, number: int) -> list[object]:
    events = indexed.ask(lambda q: q.timeline(ComplaintId(number)))
    on_chain = indexed.world.call(DESK, "trail", number)
    assert _case(indexed, number).trail == on_chain
    return list(differences(events, on_chain, keccak))


def _organisation_equals_chain(indexed: Indexed, organisation: OrganisationId) -> None:
    row = indexed.ask(lambda q: q.organisation(organisation))
    assert row is not None
    found, call = row.organisation, indexed.world.call
    assert found.trail == call(REGISTRY, "trail", organisation)
    assert (found.bond, found.locked) == call(REGISTRY, "bond", organisation)
    for one in row.balances:
        assert one.amount == call(ESCROW, "organisationBalance", organisation, one.token)


def _positions_equal_chain(indexed: Indexed) -> None:
    staked = indexed.ask(lambda q: q.arbitrators(None, 100)).items
    assert staked
    for row in staked:
        word = indexed.world.call(COURT, "positions", row.position.id)
        assert row.balance == (word >> 208) * 10**9
        assert row.open_seats == word >> 168 & 0xFF


def _rebuilt_and_indexed_again(indexed: Indexed) -> None:
    """The read model is the same, byte for byte, however it came about."""
    status = indexed.ask(lambda q: q.status())
    assert (status.mismatches, status.unverified, status.unknown_logs) == ((), 0, 0)
    before = indexed.read_model()
    indexed.rebuild()
    assert indexed.read_model() == before
    for statement in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public"):
        indexed.sql(statement)
    indexed.index()
    assert indexed.read_model() == before
