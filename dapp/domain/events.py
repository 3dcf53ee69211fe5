"""What a contract said, decoded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from dapp.domain.types import (
    Address,
    BlockNumber,
    ChainId,
    Hash32,
    UnixTime,
)

Value = int | str | bool | tuple["Value", ...]
"""A decoded argument: integers, booleans, `Address`, 0x… text of bytes, tuples of these."""

DESK = "ComplaintDesk"
COURT = "ArbitrationCourt"
ESCROW = "OrderEscrow"
REGISTRY = "OrganisationRegistry"
CLAIMS = "BondClaims"
KEYS = "KeyRegistry"
OUTSIDE = "OutsideArbitrators"
PUBLIC = "PublicArbitrator"
APPEALS = "AppealFund"
FORWARDER = "Forwarder"
ANCHOR = "ComplaintAnchor"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of one of the contracts, and where it stands on the chain.

    Attributes:
        contract: the contract's name, such as `ComplaintDesk`.
        address: where that contract is.
        name: the event's name; `topic0` its signature hash.
        args: by name, in declared order; user-defined types as the integers they wrap.
        words: the ABI encoding of all arguments as declared, indexed ones too; empty where an
            argument is dynamic.
        timestamp: the block's.
    """

    chain_id: ChainId
    contract: str
    address: Address
    name: str
    args: Mapping[str, Value]
    words: bytes
    topic0: Hash32
    block_number: BlockNumber
    block_hash: Hash32
    timestamp: UnixTime
    transaction: Hash32
    transaction_index: int
    log_index: int

    def integer(self, name: str) -> int:
        """An argument that is a number."""
        value: int = self.args[name]  # type: ignore[assignment]
        return value

    def text(self, name: str) -> str:
        """An argument that is an address or bytes."""
        value: str = self.args[name]  # type: ignore[assignment]
        return value

    def flag(self, name: str) -> bool:
        """An argument that is a boolean."""
        value: bool = self.args[name]  # type: ignore[assignment]
        return value

    def integers(self, name: str) -> tuple[int, ...]:
        """An argument that is a list of numbers."""
        return cast(tuple[int, ...], self.args[name])


@dataclass(frozen=True, slots=True)
class RawLog:
    """A log as the node gave it, checked against its block but not decoded.

    Attributes:
        topics: 32 bytes each; the first is the event's signature hash.
        timestamp: the block's.
    """

    address: Address
    topics: tuple[bytes, ...]
    data: bytes
    block_number: BlockNumber
    block_hash: Hash32
    timestamp: UnixTime
    transaction: Hash32
    transaction_index: int
    log_index: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block's header, as far as we keep it."""

    number: BlockNumber
    hash: Hash32
    parent_hash: Hash32
    receipts_root: Hash32
    timestamp: UnixTime
