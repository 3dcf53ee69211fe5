"""A dispute that another contract brought to the house court (ERC-792), as events tell it."""

from dataclasses import dataclass

from dapp.domain.changing import replace
from dapp.domain.events import COURT, PUBLIC, Event
from dapp.domain.hearing import OwnerOf, hear
from dapp.domain.rounds import Round
from dapp.domain.types import Address, BlockNumber, ChainId, DisputeId, Hash32

FIRST_PUBLIC_DISPUTE = 1 << 64
"""Numbers below are complaints'."""


@dataclass(frozen=True, slots=True)
class PublicDispute:
    """A dispute that is no complaint of ours, heard by our arbitrators.

    Attributes:
        arbitrable: the contract that asked, and will be told the ruling.
        choices: how many it asked to choose from; 0 for a median of basis points.
        ruling: None until there is one; `record` binds all that the court did.
        is_delivered: whether the contract that asked has heard it.
    """

    id: DisputeId
    chain_id: ChainId
    rounds: tuple[Round, ...]
    updated_block: BlockNumber
    arbitrable: Address | None = None
    choices: int = 0
    ruling: int | None = None
    record: Hash32 | None = None
    is_delivered: bool = False


def apply(before: PublicDispute | None, event: Event, owner_of: OwnerOf) -> PublicDispute | None:
    """The dispute after an event of the court or its door about it; others leave it as it is."""
    if event.contract not in (COURT, PUBLIC):
        return before
    if before is None:
        if event.name != "RoundArmed":
            return None
        before = PublicDispute(
            id=DisputeId(event.integer("dispute")),
            chain_id=event.chain_id,
            rounds=(),
            updated_block=event.block_number,
        )
    after = _step(before, event, owner_of)
    return before if after == before else replace(after, updated_block=event.block_number)


def _step(before: PublicDispute, event: Event, owner_of: OwnerOf) -> PublicDispute:
    if event.contract == COURT:
        return replace(before, rounds=hear(before.rounds, event, owner_of))
    if event.name == "DisputeCreation":
        return replace(before, arbitrable=Address(event.text("_arbitrable")))
    if event.name == "Opened":
        return replace(before, choices=event.integer("choices"))
    if event.name == "Ruled":
        record = Hash32(event.text("record"))
        return replace(before, ruling=event.integer("ruling"), record=record)
    return replace(before, is_delivered=True) if event.name == "Delivered" else before
