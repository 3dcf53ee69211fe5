"""OrderEscrow, by escrow.tree."""

import clock
import pytest
from case import DIGEST, Case
from clock import DAY, HOUR
from house import AGREEMENT, ETH, NOBODY, POLICY, OrderState, Phase
from refusing import refuse_money
from verdict import lower, verdict

PROTECTION = POLICY[5] * HOUR


def test_pay_reverts(house, case):
    pay, by = house.escrow.pay, house.customer
    assert verdict(pay, 1, 1, b"\1" * 32, by=by) == ("AmountInvalid", 0)
    assert verdict(pay, 2, 1, b"\1" * 32, by=by, value=1) == ("OrganisationUnknown", 2)
    assert verdict(pay, 1, 2, b"\1" * 32, by=by, value=1) == ("VersionNotCurrent", 1, 2, 1)
    found = verdict(pay, 1, 1, case.order[4], by=by, value=1)
    assert found == ("OrderExists", bytes(case.key))
    assert verdict(pay, 1, 1, case.order[4], by=house.keeper, value=1) is None


def test_pay_is_under_the_policy_in_force(house):
    done = house.registry.publishPolicy(1, POLICY, AGREEMENT, {"from": house.admin})

    def pay(version):
        return verdict(house.escrow.pay, 1, version, b"\1" * 32, by=house.customer, value=1)

    found = [(pay(1), pay(2)) for _ in clock.around(done.timestamp + 7 * DAY)]
    old, new = ("VersionNotCurrent", 1, 1, 2), ("VersionNotCurrent", 1, 2, 1)
    assert found == [(None, new), (old, None), (old, None)]


def test_pay_holds_the_money(house, case):
    assert case.facts == {
        "amount": ETH,
        "paid_at": case.paid.timestamp,
        "frozen_until": 0,
        "complaint": 0,
        "state": OrderState.HELD,
        "confirm_hours": POLICY[4],
        "protection_hours": POLICY[5],
    }
    assert house.escrow.balance() == ETH
    paid = case.paid.events["Paid"]
    assert (paid["organisation"], paid["actor"], paid["version"]) == (1, house.customer, 1)
    assert (paid["token"], paid["amount"]) == (NOBODY, ETH)


def test_an_order_that_ended_cannot_be_paid_again(house, case):
    house.escrow.release(case.order, {"from": house.customer})
    found = verdict(house.escrow.pay, 1, 1, case.order[4], by=house.customer, value=1)
    assert found == ("OrderExists", bytes(case.key))


def test_nothing_happens_to_an_order_that_is_not_held(house, case):
    key = bytes(case.key)
    stranger = (*case.order[:4], b"\7" * 32)
    for method, by in (("release", house.customer), ("refund", house.cashier)):
        found = verdict(getattr(house.escrow, method), stranger, by=by)
        assert (found[0], found[2]) == ("OrderNotHeld", OrderState.NONE)
    case.file()
    for method, by in (("release", house.customer), ("refund", house.cashier)):
        found = verdict(getattr(house.escrow, method), case.order, by=by)
        assert found == ("OrderNotHeld", key, OrderState.DISPUTED)
    case.withdraw()
    house.escrow.refund(case.order, {"from": house.cashier})
    for method, by in (("release", house.customer), ("refund", house.cashier)):
        found = verdict(getattr(house.escrow, method), case.order, by=by)
        assert found == ("OrderNotHeld", key, OrderState.REFUNDED)
    found = verdict(house.desk.file, case.order, 1, 0, DIGEST, by=house.customer)
    assert found == ("OrderNotHeld", key, OrderState.REFUNDED)


def test_anyone_releases_once_nothing_can_be_opened_any_more(house, case):
    until = case.paid.timestamp + PROTECTION + 3 * DAY
    found = []
    for _ in clock.around(until):
        found.append(verdict(house.escrow.release, case.order, by=house.keeper))
        assert verdict(house.escrow.release, case.order, by=house.customer) is None
    assert found == [("ProtectionNotOver", bytes(case.key), until, until - 1), None, None]

    house.escrow.release(case.order, {"from": house.keeper})

    assert case.facts["state"] == OrderState.RELEASED
    assert house.escrow.organisationBalance(1, NOBODY) == ETH


def test_filing_ends_with_the_protection(house, case):
    until = case.paid.timestamp + PROTECTION
    found = [
        verdict(house.desk.file, case.order, 1, 0, DIGEST, by=house.customer)
        for _ in clock.around(until)
    ]
    key = bytes(case.key)
    assert found == [None] + [("ProtectionOver", key, until, until + i) for i in (0, 1)]


def test_refund_gives_all_back(house, case):
    found = verdict(house.escrow.refund, case.order, by=house.operator)
    assert found == ("RoleMissing", 1, lower(house.operator), 2)
    before = house.customer.balance()

    house.escrow.refund(case.order, {"from": house.cashier})

    assert house.customer.balance() - before == ETH
    assert case.facts["state"] == OrderState.REFUNDED
    assert house.escrow.balance() == 0


def test_a_refused_refund_becomes_a_credit(house, case):
    escrow, customer = house.escrow, house.customer
    assert verdict(escrow.withdrawTo, customer, by=customer) == (
        "NothingToWithdraw", lower(customer),
    )  # fmt: skip
    with refuse_money(customer):
        done = escrow.refund(case.order, {"from": house.cashier})
        refused = verdict(escrow.withdrawTo, customer, by=customer)
    assert done.events["Credited"] == {"account": customer, "amount": ETH}
    assert refused == ("TransferFailed", lower(customer), ETH)
    assert escrow.credits(customer) == escrow.balance() == ETH

    before = house.keeper.balance()
    escrow.withdrawTo(house.keeper, {"from": customer})

    assert house.keeper.balance() - before == ETH
    assert escrow.credits(customer) == escrow.balance() == 0


def test_withdraw_organisation(house, case):
    escrow, by = house.escrow, house.cashier
    found = verdict(escrow.withdrawOrganisation, 1, NOBODY, house.keeper, by=house.operator)
    assert found == ("RoleMissing", 1, lower(house.operator), 2)
    found = verdict(escrow.withdrawOrganisation, 1, NOBODY, house.keeper, by=by)
    assert found == ("NothingToWithdraw", lower(by))
    escrow.release(case.order, {"from": house.customer})
    found = verdict(escrow.withdrawOrganisation, 1, NOBODY, escrow.address, by=by)
    assert found == ("TransferFailed", lower(escrow), ETH)

    before = house.keeper.balance()
    escrow.withdrawOrganisation(1, NOBODY, house.keeper, {"from": by})

    assert house.keeper.balance() - before == ETH
    assert escrow.organisationBalance(1, NOBODY) == escrow.balance() == 0


@pytest.mark.parametrize(("method", "arguments"), [("open", ()), ("close", ()), ("divide", (1, 0))])
def test_only_the_desk_touches_a_disputed_order(house, case, method, arguments):
    case.file()
    for account in (house.customer, house.admin):
        found = verdict(
            getattr(house.escrow, method), case.order, case.number, *arguments, by=account
        )
        assert found == ("OnlyDesk", lower(account))


def test_an_order_stands_for_its_own_complaint_alone(house, case):
    other = Case(house)
    case.file()
    other.file()
    found = verdict(house.desk.withdraw, case.number, other.order, 0, by=house.customer)
    assert found == ("OrderOfAnotherComplaint", bytes(other.key), case.number, other.number)
    found = verdict(house.escrow.valueOf, case.order, other.number, by=house.customer)
    assert found == ("OrderOfAnotherComplaint", bytes(case.key), other.number, case.number)


def test_a_withdrawn_complaint_leaves_the_order_as_it_was_paid(house, case):
    before = case.facts
    case.file()
    disputed = {"complaint": case.number, "state": OrderState.DISPUTED}
    assert case.facts == before | disputed

    case.withdraw()

    assert case.facts == before
    assert verdict(house.desk.file, case.order, 1, 0, DIGEST, by=house.customer) is None


# The guardian's freeze


def _freeze(house, order, hours=168, by=None):
    return verdict(house.escrow.freeze, order, hours, by=by or house.guardian)


def test_freeze_reverts(house, case):
    key = bytes(case.key)
    for account in (house.customer, house.admin, house.timelock.address):
        assert _freeze(house, case.order, by=account) == ("OnlyGuardian", lower(account))
    assert _freeze(house, case.order, 0) == ("FreezeInvalid", 0, 168)
    assert _freeze(house, case.order, 169) == ("FreezeInvalid", 169, 168)
    stranger = (*case.order[:4], b"\7" * 32)
    assert _freeze(house, stranger)[0] == "OrderNotOpen"
    assert _freeze(house, case.order, 1) is None
    done = house.escrow.freeze(case.order, 168, {"from": house.guardian})
    until = done.timestamp + 168 * HOUR
    assert case.facts["frozen_until"] == until
    assert _freeze(house, case.order) == ("FrozenBefore", key, until)
    case.file()
    assert _freeze(house, case.order) == ("FrozenBefore", key, until)
    case.withdraw()
    assert _freeze(house, case.order) == ("FrozenBefore", key, until)
    clock.to(until)
    house.escrow.refund(case.order, {"from": house.cashier})
    assert _freeze(house, case.order) == ("OrderNotOpen", key, OrderState.REFUNDED)


def test_a_freeze_holds_payouts_and_stops_no_clock(house, case):
    """A complaint is filed, answered by nobody and overdue as ever; the money waits."""
    other = Case(house)
    until = {}
    for order in (case, other):
        done = house.escrow.freeze(order.order, 100, {"from": house.guardian})
        until[order] = done.timestamp + 100 * HOUR
    filed = case.file()
    assert filed.events["Filed"]["answerDeadline"] == filed.timestamp + 48 * HOUR
    clock.to(filed.timestamp + 48 * HOUR)
    assert case.phase == Phase.OVERDUE
    execute = house.desk.execute
    found = [verdict(execute, 1, case.order, by=house.keeper) for _ in clock.around(until[case])]
    frozen = ("Frozen", bytes(case.key), until[case], until[case] - 1)
    assert found == [frozen, None, None]
    clock.to(until[other] + 1)
    assert verdict(house.escrow.release, other.order, by=house.customer) is None


def test_a_frozen_order_is_neither_released_nor_refunded(house, case):
    until = house.escrow.freeze(case.order, 1, {"from": house.guardian}).timestamp + HOUR
    found = []
    for _ in clock.around(until):
        found.append(verdict(house.escrow.release, case.order, by=house.customer))
        found.append(verdict(house.escrow.refund, case.order, by=house.cashier))
    assert found == [("Frozen", bytes(case.key), until, until - 1)] * 2 + [None] * 4


def test_a_share_above_all_is_refused_whatever_the_desk_says(house, case):
    case.file()
    found = verdict(house.escrow.divide, case.order, 1, 10_001, 0, by=house.desk.address)
    assert found == ("ShareInvalid", 10_001, 10_000)
