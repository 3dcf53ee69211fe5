"""A complaint as its events tell it; dapp/domain/fold.py makes it."""

from collections.abc import Callable
from dataclasses import dataclass

from dapp.domain.hearing import OwnerOf
from dapp.domain.parts import (
    Acknowledgement,
    Category,
    ComplaintState,
    Escalation,
    EvidenceItem,
    InfoRequest,
    Offer,
    Order,
    Outcome,
    Payment,
    Rating,
    Ruling,
)
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
    "Acknowledgement",
    "Case",
    "Category",
    "ComplaintState",
    "Context",
    "Escalation",
    "EvidenceItem",
    "InfoRequest",
    "Offer",
    "Order",
    "Outcome",
    "Payment",
    "Rating",
    "Round",
    "Ruling",
]


@dataclass(frozen=True, slots=True)
class Context:
    """What the fold takes from other subjects.

    Attributes:
        keccak: keccak-256.
        order_of: an order's facts by its key; None where its payment is not known to the reader.
        owner_of: who held a drawn position.
    """

    keccak: Keccak
    order_of: Callable[[Hash32], Order | None]
    owner_of: OwnerOf


@dataclass(frozen=True, slots=True)
class Case:
    """A complaint and what became of it. Amounts in wei, times in Unix seconds.

    Attributes:
        order_trail: the order's trail as the complaint found it.
        amount: what the shares are shares of.
        demand: the latest; `filed_demand` the first.
        answer_deadline: when silence loses; while information is asked for, when it will if the
            customer never replies.
        answer_left_seconds: how much of the answer window was left when the clock stopped.
        deadline: the end of the window that `state` names.
        evidence: every digest that an event of the desk carried.
        rounds: of the court, the current one last.
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
    escalation: Escalation | None = None
    rounds: tuple[Round, ...] = ()
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
