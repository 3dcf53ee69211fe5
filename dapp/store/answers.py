"""Rows of the named reads to what the queries answer with."""

from typing import Any

from dapp.domain.case import Case
from dapp.domain.deployment import Deployment
from dapp.domain.organisation import Organisation
from dapp.domain.parts import ComplaintState
from dapp.domain.payment import OrderState, PaidOrder
from dapp.domain.position import Position
from dapp.domain.proof import Level
from dapp.domain.types import (
    Address,
    BlockNumber,
    ChainId,
    ComplaintId,
    Hash32,
    UnixTime,
    Wei,
    hash32,
)
from dapp.store.rows import read
from dapp.store.views import (
    Balance,
    CaseRow,
    Head,
    OrderRow,
    OrganisationRow,
    PositionRow,
    Verification,
)

Row = tuple[Any, ...]

OPEN_STATES = (
    ComplaintState.FILED,
    ComplaintState.ASKED,
    ComplaintState.OFFERED,
    ComplaintState.ESCALATED,
    ComplaintState.PLEDGED,
    ComplaintState.DELIVERED,
)
"""A complaint in one of these holds its order."""


def head_of(chain_id: ChainId, row: Row) -> Head:
    """Of the statement about the head."""
    number, block_hash, timestamp, indexed_at, finalized, level, halted, safe = row
    return Head(
        chain_id=chain_id,
        block_number=BlockNumber(number),
        block_hash=hash32(bytes(block_hash)),
        timestamp=UnixTime(timestamp),
        indexed_at=indexed_at,
        finalized_block=BlockNumber(finalized),
        level=Level(level),
        halted=halted,
        safe_block=BlockNumber(safe),
    )


def case_row(row: Row) -> CaseRow:
    """Of a statement about cases."""
    text, block, folded, on_chain = row
    case = read(text, Case)
    if block is None:
        return CaseRow(case, None)
    matches = folded == on_chain
    return CaseRow(
        case, Verification(BlockNumber(block), matches, Hash32(folded), Hash32(on_chain))
    )


def organisation_row(row: Row) -> OrganisationRow:
    """Of a statement about organisations."""
    text, received, complaints, open_complaints = row
    organisation = read(text, Organisation)
    left = [(Address(token), int(total)) for token, total in received]
    balances = [Balance(token, total - organisation.withdrawn_of(token)) for token, total in left]
    return OrganisationRow(
        organisation=organisation,
        balances=tuple(one for one in balances if one.amount),
        complaints=complaints,
        open_complaints=open_complaints,
    )


def order_row(row: Row) -> OrderRow:
    """Of a statement about orders."""
    text, complaint, complaint_state = row[:3]
    paid = read(text, PaidOrder)
    disputed = paid.state is OrderState.HELD and complaint_state in OPEN_STATES
    state = OrderState.DISPUTED if disputed else paid.state
    return OrderRow(paid, state, None if complaint is None else ComplaintId(complaint))


def position_row(row: Row, deployment: Deployment) -> PositionRow:
    """Of a statement about stakes."""
    text, gained, bounties, open_seats = row
    position = read(text, Position)
    held = position.tickets * deployment.ticket_wei + int(gained)
    held += bounties * deployment.draw_bounty_wei
    balance = 0 if position.left_at is not None else held - position.withdrawn
    return PositionRow(position, Wei(balance), open_seats)
