"""Organisations, their policies, people and bond."""

from dapp.domain.events import REGISTRY, Value
from dapp.domain.intents.call import MAX_AMOUNT, Intent, check_range
from dapp.domain.organisation import ALL_ROLES
from dapp.domain.policy import HOUR, Policy
from dapp.domain.types import Address, Digest, OrganisationId, Wei

_MAX_CONFIRM_HOURS = 30 * 24
_MAX_TRACK = 7


def register(policy: Policy, agreement: Digest) -> Intent:
    """Register an organisation with its first policy."""
    _check(policy)
    return Intent(REGISTRY, "register", (_policy(policy), agreement))


def publish_policy(organisation: OrganisationId, policy: Policy, agreement: Digest) -> Intent:
    """Publish the next version, in force after seven days. Administrators only."""
    _check(policy)
    return Intent(REGISTRY, "publishPolicy", (organisation, _policy(policy), agreement))


def nominate(organisation: OrganisationId, account: Address, roles: int) -> Intent:
    """Offer somebody roles in an organisation, once. Administrators only."""
    check_range("roles", roles, 1, ALL_ROLES)
    return Intent(REGISTRY, "nominateOperator", (organisation, account, roles))


def accept_role(organisation: OrganisationId) -> Intent:
    """Take the roles one was nominated for."""
    return Intent(REGISTRY, "acceptOperator", (organisation,))


def remove_operator(organisation: OrganisationId, account: Address) -> Intent:
    """Take somebody's nomination or roles away, for good. Administrators only."""
    return Intent(REGISTRY, "removeOperator", (organisation, account))


def bond(organisation: OrganisationId, amount: Wei) -> Intent:
    """Add to an organisation's bond. Anyone may."""
    check_range("amount", amount, 1, MAX_AMOUNT)
    return Intent(REGISTRY, "depositBond", (organisation,), amount)


def announce_bond_withdrawal(organisation: OrganisationId, amount: Wei) -> Intent:
    """Announce that bond will leave; it replaces the last announcement. Role money only."""
    check_range("amount", amount, 1, MAX_AMOUNT)
    return Intent(REGISTRY, "requestBondWithdrawal", (organisation, amount))


def withdraw_bond(organisation: OrganisationId, to: Address) -> Intent:
    """Take out what was announced, within its 30 days. Role money only."""
    return Intent(REGISTRY, "withdrawBond", (organisation, to))


def _policy(policy: Policy) -> Value:
    return (
        policy.peak_mask,
        policy.acknowledge_peak_seconds,
        policy.acknowledge_off_peak_seconds,
        policy.answer_hours,
        policy.confirm_hours,
        policy.protection_hours,
        policy.track,
        policy.claim_cap,
    )


def _check(policy: Policy) -> None:
    """The registry's own limits, so that people hear of them before they sign."""
    answer = policy.answer_hours * HOUR
    check_range("peak_mask", policy.peak_mask, 0, (1 << 168) - 1)
    check_range("answer_hours", policy.answer_hours, 48, 240)
    check_range("acknowledge_peak_seconds", policy.acknowledge_peak_seconds, 60, answer)
    check_range("acknowledge_off_peak_seconds", policy.acknowledge_off_peak_seconds, 60, answer)
    check_range("confirm_hours", policy.confirm_hours, 24, _MAX_CONFIRM_HOURS)
    check_range("protection_hours", policy.protection_hours, 24, (1 << 12) - 1)
    check_range("track", policy.track, 0, _MAX_TRACK)
    if policy.claim_cap:
        check_range("claim_cap", policy.claim_cap, 10, 99)
