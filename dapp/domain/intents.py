"""What a person means to do, as the call of a contract; wrong parameters are refused in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from dapp.domain.case import Case
from dapp.domain.events import COURT, DESK, ESCROW, REGISTRY, Value
from dapp.domain.organisation import ALL_ROLES
from dapp.domain.parts import Order
from dapp.domain.policy import HOUR, Policy
from dapp.domain.position import MAX_TICKETS
from dapp.domain.rounds import Commitment
from dapp.domain.rules import MAX_CATEGORY, OFFER_STEP
from dapp.domain.types import (
    ALL,
    NO_DIGEST,
    NOTHING,
    Address,
    BasisPoints,
    Digest,
    Hash32,
    OrganisationId,
    PositionId,
    Wei,
)
from dapp.errors import InvalidInput

# The desk holds no money.
_CREDITORS = (COURT, ESCROW, REGISTRY)


@dataclass(frozen=True, slots=True)
class Intent:
    """A call that somebody may sign.

    Attributes:
        contract: its name.
        args: structs as tuples, bytes as 0x… texts.
        value: wei to send along.
    """

    contract: str
    function: str
    args: tuple[Value, ...]
    value: Wei = NOTHING


# Organisations


def register(policy: Policy, agreement: Digest) -> Intent:
    """Register an organisation with its first policy."""
    _check(policy)
    return Intent(REGISTRY, "register", (_policy(policy), agreement))


def publish_policy(organisation: OrganisationId, policy: Policy, agreement: Digest) -> Intent:
    """Publish the next version, in force after seven days."""
    _check(policy)
    return Intent(REGISTRY, "publishPolicy", (organisation, _policy(policy), agreement))


def nominate(organisation: OrganisationId, account: Address, roles: int) -> Intent:
    """Offer somebody roles in an organisation."""
    _range("roles", roles, 1, ALL_ROLES)
    return Intent(REGISTRY, "nominateOperator", (organisation, account, roles))


def accept_role(organisation: OrganisationId) -> Intent:
    """Take the roles one was nominated for."""
    return Intent(REGISTRY, "acceptOperator", (organisation,))


def remove_operator(organisation: OrganisationId, account: Address) -> Intent:
    """Take somebody's roles away, for good."""
    return Intent(REGISTRY, "removeOperator", (organisation, account))


def bond(organisation: OrganisationId, amount: Wei) -> Intent:
    """Add to an organisation's bond."""
    _range("amount", amount, 1, (1 << 96) - 1)
    return Intent(REGISTRY, "depositBond", (organisation,), amount)


# Orders


def pay(organisation: OrganisationId, version: int, ref: Hash32, amount: Wei) -> Intent:
    """Pay for an order into escrow, under the policy version that the customer saw."""
    _range("amount", amount, 1, (1 << 96) - 1)
    return Intent(ESCROW, "pay", (organisation, version, ref), amount)


def release(order: Order) -> Intent:
    """Give an order's money to the organisation."""
    return Intent(ESCROW, "release", (_order(order),))


def refund(order: Order) -> Intent:
    """Give an order's money back to the customer."""
    return Intent(ESCROW, "refund", (_order(order),))


# Complaints


def file(order: Order, demand: BasisPoints, category: int, digest: Digest) -> Intent:
    """File a complaint about an order."""
    _range("demand", demand, 1, ALL)
    _range("category", category, 0, MAX_CATEGORY)
    return Intent(DESK, "file", (_order(order), demand, category, digest))


def acknowledge(case: Case, digest: Digest = NO_DIGEST) -> Intent:
    """The organisation's first reply."""
    return Intent(DESK, "acknowledge", (case.id, digest))


def ask(case: Case, digest: Digest = NO_DIGEST) -> Intent:
    """Ask the customer for information."""
    return Intent(DESK, "ask", (case.id, digest))


def inform(case: Case, digest: Digest = NO_DIGEST) -> Intent:
    """Reply to a request for information."""
    return Intent(DESK, "inform", (case.id, digest))


def offer(case: Case, share: BasisPoints, digest: Digest = NO_DIGEST) -> Intent:
    """Offer a share; 0 rejects, once and first."""
    _range("share", share, case.offer.share + OFFER_STEP if case.offer else 0, ALL)
    return Intent(DESK, "offer", (case.id, share, digest))


def accept(case: Case, offer_number: int) -> Intent:
    """Take the offer that the customer has seen."""
    return Intent(DESK, "accept", (case.id, _order(case.order), offer_number))


def withdraw(case: Case) -> Intent:
    """Take a complaint back."""
    return Intent(DESK, "withdraw", (case.id, _order(case.order)))


def escalate(
    case: Case, offer_number: int, demand: BasisPoints, cost: Wei, digest: Digest = NO_DIGEST
) -> Intent:
    """Take a case to the court, for `cost` (see `fees.quote`)."""
    _range("demand", demand, (case.offer.share if case.offer else 0) + 1, ALL)
    args = (case.id, _order(case.order), offer_number, demand, digest)
    return Intent(DESK, "escalate", args, cost)


def execute(case: Case) -> Intent:
    """Do what is due: a default, an acceptance or withdrawal by silence, a ruling."""
    return Intent(DESK, "execute", (case.id, _order(case.order)))


def confirm(case: Case) -> Intent:
    """Say that one is satisfied."""
    return Intent(DESK, "confirm", (case.id,))


def rate(case: Case, stars: int, digest: Digest = NO_DIGEST) -> Intent:
    """Rate how a case was handled."""
    _range("stars", stars, 1, 5)
    return Intent(DESK, "rate", (case.id, stars, digest))


def evidence(case: Case, digest: Digest) -> Intent:
    """Add evidence."""
    if digest == NO_DIGEST:
        raise InvalidInput("evidence needs a digest", fields={"field": "digest"})
    return Intent(DESK, "submitEvidence", (case.id, digest))


# The court


def draw(case: Case, header: bytes) -> Intent:
    """Draw the panel; `header` is the RLP of the seed's block."""
    return Intent(COURT, "draw", (case.id, "0x" + header.hex()))


def rearm(case: Case) -> Intent:
    """Start again where nobody drew in time."""
    return Intent(COURT, "rearm", (case.id,))


def void(case: Case) -> Intent:
    """End a round in which too few revealed."""
    return Intent(COURT, "voidRound", (case.id,))


def commit(case: Case, seat: int, commitment: Hash32) -> Intent:
    """Commit a hidden vote."""
    return Intent(COURT, "commit", (case.id, seat, commitment))


def reveal(
    case: Case,
    seat: int,
    vote: BasisPoints,
    secret: tuple[Hash32, Digest],
    opening: tuple[int, Sequence[Commitment]],
) -> Intent:
    """Open a hidden vote.

    Args:
        case: whose dispute.
        seat: whose vote.
        vote: basis points.
        secret: the salt, and the digest of the reasons.
        opening: what `commitments.opening` answers for the seat.
    """
    _range("vote", vote, 0, ALL)
    prefix, later = opening
    rest = tuple((one.seat, one.value) for one in later)
    return Intent(COURT, "reveal", (case.id, seat, vote, *secret, prefix, rest))


def stake(tickets: int, ticket_wei: Wei) -> Intent:
    """Stake a new position."""
    _range("tickets", tickets, 1, MAX_TICKETS)
    return Intent(COURT, "stake", (tickets,), Wei(tickets * ticket_wei))


def exit_(position: PositionId) -> Intent:
    """Take no more seats, so as to leave."""
    return Intent(COURT, "requestExit", (position,))


def unstake(position: PositionId, to: Address) -> Intent:
    """Take the stake of a position out."""
    return Intent(COURT, "unstake", (position, to))


def withdraw_rewards(position: PositionId, to: Address) -> Intent:
    """Take out what a position holds above its stake."""
    return Intent(COURT, "withdrawRewards", (position, to))


# Money that waits


def withdraw_credit(contract: str, to: Address) -> Intent:
    """Take out what a contract could not deliver."""
    if contract not in _CREDITORS:
        raise InvalidInput(f"{contract} holds no credits", fields={"field": "contract"})
    return Intent(contract, "withdrawTo", (to,))


def withdraw_organisation(organisation: OrganisationId, to: Address) -> Intent:
    """Take out what waits for an organisation in the escrow."""
    return Intent(ESCROW, "withdrawOrganisation", (organisation, to))


def _order(order: Order) -> Value:
    return (order.organisation, order.version, order.customer, order.token, order.ref)


def _policy(policy: Policy) -> Value:
    return (
        policy.peak_mask,
        policy.acknowledge_peak_seconds,
        policy.acknowledge_off_peak_seconds,
        policy.answer_hours,
        policy.confirm_hours,
        policy.protection_hours,
        policy.track,
    )


def _check(policy: Policy) -> None:
    """The registry's own limits, so that people hear of them before they sign."""
    answer = policy.answer_hours * HOUR
    _range("peak_mask", policy.peak_mask, 0, (1 << 168) - 1)
    _range("answer_hours", policy.answer_hours, 48, 240)
    _range("acknowledge_peak_seconds", policy.acknowledge_peak_seconds, 60, answer)
    _range("acknowledge_off_peak_seconds", policy.acknowledge_off_peak_seconds, 60, answer)
    _range("confirm_hours", policy.confirm_hours, 24, (1 << 12) - 1)
    _range("protection_hours", policy.protection_hours, 24, (1 << 12) - 1)
    _range("track", policy.track, 0, 15)


def _range(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InvalidInput(
            f"{field.replace('_', ' ')} must be from {least} to {most}, not {value}",
            fields={"field": field, "value": value, "min": least, "max": most},
        )
