"""What a case is made of. Shares are basis points of the order's amount at filing."""

from dataclasses import dataclass
from enum import IntEnum

from dapp.domain.types import (
    Address,
    BasisPoints,
    Digest,
    Hash32,
    OrganisationId,
    UnixTime,
    Wei,
)


class ComplaintState(IntEnum):
    """What the desk stores (contracts/types/Complaint.sol); the clock makes a phase of it."""

    NONE = 0
    FILED = 1
    ASKED = 2
    OFFERED = 3
    ESCALATED = 4
    PAID = 5
    CONFIRMED = 6
    WITHDRAWN = 7


class Outcome(IntEnum):
    """How the money came to be divided."""

    NONE = 0
    ACCEPTED = 1
    ACCEPTED_BY_SILENCE = 2
    DEFAULTED = 3
    RULED = 4


class Category(IntEnum):
    """What a complaint is about."""

    ACCOUNT = 0
    TRANSACTION = 1
    ORDER = 2
    SECURITY = 3
    TECHNICAL = 4
    CONDUCT = 5
    FEEDBACK = 6


@dataclass(frozen=True, slots=True)
class Order:
    """What never changes about an order; the hash of the first five is its key."""

    organisation: OrganisationId
    version: int
    customer: Address
    token: Address
    ref: Hash32
    key: Hash32


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The organisation's first reply."""

    at: UnixTime
    actor: Address
    on_time: bool
    digest: Digest


@dataclass(frozen=True, slots=True)
class InfoRequest:
    """A question to the customer; the answer clock stands still until the reply."""

    at: UnixTime
    actor: Address
    deadline: UnixTime
    digest: Digest
    replied_at: UnixTime | None = None
    reply_digest: Digest | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A share offered; 0 is a rejection with reasons."""

    number: int
    share: BasisPoints
    at: UnixTime
    deadline: UnixTime
    actor: Address
    digest: Digest


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """A manifest that an event carried."""

    digest: Digest
    actor: Address
    by_customer: bool
    at: UnixTime
    event: str


@dataclass(frozen=True, slots=True)
class Escalation:
    """The customer took the case to the court.

    Attributes:
        demand: the customer's position D; `offer` the organisation's, O.
        cost: what the customer advanced.
        reserved: whether the organisation's bond holds that much.
    """

    demand: BasisPoints
    offer: BasisPoints
    cost: Wei
    reserved: bool
    at: UnixTime
    actor: Address


@dataclass(frozen=True, slots=True)
class Ruling:
    """The court's answer; if `refused`, `share` is the middle between demand and offer."""

    share: BasisPoints
    refused: bool
    record: Hash32
    cost: Wei
    at: UnixTime


@dataclass(frozen=True, slots=True)
class Payment:
    """How the order's money was divided; all of it in wei.

    Attributes:
        cost_to_customer: the part of the costs that the organisation paid the customer: out of its
            part of the order (contained in `to_customer`) and, `from_bond`, out of its bond.
    """

    outcome: Outcome
    share: BasisPoints
    to_customer: Wei
    to_organisation: Wei
    cost_to_customer: Wei
    from_bond: Wei
    at: UnixTime
    confirm_deadline: UnixTime
    order_trail: Hash32


@dataclass(frozen=True, slots=True)
class Rating:
    """One to five stars by one side."""

    by_customer: bool
    stars: int
    digest: Digest
    at: UnixTime
    actor: Address
