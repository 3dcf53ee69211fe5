"""Orders in escrow, claims without one, and money that waits."""

from dapp.domain.actions import MAX_CATEGORY
from dapp.domain.case import Case
from dapp.domain.events import APPEALS, CLAIMS, COURT, ESCROW, PUBLIC, REGISTRY
from dapp.domain.intents.call import MAX_AMOUNT, Intent, check_range, order_args
from dapp.domain.parts import Order
from dapp.domain.payment import deposit_for
from dapp.domain.types import (
    ALL,
    NATIVE_COIN,
    NO_DIGEST,
    Address,
    BasisPoints,
    Digest,
    Hash32,
    OrganisationId,
    UnixTime,
    Wei,
)
from dapp.errors import InvalidInput, Refused

# The desk holds no money; only the escrow holds tokens.
_CREDITORS = (APPEALS, CLAIMS, COURT, ESCROW, PUBLIC, REGISTRY)
MAX_FREEZE_HOURS = 168


def pay(organisation: OrganisationId, version: int, ref: Hash32, amount: Wei) -> Intent:
    """Pay for an order into escrow, under the policy version that the customer saw."""
    check_range("amount", amount, 1, MAX_AMOUNT)
    return Intent(ESCROW, "pay", (organisation, version, ref), amount)


def pay_token(
    organisation: OrganisationId, version: int, token: Address, amount: int, ref: Hash32
) -> Intent:
    """Pay in a listed ERC-20, out of what the customer has approved."""
    _check_token(token, amount)
    return Intent(ESCROW, "payToken", (organisation, version, token, amount, ref))


def pay_token_with_permit(
    order: Order, amount: int, until: UnixTime, signature: tuple[int, Hash32, Hash32]
) -> Intent:
    """Pay in a listed ERC-20 with the customer's approval (ERC-2612).

    Args:
        order: what is paid; `key` is not looked at.
        amount: units of the token.
        until: the permit's own deadline.
        signature: v, r and s over the permit.
    """
    _check_token(order.token, amount)
    check_range("v", signature[0], 0, 255)
    paid = (order.organisation, order.version, order.token, amount, order.ref)
    return Intent(ESCROW, "payTokenWithPermit", (*paid, until, *signature))


def release(order: Order) -> Intent:
    """Give an order's money to the organisation: the customer, or anyone after its protection."""
    return Intent(ESCROW, "release", (order_args(order),))


def refund(order: Order) -> Intent:
    """Give an order's money back to the customer. Role money only."""
    return Intent(ESCROW, "refund", (order_args(order),))


def freeze(order: Order, hours: int) -> Intent:
    """Hold an order's payouts, once. The guardian only."""
    check_range("hours", hours, 1, MAX_FREEZE_HOURS)
    return Intent(ESCROW, "freeze", (order_args(order), hours))


def claim(
    order: Order, amount: Wei, demand: BasisPoints, category: int, digest: Digest = NO_DIGEST
) -> Intent:
    """Claim from an organisation's bond, and file the complaint; the deposit goes along.

    Args:
        order: organisation, version and reference of the claim; no more is looked at.
        amount: at most what the organisation's policy and bond allow (`claim_limit`).
        demand: the part of it that is asked for.
        category: a `Category`.
        digest: of the evidence.
    """
    check_range("amount", amount, 1, MAX_AMOUNT)
    check_range("demand", demand, 1, ALL)
    check_range("category", category, 0, MAX_CATEGORY)
    args = (order.organisation, order.version, amount, order.ref, demand, category, digest)
    return Intent(CLAIMS, "claim", args, deposit_for(amount))


def fund(case: Case, amount: Wei) -> Intent:
    """Send money along, with which the organisation can settle a claim. Anyone may."""
    _require_claim(case)
    check_range("amount", amount, 1, MAX_AMOUNT)
    return Intent(CLAIMS, "fund", (case.id,), amount)


def withdraw_funding(case: Case, to: Address) -> Intent:
    """Take back what is left of what one has sent along."""
    _require_claim(case)
    return Intent(CLAIMS, "withdrawFunding", (case.id, to))


def withdraw_credit(contract: str, to: Address) -> Intent:
    """Take out the coin that a contract could not deliver."""
    if contract not in _CREDITORS:
        raise InvalidInput(f"{contract} holds no credits", fields={"field": "contract"})
    return Intent(contract, "withdrawTo", (to,))


def withdraw_token_credit(token: Address, to: Address) -> Intent:
    """Take out the tokens that the escrow could not deliver."""
    return Intent(ESCROW, "withdrawTokenTo", (token, to))


def withdraw_organisation(
    organisation: OrganisationId, to: Address, token: Address = NATIVE_COIN
) -> Intent:
    """Take out what waits for an organisation in the escrow, in one coin. Role money only."""
    return Intent(ESCROW, "withdrawOrganisation", (organisation, token, to))


def _check_token(token: Address, amount: int) -> None:
    check_range("amount", amount, 1, MAX_AMOUNT)
    if token == NATIVE_COIN:
        raise InvalidInput("name the token to pay in", fields={"field": "token"})


def _require_claim(case: Case) -> None:
    if not case.is_claim:
        raise Refused(
            f"complaint {case.id} is about an order, whose money is in escrow",
            code="not-a-claim",
            fields={"complaint": case.id},
        )
