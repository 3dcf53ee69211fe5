"""OrganisationRegistry, by registry.tree."""

import clock
import pytest
from clock import DAY
from house import AGREEMENT, BOND, CLAIM, POLICY
from verdict import lower, verdict

FIELDS = [
    # field, its least value, its greatest
    (1, 60, 48 * 3600),
    (2, 60, 48 * 3600),
    (3, 48, 240),
    (4, 24, 4095),
    (5, 24, 4095),
    (6, 0, 7),
    (7, 10, 99),
]
# As long as the longest case at the house court: before it, then four panels' windows.
NOTICE = (18 + 28 + 74 + 7 + 120) * DAY


def _with(field: int, value: int) -> tuple:
    return tuple(value if i == field else known for i, known in enumerate(POLICY))


@pytest.mark.parametrize(("field", "least", "greatest"), FIELDS)
def test_register_reverts_when_a_field_is_out_of_range(house, field, least, greatest):
    def register(value):
        return verdict(house.registry.register, _with(field, value), AGREEMENT, by=house.keeper)

    assert register(least) is None
    assert register(greatest) is None
    above = greatest + 1
    assert register(above) == ("PolicyOutOfRange", field, above, least, greatest)
    if least:
        below = least - 1
        assert register(below) == ("PolicyOutOfRange", field, below, least, greatest)


def test_register_gives_the_next_id_and_all_roles(house):
    done = house.registry.register(POLICY, AGREEMENT, {"from": house.keeper})

    assert done.return_value == house.registry.organisationCount() == 2
    assert house.registry.rolesOf(2, house.keeper) == 7
    assert house.registry.currentVersion(2) == 1
    assert house.registry.agreement(2, 1) == "0x" + AGREEMENT.hex()
    word = house.registry.policyOf(2, 1)
    widths = (168, 20, 20, 12, 12, 12, 3, 7)
    fields = [word >> sum(widths[:i]) & (1 << width) - 1 for i, width in enumerate(widths)]
    assert tuple(fields) == POLICY
    assert word >> 254 == 0


def test_unknown_organisation_and_policy(house):
    assert verdict(house.registry.currentVersion, 9, by=house.keeper) == ("OrganisationUnknown", 9)
    assert verdict(house.registry.policyOf, 1, 2, by=house.keeper) == ("PolicyUnknown", 1, 2)


@pytest.mark.parametrize(
    ("method", "arguments", "role"),
    [
        ("publishPolicy", (POLICY, AGREEMENT), 4),
        ("nominateOperator", ("0x" + "11" * 20, 1), 4),
        ("removeOperator", ("0x" + "11" * 20,), 4),
        ("requestBondWithdrawal", (1,), 2),
        ("withdrawBond", ("0x" + "11" * 20,), 2),
    ],
)
def test_reverts_when_the_role_is_missing(house, method, arguments, role):
    for account in (house.operator, house.keeper):
        found = verdict(getattr(house.registry, method), 1, *arguments, by=account)
        assert found == ("RoleMissing", 1, lower(account), role)


def test_a_new_version_waits_seven_days(house):
    registry = house.registry
    word = registry.policyOf(1, 1)
    done = registry.publishPolicy(1, _with(3, 100), AGREEMENT, {"from": house.admin})
    due = done.timestamp + 7 * DAY

    found = []
    for _ in clock.around(due):
        again = verdict(registry.publishPolicy, 1, POLICY, AGREEMENT, by=house.admin)
        found.append((registry.currentVersion(1), again))

    assert found == [(1, ("PolicyPending", 1, 2, due)), (2, None), (2, None)]
    assert registry.policyOf(1, 1) == word != registry.policyOf(1, 2)


def test_nominate_reverts(house):
    def nominate(account, roles):
        return verdict(house.registry.nominateOperator, 1, account, roles, by=house.admin)

    assert nominate(house.keeper, 0) == ("RolesInvalid", 0)
    assert nominate(house.keeper, 8) == ("RolesInvalid", 8)
    known = ("AlreadyOperator", 1, lower(house.operator))
    assert nominate(house.operator, 1) == known
    house.registry.removeOperator(1, house.operator, {"from": house.admin})
    assert nominate(house.operator, 1) == known


def test_a_nomination_counts_once_it_is_accepted(house):
    registry, new = house.registry, house.keeper
    assert verdict(registry.acceptOperator, 1, by=new) == ("NotNominated", 1, lower(new))
    registry.nominateOperator(1, new, 3, {"from": house.admin})
    assert registry.rolesOf(1, new) == 0

    block = registry.acceptOperator(1, {"from": new}).block_number

    assert registry.rolesOf(1, new) == 3
    assert [registry.wasOperator(1, new, b) for b in (block, block + 1)] == [False, True]
    assert verdict(registry.acceptOperator, 1, by=new) == ("NotNominated", 1, lower(new))


def test_a_nomination_that_was_taken_back_is_not_given_again(house):
    registry, new = house.registry, house.keeper
    registry.nominateOperator(1, new, 1, {"from": house.admin})
    known = ("AlreadyOperator", 1, lower(new))
    assert verdict(registry.nominateOperator, 1, new, 1, by=house.admin) == known
    registry.removeOperator(1, new, {"from": house.admin})
    assert verdict(registry.acceptOperator, 1, by=new) == ("NotNominated", 1, lower(new))
    assert verdict(registry.nominateOperator, 1, new, 1, by=house.admin) == known
    assert not registry.wasOperator(1, new, clock.chain[-1].number + 1)


def test_remove_reverts(house):
    def remove(account):
        return verdict(house.registry.removeOperator, 1, account, by=house.admin)

    assert remove(house.admin) == ("CannotRemoveSelf", lower(house.admin))
    assert remove(house.keeper) == ("NotOperator", 1, lower(house.keeper))


def test_a_removed_operator_stays_excluded_from_what_was_before(house):
    registry, gone = house.registry, house.operator
    block = registry.removeOperator(1, gone, {"from": house.admin}).block_number

    assert registry.rolesOf(1, gone) == 0
    assert verdict(registry.requireRole, 1, gone, 1, by=gone)[0] == "RoleMissing"
    assert [registry.wasOperator(1, gone, b) for b in (block - 1, block)] == [True, True]
    assert not registry.wasOperator(1, gone, block + 1)
    assert not registry.wasOperator(1, house.keeper, block)


def test_deposit(house):
    deposit = house.registry.depositBond
    assert verdict(deposit, 1, by=house.keeper) == ("AmountInvalid", 0)
    assert verdict(deposit, 2, by=house.keeper, value=1) == ("OrganisationUnknown", 2)
    deposit(1, {"from": house.keeper, "value": 5})
    assert house.bond == (BOND + 5, 0)


def test_a_withdrawal_has_its_notice(house):
    registry, to = house.registry, house.keeper
    assert verdict(registry.requestBondWithdrawal, 1, BOND + 1, by=house.cashier) == (
        "BondTooSmall", 1, BOND, BOND + 1,
    )  # fmt: skip
    assert registry.bondNotice(1) == NOTICE
    registry.requestBondWithdrawal(1, 7, {"from": house.cashier})
    done = registry.requestBondWithdrawal(1, BOND, {"from": house.cashier})
    due = done.timestamp + NOTICE
    assert [int(value) for value in registry.withdrawal(1)] == [BOND, due, due + 30 * DAY]

    found = [verdict(registry.withdrawBond, 1, to, by=house.cashier) for _ in clock.around(due)]
    assert found == [("WithdrawalNotReady", 1, due, due - 1), None, None]

    before = to.balance()
    registry.withdrawBond(1, to, {"from": house.cashier})
    assert to.balance() - before == BOND
    assert house.bond == (0, 0)
    again = verdict(registry.withdrawBond, 1, to, by=house.cashier)
    assert again[:2] == ("WithdrawalNotReady", 1)


def test_an_announcement_lapses(house):
    registry, to = house.registry, house.keeper
    done = registry.requestBondWithdrawal(1, BOND, {"from": house.cashier})
    lapses = done.timestamp + NOTICE + 30 * DAY

    found = [verdict(registry.withdrawBond, 1, to, by=house.cashier) for _ in clock.around(lapses)]

    late = [("WithdrawalLapsed", 1, lapses, lapses + i) for i in (0, 1)]
    assert found == [None, *late]


def test_the_notice_is_longer_once_a_policy_names_arbitrators_outside(house):
    """An arbitrator outside may take a year; the notice counts as soon as the policy is there."""
    registry = house.registry
    registry.publishPolicy(1, _with(6, 4), AGREEMENT, {"from": house.admin})
    assert registry.bondNotice(1) == (127 + 365) * DAY
    done = registry.requestBondWithdrawal(1, 1, {"from": house.cashier})
    assert registry.withdrawal(1)[1] == done.timestamp + (127 + 365) * DAY


def test_a_withdrawal_leaves_what_claims_hold(house):
    registry, amount = house.registry, CLAIM
    registry.requestBondWithdrawal(1, BOND, {"from": house.cashier})
    clock.to(clock.now() + NOTICE)
    deposit = house.claims.depositFor(amount)
    arguments = (1, 1, amount, b"\1" * 32, 10_000, 2, b"\2" * 32)
    house.claims.claim(*arguments, {"from": house.customer, "value": deposit})
    assert house.bond == (BOND, amount)

    done = registry.withdrawBond(1, house.keeper, {"from": house.cashier})

    assert done.events["BondWithdrawn"]["amount"] == BOND - amount
    assert house.bond == (amount, amount)
    assert verdict(registry.withdrawBond, 1, house.keeper, by=house.cashier) == (
        "BondTooSmall", 1, 0, amount,
    )  # fmt: skip
    assert registry.balance() == amount


def test_a_refused_withdrawal_reverts_and_nothing_is_lost(house):
    registry = house.registry
    registry.requestBondWithdrawal(1, BOND, {"from": house.cashier})
    clock.to(clock.now() + NOTICE)

    refused = verdict(registry.withdrawBond, 1, registry.address, by=house.cashier)

    assert refused == ("TransferFailed", lower(registry), BOND)
    assert house.bond == (BOND, 0)


def test_only_the_desk_and_the_claims_charge_and_only_the_claims_lock(house):
    registry, somebody = house.registry, house.keeper
    for account in (house.admin, house.keeper):
        found = verdict(registry.charge, 1, 1, somebody, by=account)
        assert found == ("OnlyDesk", lower(account))
        arguments = {"lock": (1, 1), "unlock": (1, 1), "payLocked": (1, 1, somebody)}
        arguments["forfeit"] = (1,)
        for method, values in arguments.items():
            found = verdict(getattr(registry, method), *values, by=account)
            assert found == ("OnlyClaims", lower(account))
    found = verdict(registry.lock, 1, BOND + 1, by=house.claims.address)
    assert found == ("BondTooSmall", 1, BOND, BOND + 1)


def test_the_pause_stops_deposits_and_no_withdrawal(house):
    registry = house.registry
    assert verdict(registry.setPaused, True, by=house.admin) == (
        "OnlyGuardian", lower(house.admin),
    )  # fmt: skip
    registry.requestBondWithdrawal(1, BOND, {"from": house.cashier})
    clock.to(clock.now() + NOTICE)
    registry.setPaused(True, {"from": house.guardian})
    assert verdict(registry.depositBond, 1, by=house.keeper, value=1) == ("Paused",)
    assert verdict(registry.withdrawBond, 1, house.keeper, by=house.cashier) is None
    assert verdict(registry.publishPolicy, 1, POLICY, AGREEMENT, by=house.admin) is None
    registry.setPaused(False, {"from": house.guardian})
    assert verdict(registry.depositBond, 1, by=house.keeper, value=1) is None
