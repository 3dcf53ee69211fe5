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
    PLEDGED = 8
    DELIVERED = 9


class Outcome(IntEnum):
    """How the money came to be divided."""

    NONE = 0
    ACCEPTED = 1
    ACCEPTED_BY_SILENCE = 2
    DEFAULTED = 3
    RULED = 4
    REFUSED = 5
    """The court had no ruling: the middle between demand and offer."""
    SETTLED = 6
    PLEDGE_BROKEN = 7
    """A pledge in kind was not kept in time: the refund that it named is paid."""
    PLEDGE_KEPT = 8
    """It was, by the customer's word or silence: the money is the organisation's."""


class Category(IntEnum):
    """What a complaint is about."""

    ACCOUNT = 0
    TRANSACTION = 1
    ORDER = 2
    SECURITY = 3
    TECHNICAL = 4
    CONDUCT = 5
    FEEDBACK = 6


class PledgeKind(IntEnum):
    """What an organisation promises in kind."""

    SEND_AGAIN = 1
    PUT_RIGHT = 2


@dataclass(frozen=True, slots=True)
class Order:
    """What never changes about an order; the hash of the first five is its key.

    Attributes:
        token: the coin; `NATIVE_COIN`, an ERC-20, or for a claim the contract of the claims.
        is_claim: against the bond, without an order in escrow.
    """

    organisation: OrganisationId
    version: int
    customer: Address
    token: Address
    ref: Hash32
    key: Hash32
    is_claim: bool = False


@dataclass(frozen=True, slots=True)
class Anchored:
    """How a complaint that was signed before came to the desk.

    Attributes:
        at: when its batch was put on chain; the order's protection counted as of then.
        sender: whose batch it was; `root` names the batch, `leaf` its place there.
    """

    at: UnixTime
    sender: Address
    root: Hash32
    leaf: Hash32


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The organisation's first reply.

    Attributes:
        contested_at: when the customer said that it was automatic, and no answer.
    """

    at: UnixTime
    actor: Address
    on_time: bool
    digest: Digest
    contested_at: UnixTime | None = None


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
class Pledge:
    """A promise in kind, and what became of it.

    Attributes:
        due_hours: how long after its acceptance it must be kept.
        refund: due if it is not.
        due_at: when that is; None until it is accepted.
        accepted_by: the customer, or whoever said that it was silent.
        delivered_at: when the organisation said that it had kept it.
        reopened_at: when the customer said that it had not.
    """

    kind: PledgeKind
    due_hours: int
    refund: BasisPoints
    due_at: UnixTime | None = None
    accepted_at: UnixTime | None = None
    accepted_by: Address | None = None
    delivered_at: UnixTime | None = None
    delivery: Digest | None = None
    reopened_at: UnixTime | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A share offered; 0 is a rejection with reasons, or a pledge."""

    number: int
    share: BasisPoints
    at: UnixTime
    deadline: UnixTime
    actor: Address
    digest: Digest
    pledge: Pledge | None = None

    @property
    def stands(self) -> bool:
        """Whether there is something to accept: money, or a pledge that was not broken off."""
        return self.share > 0 or (self.pledge is not None and self.pledge.reopened_at is None)


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """A manifest that an event carried.

    Attributes:
        by_customer: False also for whoever took an unanswered claim to arbitrators.
    """

    digest: Digest
    actor: Address
    by_customer: bool
    at: UnixTime
    event: str


@dataclass(frozen=True, slots=True)
class Escalation:
    """The case went to arbitrators.

    Attributes:
        demand: the customer's position D; `offer` the organisation's, O.
        terms: what was pinned: the first round's word, or a hash that names the outside dispute.
        cost: what `payer` advanced.
        is_outside: arbitrators outside have the case.
        all_costs: it left a claim unanswered, and bears them all unless it is worth nothing.
        actor: who escalated; a silent organisation's claim may be taken there by anyone.
    """

    demand: BasisPoints
    offer: BasisPoints
    terms: Hash32
    cost: Wei
    payer: Address
    is_outside: bool
    all_costs: bool
    at: UnixTime
    actor: Address


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one side would settle for while the votes of a round are not being opened."""

    by_customer: bool
    round: int
    share: BasisPoints
    at: UnixTime
    actor: Address


@dataclass(frozen=True, slots=True)
class Accusation:
    """The complaint is about a person's conduct.

    Attributes:
        accusation: the hash of account and salt.
        account: who is accused, once named.
    """

    accusation: Hash32
    at: UnixTime
    account: Address | None = None
    salt: Hash32 | None = None
    named_at: UnixTime | None = None


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
    """How the money was divided, in the order's coin.

    Attributes:
        cost_to_customer: in wei, the part of the costs that the organisation paid whoever had
            advanced them: out of its part of the order (contained in `to_customer`) and,
            `from_bond`, out of its bond.
        record: binds all that the court did; zero where it had not heard the case.
        cost: in wei, what the arbitrators were paid.
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
    record: Hash32
    cost: Wei
    actor: Address


@dataclass(frozen=True, slots=True)
class Rating:
    """One to five stars by one side."""

    by_customer: bool
    stars: int
    digest: Digest
    at: UnixTime
    actor: Address
