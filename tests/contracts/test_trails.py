"""Trails: folding the raw logs in Python gives the words on chain, for every subject there is."""

import clock
import pytest
from batches import anchor, complaint, leaf
from case import DIGEST, SALT, Case, Claim, accusation
from folds import check, court_record, fold, logs, order_trail
from house import ETH, POLICY


def test_a_whole_dispute(house):
    case = Case(house)
    paid = order_trail(house, case)
    assert paid == bytes(house.escrow.orderTrail(case.order))
    case.file()
    assert bytes(case.events("Filed")[0]["orderTrail"]) == paid
    case.acknowledge()
    case.ask()
    house.desk.submitEvidence(1, DIGEST, {"from": house.customer})
    case.inform()
    case.offer(0)
    case.offer(4000)
    assert bytes(house.escrow.orderTrail(case.order)) == paid
    case.escalate(8000, offer_number=2)
    house.desk.submitEvidence(1, SALT, {"from": house.operator})
    case.vote([5000, None, None])
    case.void()
    case.decided([5000, 6000, 7000])
    ruled = case.execute().events
    assert bytes(ruled["Executed"]["record"]) == court_record(house, 1)
    assert bytes(ruled["Executed"]["orderTrail"]) == bytes(32)
    assert order_trail(house, case) == paid
    assert house.escrow.orderTrail(case.order) == "0x" + "00" * 32
    house.desk.confirm(1, {"from": house.customer})
    house.desk.rate(1, 5, DIGEST, {"from": house.customer})
    house.desk.rate(1, 4, bytes(32), {"from": house.operator})
    check(house, [case])


def test_every_other_end_of_a_complaint(house):
    silent, accepted, lapsed, rejected, withdrawn, nobody = (Case(house) for _ in range(6))
    cases = [silent, accepted, lapsed, rejected, withdrawn, nobody]
    for case in cases:
        case.file(demand=7000)
    accepted.offer(3000)
    accepted.accept()
    lapsed.offer(3000)
    rejected.offer(0)
    withdrawn.withdraw()
    nobody.offer(0)
    for position, owner in enumerate(house.arbitrators):
        house.court.requestExit(position, {"from": owner})
    nobody.escalate(9000)
    nobody.draw()
    clock.to(clock.now() + 8 * clock.DAY)
    for case in (silent, lapsed, rejected, nobody):
        case.execute()
    check(house, cases)
    assert bytes(nobody.events("Executed")[0]["record"]) == court_record(house, nobody.number)
    for case in (rejected, withdrawn):
        assert order_trail(house, case) == bytes(house.escrow.orderTrail(case.order))


def test_a_seven_seat_record_with_replacements(house):
    case = Case(house, amount=2 * ETH).escalated()
    case.draw()
    clock.to(case.round.commit_opens)
    for seat in (4, 4, 0, 1, 4, 2, 3, 5):
        case.commit(seat, 5000)
    clock.to(case.round.commit_ends)
    for seat in (5, 0, 4, 3, 2):
        case.reveal(seat, 5000)
    clock.to(case.round.appeal_ends)
    said = case.execute().events["Executed"]
    assert bytes(said["record"]) == court_record(house, 1)
    check(house, [case])


def test_two_void_rounds(house):
    case = Case(house).escalated()
    for _ in range(2):
        case.vote([5000, None, None])
        case.void()
    said = case.execute().events["Executed"]
    assert bytes(said["record"]) == court_record(house, 1)
    check(house, [case])


def test_an_appealed_dispute_with_a_leak(house):
    """One link for each round: void, appealed from, and the last."""
    case = Case(house).escalated().vote([5000, None, None])
    case.void()
    case.draw()
    clock.to(case.round.commit_opens)
    for seat, vote in enumerate((5000, 6000, 7000)):
        if seat == 2:
            house.court.reportLeak(1, case.opening(1, 6000), {"from": house.keeper})
        case.commit(seat, vote)
    clock.to(case.round.commit_ends)
    for seat, vote in ((0, 5000), (2, 7000)):
        case.reveal(seat, vote)
    case.appeal(higher=True)
    case.decided([9000] * 6 + [None])
    said = case.execute().events["Executed"]
    assert bytes(said["record"]) == court_record(house, 1)
    check(house, [case])


@pytest.mark.parametrize("appealed", [False, True])
def test_a_settled_dispute(house, appealed):
    case = Case(house).escalated()
    if appealed:
        case.vote([5000] * 3)
        case.appeal(higher=False)
    number = case.round.number
    case.draw()
    clock.to(case.round.commit_opens)
    case.commit(1, 5000)
    case.settle(100, house.operator, number)
    said = case.settle(100, house.customer, number).events["Executed"]
    assert bytes(said["record"]) == court_record(house, 1)
    check(house, [case])


def test_pledges_and_conduct(house):
    kept, broken, reopened = (Case(house) for _ in range(3))
    me = {"from": house.customer}
    for case in (kept, broken, reopened):
        case.file()
        case.pledge(5000)
        case.accept()
    kept.deliver()
    reopened.deliver()
    house.desk.confirmDelivery(kept.number, kept.order, me)
    house.desk.reopen(reopened.number, DIGEST, me)
    house.desk.contest(reopened.number, me)
    house.desk.accuse(reopened.number, accusation(house.operator, SALT), me)
    house.desk.nameAccused(reopened.number, house.operator, SALT, me)
    clock.to(clock.now() + 2 * clock.DAY)
    broken.execute()
    check(house, [kept, broken, reopened])


def test_claims(house):
    """A claim's trail begins with Claimed, and the complaint's takes over its Split."""
    withdrawn, accepted, ruled = (Claim(house) for _ in range(3))
    for case, demand in ((withdrawn, 1000), (accepted, 2000), (ruled, 10_000)):
        case.amount = case.amount // 2
        case.deposit = int(house.claims.depositFor(case.amount))
        case.file(demand)
    accepted.fund(accepted.amount)
    accepted.offer(10_000)
    ruled.offer(0)
    withdrawn.withdraw()
    accepted.accept()
    ruled.escalate(10_000)
    ruled.decided([10_000] * 3).execute()
    cases = [withdrawn, accepted, ruled]
    check(house, cases)
    for case in cases:
        key = int.from_bytes(bytes(case.key), "big")
        about = [e for e in logs(house.claims) if e[1].get("key") == bytes(case.key)]
        trail = fold(house.claims, key, about)
        filed = bytes(case.events("Filed")[0]["orderTrail"])
        assert fold(house.claims, key, about[:1]) == filed
        if case is withdrawn:
            assert trail == bytes(house.claims.claimTrail(case.order))
        else:
            assert trail == bytes(case.events("Executed")[0]["orderTrail"])
            assert bytes(house.claims.claimTrail(case.order)) == bytes(32)


def test_a_complaint_that_was_anchored(house):
    """How it came to the desk is in its trail, right after the filing."""
    case = Case(house)
    one = complaint(case)
    anchor(house, house.keeper, leaf(house, one))
    done = house.anchor.open(one, house.keeper, [], b"", {"from": house.customer})
    case.number = done.events["Filed"]["complaint"]
    whole = [e for e in logs(house.desk) if e[1].get("complaint") == case.number]
    assert [entry["name"] for entry, _, _ in whole] == ["Filed", "FiledAnchored"]
    assert fold(house.desk, case.number, whole[:1]) != bytes(house.desk.trail(case.number))
    case.offer(5000)
    case.accept()
    check(house, [case])


def test_a_frozen_order(house):
    case = Case(house)
    house.escrow.freeze(case.order, 1, {"from": house.guardian})
    assert order_trail(house, case) == bytes(house.escrow.orderTrail(case.order))
    case.file()
    assert bytes(case.events("Filed")[0]["orderTrail"]) == order_trail(house, case)
    case.offer(5000)
    clock.to(clock.now() + 3600)
    case.accept()
    assert bytes(case.events("Executed")[0]["orderTrail"]) == order_trail(house, case)
    check(house, [case])


def test_orders_without_a_complaint(house):
    released, refunded = Case(house), Case(house)
    house.escrow.release(released.order, {"from": house.customer})
    house.escrow.refund(refunded.order, {"from": house.cashier})
    for case in (released, refunded):
        assert order_trail(house, case) == bytes(house.escrow.orderTrail(case.order))


def test_an_organisations_whole_life(house):
    """Policy, operators, bond, claims, charge: each is folded."""
    registry = house.registry
    registry.publishPolicy(1, POLICY, DIGEST, {"from": house.admin})
    registry.nominateOperator(1, house.arbitrators[0], 3, {"from": house.admin})
    registry.removeOperator(1, house.arbitrators[0], {"from": house.admin})
    registry.removeOperator(1, house.operator, {"from": house.admin})
    registry.nominateOperator(1, house.keeper, 7, {"from": house.admin})
    registry.acceptOperator(1, {"from": house.keeper})
    registry.depositBond(1, {"from": house.keeper, "value": 9})
    registry.requestBondWithdrawal(1, 9, {"from": house.cashier})
    cases = []
    for kind, share in ((Claim, 6000), (Case, 10_000)):
        case = kind(house)
        case.file()
        house.desk.offer(case.number, 0, DIGEST, {"from": house.keeper})
        case.escalate(10_000)
        case.decided([share] * 3).execute()
        cases.append(case)
    clock.to(clock.now() + registry.bondNotice(1))
    registry.withdrawBond(1, house.keeper, {"from": house.cashier})
    names = {entry["name"] for entry, _, _ in logs(registry)}
    entries = {e["name"] for e in registry.abi if e["type"] == "event"}
    apart = {"Credited", "CreditWithdrawn", "PauseSet", "NoncesCancelled", "ActionFailed"}
    assert names == entries - apart - {"EIP712DomainChanged"}
    check(house, cases)


def test_nothing_can_be_left_out_or_changed(house):
    case = Case(house)
    case.file()
    case.acknowledge()
    case.offer(4000)
    whole = [e for e in logs(house.desk) if e[1].get("complaint") == 1]
    word = bytes(house.desk.trail(1))
    assert fold(house.desk, 1, whole) == word
    for missing in range(len(whole)):
        assert fold(house.desk, 1, whole[:missing] + whole[missing + 1 :]) != word
    swapped = [whole[0], whole[2], whole[1]]
    assert fold(house.desk, 1, swapped) != word
    entry, values, when = whole[2]
    assert fold(house.desk, 1, [*whole[:2], (entry, values | {"share": 4001}, when)]) != word
    assert fold(house.desk, 1, [*whole[:2], (entry, values, when + 1)]) != word
