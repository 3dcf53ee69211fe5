"""What the queries answer with."""

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from dapp.domain.breach import Breach
from dapp.domain.case import Case
from dapp.domain.organisation import Organisation
from dapp.domain.parts import Category, ComplaintState
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
_NO_BLOCK = BlockNumber(0)
Finality = Literal["latest", "safe", "finalized"]


@dataclass(frozen=True, slots=True)
class Head:
    """The last block that the read model holds.

    Attributes:
        indexed_at: our clock, in Unix seconds with fractions, when the block was stored.
        finalized_block: the highest one that the node says is final; 0 where it does not say.
        safe_block: the highest one that it calls safe; not below the final ones.
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
    safe_block: BlockNumber = _NO_BLOCK

    @property
    def finality(self) -> Finality:
        """Whether the head itself is final."""
        return self.finality_of(self.block_number)

    def finality_of(self, block: BlockNumber) -> Finality:
        """Whether a stored block is final, or at least safe."""
        if block <= self.finalized_block:
            return "finalized"
        return "safe" if block <= self.safe_block else "latest"


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Part of a list; `cursor` asks for the next part and is None at the end."""

    items: tuple[Item, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Behind:
    """The cases that a mark of a chart stands for.

    Attributes:
        condition: of `score_statements.MARKS`, with its bounds.
    """

    condition: str
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases; what is None or empty does not filter, and bounds are included.

    Attributes:
        breaches: any of them.
        token: the coin, which amounts are units of.
        filed_from: in Unix seconds, as `filed_to`.
        behind: as of the newest block, and of no other.
    """

    states: frozenset[ComplaintState] = frozenset()
    organisation: OrganisationId | None = None
    customer: Address | None = None
    arbitrator: Address | None = None
    order: Hash32 | None = None
    categories: frozenset[Category] = frozenset()
    breaches: frozenset[Breach] = frozenset()
    token: Address | None = None
    amount_min: int | None = None
    amount_max: int | None = None
    filed_from: int | None = None
    filed_to: int | None = None
    behind: Behind | None = None


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
        unproven_blocks: blocks whose logs no header proves; `blocks_by_bloom` of them have at least
            a bloom that fits, the others the node's word alone.
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
    blocks_by_bloom: int
