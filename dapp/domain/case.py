"""A complaint as its events tell it; dapp/domain/fold.py makes it."""

from collections.abc import Callable
from dataclasses import dataclass

from dapp.domain.appeals import AppealLevel
from dapp.domain.funding import NO_FUNDING, Funding
from dapp.domain.hearing import OwnerOf
from dapp.domain.outside import OutsideCase
from dapp.domain.parts import (
    Accusation,
    Acknowledgement,
    Anchored,
    Category,
    ComplaintState,
    Escalation,
    EvidenceItem,
    InfoRequest,
    Offer,
    Order,
    Outcome,
    Payment,
    Pledge,
    PledgeKind,
    Rating,
    Ruling,
    Settlement,
)
from dapp.domain.payment import PaidOrder
from dapp.domain.policy import Policy
from dapp.domain.rounds import Round
from dapp.domain.types import (
    Address,
    BasisPoints,
    BlockNumber,
    ChainId,
    ComplaintId,
    Hash32,
    Keccak,
    OrganisationId,
    UnixTime,
    Wei,
)

__all__ = [
    "Accusation",
    "Acknowledgement",
    "Anchored",
    "AppealLevel",
    "Case",
    "Category",
    "ComplaintState",
    "Context",
    "Escalation",
    "EvidenceItem",
    "Funding",
    "InfoRequest",
    "Offer",
    "Order",
    "Outcome",
    "OutsideCase",
    "Payment",
    "Pledge",
    "PledgeKind",
    "Rating",
    "Round",
    "Ruling",
    "Settlement",
]


@dataclass(frozen=True, slots=True)
class Context:
    """What the fold takes from other subjects.

    Attributes:
        keccak: keccak-256.
        order_of: an order or claim by its key; None where its payment is not known to the reader.
        owner_of: who held a drawn position.
    """

    keccak: Keccak
    order_of: Callable[[Hash32], PaidOrder | None]
    owner_of: OwnerOf


@dataclass(frozen=True, slots=True)
class Case:
    """A complaint and what became of it. Amounts in the order's coin, times in Unix seconds.

    Attributes:
        order_trail: the order's trail as the complaint found it.
        amount: what the shares are shares of.
        demand: the latest; `filed_demand` the first.
        answer_deadline: when silence loses; while information is asked for, when it will if the
            customer never replies.
        answer_left_seconds: how much of the answer window was left when the clock stopped.
        deadline: the end of the window that `state` names.
        evidence: every digest that an event of the desk carried.
        frozen_until: the guardian holds the order's payouts until then.
        accusation: whom the complaint accuses, if it is about a person's conduct.
        rounds: of the house court, the current one last; those that were re-armed before anybody
            was drawn are left out.
        outside: the dispute at arbitrators outside.
        appeals: what was paid for appeals, by level.
        settlements: what the sides would have settled for, in order.
        funding: money sent along, with which a claim may be settled.
        anchored: where it was signed before, and put on chain with others.
        trail: folded from the events; must equal the desk's word.
        events: how many were folded.
    """

    id: ComplaintId
    chain_id: ChainId
    customer: Address
    organisation: OrganisationId
    order: Order
    order_trail: Hash32
    policy: Policy
    amount: Wei
    demand: BasisPoints
    filed_demand: BasisPoints
    category: Category
    filed_at: UnixTime
    acknowledge_deadline: UnixTime
    answer_deadline: UnixTime
    state: ComplaintState
    deadline: UnixTime
    trail: Hash32
    updated_block: BlockNumber
    events: int = 1
    answer_left_seconds: int = 0
    acknowledgement: Acknowledgement | None = None
    asks: tuple[InfoRequest, ...] = ()
    offers: tuple[Offer, ...] = ()
    evidence: tuple[EvidenceItem, ...] = ()
    frozen_until: UnixTime | None = None
    accusation: Accusation | None = None
    escalation: Escalation | None = None
    rounds: tuple[Round, ...] = ()
    outside: OutsideCase | None = None
    appeals: tuple[AppealLevel, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    funding: Funding = NO_FUNDING
    anchored: Anchored | None = None
    ruling: Ruling | None = None
    payment: Payment | None = None
    confirmed_at: UnixTime | None = None
    withdrawn_at: UnixTime | None = None
    ratings: tuple[Rating, ...] = ()

    @property
    def offer(self) -> Offer | None:
        """The latest offer."""
        return self.offers[-1] if self.offers else None

    @property
    def round(self) -> Round | None:
        """The current round."""
        return self.rounds[-1] if self.rounds else None

    @property
    def pledge(self) -> Pledge | None:
        """The pledge that the latest offer is, if it is one."""
        return self.offer.pledge if self.offer else None

    @property
    def is_claim(self) -> bool:
        """Whether it is about the bond, without an order in escrow."""
        return self.order.is_claim

    @property
    def round_number(self) -> int:
        """The number of the open round, which a settlement names; 0 at arbitrators outside."""
        return self.round.number if self.round else 0

    @property
    def settlement(self) -> Settlement | None:
        """What one side has said that it would settle for in the open round."""
        latest = self.settlements[-1] if self.settlements else None
        return latest if latest is not None and latest.round == self.round_number else None
