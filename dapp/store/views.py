"""What the queries answer with."""

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from dapp.domain.case import Case
from dapp.domain.organisation import Organisation
from dapp.domain.parts import ComplaintState
from dapp.domain.payment import OrderState, PaidOrder
from dapp.domain.position import Position
from dapp.domain.proof import Level
from dapp.domain.types import (
    NATIVE_COIN,
    Address,
    BlockNumber,
    ChainId,
    ComplaintId,
    Hash32,
    OrganisationId,
    PositionId,
    UnixTime,
    Wei,
)

Item = TypeVar("Item")
Finality = Literal["latest", "finalized"]


@dataclass(frozen=True, slots=True)
class Head:
    """The last block that the read model holds.

    Attributes:
        indexed_at: our clock, in Unix seconds with fractions, when the block was stored.
        finalized_block: the highest one that the node says is final; 0 where it does not say.
        level: what the logs of all blocks rest on at the least.
        halted: why nothing is indexed any more.
    """

    chain_id: ChainId
    block_number: BlockNumber
    block_hash: Hash32
    timestamp: UnixTime
    indexed_at: float
    finalized_block: BlockNumber
    level: Level = Level.RECEIPTS
    halted: str | None = None

    @property
    def finality(self) -> Finality:
        """Whether the head itself is final."""
        return self.finality_of(self.block_number)

    def finality_of(self, block: BlockNumber) -> Finality:
        """Whether a stored block is final."""
        return "finalized" if block <= self.finalized_block else "latest"


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Part of a list; `cursor` asks for the next part and is None at the end."""

    items: tuple[Item, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases; what is None or empty does not filter."""

    states: frozenset[ComplaintState] = frozenset()
    organisation: OrganisationId | None = None
    customer: Address | None = None
    arbitrator: Address | None = None
    order: Hash32 | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """The latest comparison of a case's fold with the word on chain."""

    block_number: BlockNumber
    matches: bool
    folded: Hash32
    on_chain: Hash32


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case and its latest verification; None before the first."""

    case: Case
    verification: Verification | None


@dataclass(frozen=True, slots=True)
class Balance:
    """What waits for an organisation in the escrow, in units of one coin."""

    token: Address
    amount: int


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation and what its cases and orders say about it.

    Attributes:
        balances: what waits for it in the escrow, by coin; none of nothing.
        complaints: how many were ever filed; `open_complaints` of them are not paid or withdrawn.
    """

    organisation: Organisation
    balances: tuple[Balance, ...]
    complaints: int
    open_complaints: int

    @property
    def balance(self) -> Wei:
        """What waits for it in the native coin."""
        return Wei(self.balance_of(NATIVE_COIN))

    def balance_of(self, token: Address) -> int:
        """What waits for it in a coin."""
        return next((one.amount for one in self.balances if one.token == token), 0)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order and where it stands, counting complaints.

    Attributes:
        complaint: the one that is open about it, or that split it, or the latest withdrawn one.
    """

    paid: PaidOrder
    state: OrderState
    complaint: ComplaintId | None


@dataclass(frozen=True, slots=True)
class PositionRow:
    """A stake.

    Attributes:
        balance: stake, pay, bounties and penalties, less what was withdrawn, in wei.
        open_seats: seats of rounds that are not settled, of public disputes as well.
    """

    position: Position
    balance: Wei
    open_seats: int


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A seat somebody was drawn into; `case.rounds` has the rest by `round` and `number`."""

    case: Case
    round: int
    number: int
    position: PositionId


@dataclass(frozen=True, slots=True)
class Credit:
    """Money that a contract could not deliver and holds for `account`, in units of a coin."""

    contract: str
    account: Address
    token: Address
    amount: int


@dataclass(frozen=True, slots=True)
class Status:
    """How the index stands.

    Attributes:
        head: None before the first block.
        complaints: how many are indexed.
        complaints_on_chain: how many the desk had counted when it was last asked.
        mismatches: complaints whose fold is not the word on chain: something is missing or wrong.
        unverified: complaints not compared since their last event.
        unknown_logs: logs of our contracts that no ABI explains; kept, not folded.
        unproven_blocks: blocks whose logs no header proves.
    """

    chain_id: ChainId
    head: Head | None
    events: int
    complaints: int
    complaints_on_chain: int | None
    mismatches: tuple[ComplaintId, ...]
    unverified: int
    unknown_logs: int
    unproven_blocks: int
