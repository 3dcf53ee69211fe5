"""Complaints: what the customer, the organisation and anyone may send to the desk."""

from dapp.domain import commitments, fees
from dapp.domain.actions import (
    MAX_CATEGORY,
    MAX_PLEDGE_HOURS,
    MIN_PLEDGE_HOURS,
    OFFER_STEP,
)
from dapp.domain.case import Case
from dapp.domain.events import DESK
from dapp.domain.intents.call import Intent, check_digest, check_range, order_args
from dapp.domain.parts import ComplaintState, Order, PledgeKind
from dapp.domain.types import (
    ALL,
    NO_DIGEST,
    ZERO_HASH,
    Address,
    BasisPoints,
    Digest,
    Hash32,
    Keccak,
    Wei,
)
from dapp.errors import InvalidInput, Refused


def file(order: Order, demand: BasisPoints, category: int, digest: Digest) -> Intent:
    """File a complaint about an order."""
    check_range("demand", demand, 1, ALL)
    check_range("category", category, 0, MAX_CATEGORY)
    return Intent(DESK, "file", (order_args(order), demand, category, digest))


def acknowledge(case: Case, digest: Digest = NO_DIGEST) -> Intent:
    """The organisation's first reply."""
    return Intent(DESK, "acknowledge", (case.id, digest))


def contest(case: Case) -> Intent:
    """Say that the first reply was automatic, and no answer."""
    return Intent(DESK, "contest", (case.id,))


def ask(case: Case, digest: Digest = NO_DIGEST) -> Intent:
    """Ask the customer for information."""
    return Intent(DESK, "ask", (case.id, digest))


def inform(case: Case, digest: Digest = NO_DIGEST) -> Intent:
    """Reply to a request for information."""
    return Intent(DESK, "inform", (case.id, digest))


def offer(case: Case, share: BasisPoints, digest: Digest = NO_DIGEST) -> Intent:
    """Offer a share; 0 rejects, once and first. On a claim it must have been sent along."""
    check_range("share", share, case.offer.share + OFFER_STEP if case.offer else 0, ALL)
    _require_funded(case, share)
    return Intent(DESK, "offer", (case.id, share, digest))


def pledge(
    case: Case, kind: int, due_hours: int, refund: BasisPoints, digest: Digest = NO_DIGEST
) -> Intent:
    """Promise in kind, and name the refund that is due if the promise is not kept."""
    check_range("kind", kind, min(PledgeKind), max(PledgeKind))
    check_range("due_hours", due_hours, MIN_PLEDGE_HOURS, MAX_PLEDGE_HOURS)
    check_range("refund", refund, 1, ALL)
    _require_funded(case, refund)
    return Intent(DESK, "pledge", (case.id, kind, due_hours, refund, digest))


def deliver(case: Case, digest: Digest = NO_DIGEST) -> Intent:
    """Say that a pledge is kept; the digest may hold a tracking number."""
    return Intent(DESK, "deliver", (case.id, digest))


def reopen(case: Case, digest: Digest = NO_DIGEST) -> Intent:
    """Say that it is not, or not well."""
    return Intent(DESK, "reopen", (case.id, digest))


def confirm_delivery(case: Case) -> Intent:
    """Say that it is: the money goes to the organisation."""
    return Intent(DESK, "confirmDelivery", (case.id, order_args(case.order)))


def accept(case: Case, offer_number: int) -> Intent:
    """Take the offer that the customer has seen."""
    return Intent(DESK, "accept", (case.id, order_args(case.order), offer_number))


def withdraw(case: Case, offer_number: int) -> Intent:
    """Take a complaint back, by who has seen the latest offer; 0 where there is none."""
    return Intent(DESK, "withdraw", (case.id, order_args(case.order), offer_number))


def accuse(case: Case, accusation: Hash32) -> Intent:
    """Make the complaint one about a person; see `commitments.accusation`. Nobody is named yet."""
    if accusation == ZERO_HASH:
        raise InvalidInput("an accusation needs its hash", fields={"field": "accusation"})
    return Intent(DESK, "accuse", (case.id, accusation))


def name_accused(case: Case, keccak: Keccak, account: Address, salt: Hash32) -> Intent:
    """Name who is accused, so that it can neither answer nor hear the case."""
    said = case.accusation
    if said is None or said.accusation != commitments.accusation(keccak, account, salt):
        raise InvalidInput(
            f"account and salt are not those of the accusation in complaint {case.id}",
            code="accusation-mismatch",
            fields={"field": "account", "complaint": case.id},
        )
    return Intent(DESK, "nameAccused", (case.id, account, salt))


def escalate(
    case: Case, offer_number: int, demand: BasisPoints, cost: Wei, digest: Digest = NO_DIGEST
) -> Intent:
    """Take a case to arbitrators, for `cost`.

    The house court takes exactly what `fees.quote` says; of what is sent for arbitrators outside
    the rest comes back. A claim that nobody answered can be taken there by anyone, asking for
    what was filed.
    """
    offered = case.offer.share if case.offer else 0
    unanswered = case.is_claim and case.state is not ComplaintState.OFFERED
    least, most = (case.demand, case.demand) if unanswered else (offered + 1, ALL)
    check_range("demand", demand, least, most)
    args = (case.id, order_args(case.order), offer_number, demand, digest)
    return Intent(DESK, "escalate", args, cost)


def settle(case: Case, share: BasisPoints) -> Intent:
    """Say for what share one would settle in the open round; ends the case if both say it."""
    check_range("share", share, 0, ALL)
    # Only the second word pays; until then money can still be sent along.
    if case.settlement is not None and case.settlement.share == share:
        _require_funded(case, share)
    args = (case.id, order_args(case.order), case.round_number, share)
    return Intent(DESK, "settle", args)


def execute(case: Case) -> Intent:
    """Do what is due: a default, what silence means, a broken or kept pledge, a ruling."""
    return Intent(DESK, "execute", (case.id, order_args(case.order)))


def confirm(case: Case) -> Intent:
    """Say that one is satisfied."""
    return Intent(DESK, "confirm", (case.id,))


def rate(case: Case, stars: int, digest: Digest = NO_DIGEST) -> Intent:
    """Rate how a case was handled."""
    check_range("stars", stars, 1, 5)
    return Intent(DESK, "rate", (case.id, stars, digest))


def evidence(case: Case, digest: Digest) -> Intent:
    """Add evidence."""
    check_digest("digest", digest, "evidence")
    return Intent(DESK, "submitEvidence", (case.id, digest))


def _require_funded(case: Case, share: BasisPoints) -> None:
    """Only a ruling pays from a bond: what is given of free will must have been sent along.

    Raises:
        Refused: `not-funded`; `fields` hold what is needed and what is there, in wei.
    """
    needed = fees.share_down(case.amount, share)
    if case.is_claim and case.funding.left < needed:
        raise Refused(
            f"a share of {share} basis points of claim {case.id} needs {needed} wei sent along; "
            f"there are {case.funding.left}",
            remedy="Fund the claim first",
            code="not-funded",
            fields={"complaint": case.id, "needed": needed, "funded": case.funding.left},
        )
