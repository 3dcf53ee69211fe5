"""An organisation as the registry's events tell it, and the fold that makes it."""

from collections.abc import Callable
from dataclasses import dataclass

from dapp.domain import policy, trail
from dapp.domain.changing import replace
from dapp.domain.events import ESCROW, REGISTRY, Event
from dapp.domain.policy import Policy
from dapp.domain.types import (
    NOTHING,
    Address,
    BlockNumber,
    ChainId,
    Digest,
    Hash32,
    Keccak,
    OrganisationId,
    UnixTime,
    Wei,
)

ROLE_ANSWER = 1
"""Answers complaints."""
ROLE_MONEY = 2
ROLE_ADMIN = 4
"""Policies and operators."""
ALL_ROLES = 7
BOND_PARTS = 10
"""A claim takes at most this part of what is free."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who acts, was asked to act, or has acted for an organisation.

    Attributes:
        roles: bits of `ROLE_*`; 0 before it accepts and after it was removed.
        nominated: the roles it was offered and has not accepted.
        since: the block in which it took its roles; None before that.
        until: the block in which it lost them; None while it has not.
    """

    account: Address
    roles: int
    nominated: int
    since: BlockNumber | None = None
    until: BlockNumber | None = None


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A published policy; in force from `effective_at` until the next version is."""

    version: int
    policy: Policy
    agreement: Digest
    published_at: UnixTime
    effective_at: UnixTime


@dataclass(frozen=True, slots=True)
class BondWithdrawal:
    """Announced; may leave from `ready_at` until before `lapses_at`."""

    amount: Wei
    ready_at: UnixTime
    lapses_at: UnixTime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What an organisation took out of the escrow so far, in units of one coin."""

    token: Address
    amount: int


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation.

    Attributes:
        trail: folded from the registry's events; must equal the registry's word.
        events: how many were folded.
        bond: all of it; `locked` is the part that claims hold.
        withdrawn: from the escrow, by coin.
    """

    id: OrganisationId
    chain_id: ChainId
    registered_by: Address
    registered_at: UnixTime
    trail: Hash32
    updated_block: BlockNumber
    events: int = 1
    operators: tuple[Operator, ...] = ()
    policies: tuple[PolicyVersion, ...] = ()
    bond: Wei = NOTHING
    locked: Wei = NOTHING
    withdrawal: BondWithdrawal | None = None
    withdrawn: tuple[Withdrawn, ...] = ()

    @property
    def free(self) -> Wei:
        """The part of the bond that no claim holds."""
        return Wei(self.bond - self.locked)

    def withdrawn_of(self, token: Address) -> int:
        """What it took out of the escrow in a coin so far."""
        return next((one.amount for one in self.withdrawn if one.token == token), 0)

    def claim_limit(self, at: UnixTime) -> Wei:
        """The most that a claim may ask for at `at`; zero accepts none."""
        cap = self.policy_at(at).policy.claim_cap_wei
        # A tenth of the bond stays free for costs.
        claimable = max(0, self.free - self.bond // BOND_PARTS)
        return Wei(min(cap, claimable // BOND_PARTS))

    def roles_of(self, account: Address) -> int:
        """The roles that an account has now, as bits of `ROLE_*`."""
        return next((o.roles for o in self.operators if o.account == account), 0)

    def policy_at(self, at: UnixTime) -> PolicyVersion:
        """The version in force at `at`, which is not before the registration."""
        return [version for version in self.policies if version.effective_at <= at][-1]

    def was_operator(self, account: Address, block: BlockNumber) -> bool:
        """Whether `account` was an operator as `block` began."""
        for operator in self.operators:
            if operator.account == account and operator.since is not None:
                began = operator.since < block
                return began and (operator.until is None or operator.until >= block)
        return False


def apply(before: Organisation | None, event: Event, keccak: Keccak) -> Organisation | None:
    """The organisation after an event of the registry, or a withdrawal from the escrow."""
    if event.contract == ESCROW and event.name == "OrganisationWithdrew" and before is not None:
        return _took_out(before, event)
    if event.contract != REGISTRY:
        return before
    if event.name == "OrganisationRegistered":
        return _registered(event, keccak)
    step = _STEPS.get(event.name)
    if before is None or step is None:
        return before
    return replace(
        step(before, event),
        trail=trail.fold_event(keccak, before.trail, event),
        events=before.events + 1,
        updated_block=event.block_number,
    )


def _took_out(before: Organisation, event: Event) -> Organisation:
    token = Address(event.text("token"))
    taken = Withdrawn(token, before.withdrawn_of(token) + event.integer("amount"))
    others = tuple(one for one in before.withdrawn if one.token != token)
    return replace(before, withdrawn=(*others, taken), updated_block=event.block_number)


def _registered(event: Event, keccak: Keccak) -> Organisation:
    actor = Address(event.text("actor"))
    return Organisation(
        id=OrganisationId(event.integer("organisation")),
        chain_id=event.chain_id,
        registered_by=actor,
        registered_at=event.timestamp,
        trail=trail.fold_event(keccak, None, event),
        updated_block=event.block_number,
        operators=(Operator(actor, ALL_ROLES, 0, since=event.block_number),),
    )


def _published(before: Organisation, event: Event) -> Organisation:
    version = PolicyVersion(
        version=event.integer("version"),
        policy=policy.unpack(event.integer("policy")),
        agreement=Digest(event.text("agreement")),
        published_at=event.timestamp,
        effective_at=UnixTime(event.integer("effectiveAt")),
    )
    return replace(before, policies=(*before.policies, version))


def _nominated(before: Organisation, event: Event) -> Organisation:
    account = Address(event.text("operator"))
    return _with_operator(before, Operator(account, 0, event.integer("roles")))


def _accepted(before: Organisation, event: Event) -> Organisation:
    account = Address(event.text("actor"))
    roles = event.integer("roles")
    return _with_operator(before, Operator(account, roles, 0, since=event.block_number))


def _removed(before: Organisation, event: Event) -> Organisation:
    account = Address(event.text("operator"))
    known = next(o for o in before.operators if o.account == account)
    until = None if known.since is None else event.block_number
    gone = replace(known, roles=0, nominated=0, until=until)
    return _with_operator(before, gone)


def _with_operator(before: Organisation, operator: Operator) -> Organisation:
    others = tuple(o for o in before.operators if o.account != operator.account)
    return replace(before, operators=(*others, operator))


def _deposited(before: Organisation, event: Event) -> Organisation:
    return replace(before, bond=Wei(before.bond + event.integer("amount")))


def _withdrawal_requested(before: Organisation, event: Event) -> Organisation:
    announced = BondWithdrawal(
        Wei(event.integer("amount")),
        UnixTime(event.integer("readyAt")),
        UnixTime(event.integer("lapsesAt")),
    )
    return replace(before, withdrawal=announced)


def _withdrawn(before: Organisation, event: Event) -> Organisation:
    amount = event.integer("amount")
    announced = before.withdrawal
    rest = 0 if announced is None else announced.amount - amount
    # What claims still hold stays announced.
    left = replace(announced, amount=Wei(rest)) if announced is not None and rest > 0 else None
    return replace(before, bond=Wei(before.bond - amount), withdrawal=left)


def _charged(before: Organisation, event: Event) -> Organisation:
    return replace(before, bond=Wei(before.bond - event.integer("amount")))


def _locked(before: Organisation, event: Event) -> Organisation:
    return replace(before, locked=Wei(before.locked + event.integer("amount")))


def _unlocked(before: Organisation, event: Event) -> Organisation:
    return replace(before, locked=Wei(before.locked - event.integer("amount")))


def _paid_claim(before: Organisation, event: Event) -> Organisation:
    return _charged(_unlocked(before, event), event)


_STEPS: dict[str, Callable[[Organisation, Event], Organisation]] = {
    "PolicyPublished": _published,
    "OperatorNominated": _nominated,
    "OperatorAccepted": _accepted,
    "OperatorRemoved": _removed,
    "BondDeposited": _deposited,
    "BondWithdrawalRequested": _withdrawal_requested,
    "BondWithdrawn": _withdrawn,
    "BondCharged": _charged,
    "BondLocked": _locked,
    "BondUnlocked": _unlocked,
    "BondPaid": _paid_claim,
}
