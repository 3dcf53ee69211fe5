"""OrganisationRegistry, by registry.tree."""

import clock
import pytest
from case import Case
from clock import DAY
from house import AGREEMENT, BOND, ETH, POLICY
from verdict import lower, verdict

FIELDS = [
    # field, its least value, its greatest
    (1, 60, 48 * 3600),
    (2, 60, 48 * 3600),
    (3, 48, 240),
    (4, 24, 4095),
    (5, 24, 4095),
    (6, 0, 15),
]


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
    word = house.registry.policy(2, 1)
    widths = (168, 20, 20, 12, 12, 12, 4)
    fields = [word >> sum(widths[:i]) & (1 << width) - 1 for i, width in enumerate(widths)]
    assert tuple(fields) == POLICY
    assert word >> 248 == 0


def test_unknown_organisation_and_policy(house):
    assert verdict(house.registry.currentVersion, 9, by=house.keeper) == ("OrganisationUnknown", 9)
    assert verdict(house.registry.policy, 1, 2, by=house.keeper) == ("PolicyUnknown", 1, 2)


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
    word = registry.policy(1, 1)
    done = registry.publishPolicy(1, _with(3, 100), AGREEMENT, {"from": house.admin})
    due = done.timestamp + 7 * DAY

    found = []
    for _ in clock.around(due):
        again = verdict(registry.publishPolicy, 1, POLICY, AGREEMENT, by=house.admin)
        found.append((registry.currentVersion(1), again))

    assert found == [(1, ("PolicyPending", 1, 2, due)), (2, None), (2, None)]
    assert registry.policy(1, 1) == word != registry.policy(1, 2)


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


def test_a_nomination_taken_back_and_given_again_still_excludes(house):
    registry, new = house.registry, house.keeper
    registry.nominateOperator(1, new, 1, {"from": house.admin})
    registry.removeOperator(1, new, {"from": house.admin})
    assert verdict(registry.acceptOperator, 1, by=new) == ("NotNominated", 1, lower(new))
    registry.nominateOperator(1, new, 1, {"from": house.admin})

    block = registry.acceptOperator(1, {"from": new}).block_number

    assert registry.wasOperator(1, new, block + 1)


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
    assert verdict(deposit, 1, by=house.keeper) == ("NoDeposit",)
    assert verdict(deposit, 2, by=house.keeper, value=1) == ("OrganisationUnknown", 2)
    deposit(1, {"from": house.keeper, "value": 5})
    assert house.bond == (BOND + 5, 0)


def test_a_withdrawal_waits_120_days(house):
    registry, to = house.registry, house.keeper
    assert verdict(registry.requestBondWithdrawal, 1, BOND + 1, by=house.cashier) == (
        "BondTooSmall", 1, BOND, BOND + 1,
    )  # fmt: skip
    registry.requestBondWithdrawal(1, 7, {"from": house.cashier})
    done = registry.requestBondWithdrawal(1, BOND, {"from": house.cashier})
    due = done.timestamp + 120 * DAY

    found = [verdict(registry.withdrawBond, 1, to, by=house.cashier) for _ in clock.around(due)]
    assert found == [("WithdrawalNotReady", 1, due, due - 1), None, None]

    before = to.balance()
    registry.withdrawBond(1, to, {"from": house.cashier})
    assert to.balance() - before == BOND
    assert house.bond == (0, 0)
    again = verdict(registry.withdrawBond, 1, to, by=house.cashier)
    assert again[:2] == ("WithdrawalNotReady", 1)


def test_a_withdrawal_leaves_what_cases_hold(house):
    registry = house.registry
    registry.requestBondWithdrawal(1, BOND, {"from": house.cashier})
    clock.to(clock.now() + 120 * DAY)
    case = Case(house).escalated()
    held = house.bond[1]
    assert held == case.transactions[-1].events["Escalated"]["cost"] > 0

    done = registry.withdrawBond(1, house.keeper, {"from": house.cashier})

    assert done.events["BondWithdrawn"]["amount"] == BOND - held
    assert house.bond == (held, held)
    assert verdict(registry.withdrawBond, 1, house.keeper, by=house.cashier) == (
        "BondTooSmall", 1, 0, held,
    )  # fmt: skip
    assert registry.balance() == held


def test_a_refused_withdrawal_reverts_and_nothing_is_lost(house):
    registry = house.registry
    registry.requestBondWithdrawal(1, BOND, {"from": house.cashier})
    clock.to(clock.now() + 120 * DAY)

    refused = verdict(registry.withdrawBond, 1, registry.address, by=house.cashier)

    assert refused == ("TransferFailed", lower(registry), BOND)
    assert house.bond == (BOND, 0)


def test_only_the_desk_reserves_and_settles(house):
    for account in (house.admin, house.keeper):
        assert verdict(house.registry.reserve, 1, 1, by=account) == ("OnlyDesk", lower(account))
        found = verdict(house.registry.settle, 1, 0, ETH, account, by=account)
        assert found == ("OnlyDesk", lower(account))
