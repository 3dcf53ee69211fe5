"""Arbitrators, hearings and appeals."""

from collections.abc import Sequence
from dataclasses import dataclass

from dapp.domain.case import Case
from dapp.domain.commitments import Link
from dapp.domain.events import APPEALS, COURT, OUTSIDE, PUBLIC, Value
from dapp.domain.intents.call import MAX_AMOUNT, MAX_VERSION, Intent, check_range
from dapp.domain.phases import MAX_APPEALS
from dapp.domain.position import MAX_TICKETS, Position
from dapp.domain.public import PublicDispute
from dapp.domain.rounds import Commitment
from dapp.domain.types import (
    ALL,
    NO_ACCOUNT,
    ZERO_HASH,
    Address,
    BasisPoints,
    Digest,
    DisputeId,
    Hash32,
    OrganisationId,
    PositionId,
    Wei,
)


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a seat's hidden vote.

    Attributes:
        vote: basis points.
        reason: digest of the reasons.
        prefix: the accumulator before the commitment; `later` the commitments after it (both are
            what `commitments.opening` answers for the seat).
    """

    seat: int
    vote: BasisPoints
    salt: Hash32
    reason: Digest
    prefix: int
    later: Sequence[Commitment]


@dataclass(frozen=True, slots=True)
class SignedCommit:
    """A hidden vote that its arbitrator signed (`signing.commit_typed_data`)."""

    seat: int
    commitment: Hash32
    signature: str


def draw(case: Case | PublicDispute, header: bytes) -> Intent:
    """Draw the panel, for the bounty; `header` is the RLP of the seed's block. Anyone may."""
    return Intent(COURT, "draw", (case.id, _hex(header)))


def rearm(case: Case | PublicDispute) -> Intent:
    """Start again where nobody drew in time. Anyone may."""
    return Intent(COURT, "rearm", (case.id,))


def void(case: Case | PublicDispute) -> Intent:
    """End a round in which too few revealed. Anyone may."""
    return Intent(COURT, "voidRound", (case.id,))


def commit(case: Case, seat: int, commitment: Hash32) -> Intent:
    """Commit a hidden vote."""
    return Intent(COURT, "commit", (case.id, seat, commitment))


def commit_drawing(case: Case, header: bytes, seat: int, commitment: Hash32) -> Intent:
    """Draw the panel and commit a hidden vote at once; the bounty goes to the seat's position."""
    return Intent(COURT, "commitDrawing", (case.id, _hex(header), seat, commitment))


def commit_batch(case: Case, header: bytes, items: Sequence[SignedCommit]) -> Intent:
    """Commit for those who signed; `header` is looked at only where nobody has drawn yet."""
    args = tuple((one.seat, one.commitment, one.signature) for one in items)
    return Intent(COURT, "commitBatch", (case.id, _hex(header), args))


def reveal(case: Case, opening: Opening) -> Intent:
    """Open a hidden vote. Whoever knows the salt may."""
    return Intent(COURT, "reveal", (case.id, _opening(opening)))


def reveal_batch(case: Case, prefix: int, links: Sequence[Link]) -> Intent:
    """Open many hidden votes at once (`commitments.links`). Whoever knows the salts may."""
    return Intent(COURT, "revealBatch", (case.id, prefix, tuple(_link(one) for one in links)))


def report_leak(case: Case, opening: Opening) -> Intent:
    """Show that a vote is known before its time. Anyone may."""
    return Intent(COURT, "reportLeak", (case.id, _opening(opening)))


def stake(tickets: int, ticket_wei: Wei) -> Intent:
    """Stake a new position."""
    check_range("tickets", tickets, 1, MAX_TICKETS)
    return Intent(COURT, "stake", (tickets,), Wei(tickets * ticket_wei))


def exit_(position: PositionId) -> Intent:
    """Take no more seats, so as to leave."""
    return Intent(COURT, "requestExit", (position,))


def unstake(position: PositionId, to: Address) -> Intent:
    """Take the stake of a position out."""
    return Intent(COURT, "unstake", (position, to))


def withdraw_rewards(position: PositionId, to: Address) -> Intent:
    """Take out what a position holds above its stake."""
    return Intent(COURT, "withdrawRewards", (position, to))


def set_voting_key(position: Position, version: int, key: Address = NO_ACCOUNT) -> Intent:
    """Let another key commit for a position as well; none takes that back. Its owner only."""
    check_range("version", version, position.voting_key_version + 1, MAX_VERSION)
    return Intent(COURT, "setVotingKey", (position.id, version, key))


def trim(most: int) -> Intent:
    """Cut empty places off the top of the draw. Anyone may."""
    check_range("most", most, 1, 1 << 24)
    return Intent(COURT, "trim", (most,))


def contribute(case: Case, is_higher: bool, amount: Wei) -> Intent:
    """Pay for an appeal in one direction; what is too much comes back at once. Anyone may."""
    check_range("amount", amount, 1, MAX_AMOUNT)
    return Intent(APPEALS, "contribute", (case.id, is_higher), amount)


def refund_contribution(case: Case, level: int, is_higher: bool, payer: Address) -> Intent:
    """Pay somebody's contribution back, whose pot opened no appeal. Anyone may."""
    _level(level)
    return Intent(APPEALS, "refund", (case.id, level, is_higher, payer))


def resolve_appeal(case: Case, level: int) -> Intent:
    """Decide where an appeal's stake goes, once the next ruling is known. Anyone may."""
    _level(level)
    return Intent(APPEALS, "resolve", (case.id, level))


def withdraw_share(case: Case, level: int, is_higher: bool) -> Intent:
    """Take one's part of what came to a pot."""
    _level(level)
    return Intent(APPEALS, "withdrawShare", (case.id, level, is_higher))


def pay_bond(organisation: OrganisationId) -> Intent:
    """Pass on what an organisation's bond did not take of a stake before. Anyone may."""
    return Intent(APPEALS, "payBond", (organisation,))


def appeal_outside(case: Case, cost: Wei) -> Intent:
    """Appeal at the arbitrator outside, at its own price. Anyone may."""
    return Intent(OUTSIDE, "appeal", (case.id,), cost)


def execute_ruling(dispute: DisputeId) -> Intent:
    """End another contract's dispute that can be decided, and tell that contract. Anyone may."""
    return Intent(PUBLIC, "executeRuling", (dispute,))


def deliver_ruling(dispute: DisputeId) -> Intent:
    """Tell a contract its ruling, which did not hear it before. Anyone may."""
    return Intent(PUBLIC, "deliver", (dispute,))


def announce(dispute: DisputeId) -> Intent:
    """Say that another contract's dispute can be appealed, once each time. Anyone may."""
    return Intent(PUBLIC, "announce", (dispute,))


def _level(level: int) -> None:
    check_range("level", level, 0, MAX_APPEALS)


def _link(one: Link) -> Value:
    seat, secret = one.commitment.seat, one.secret
    if secret is None:
        return (seat, False, 0, one.commitment.value, ZERO_HASH)
    check_range("vote", secret.vote, 0, ALL)
    return (seat, True, secret.vote, secret.salt, secret.reason)


def _opening(one: Opening) -> Value:
    check_range("vote", one.vote, 0, ALL)
    later = tuple((other.seat, other.value) for other in one.later)
    return (one.seat, one.salt, one.reason, one.vote, one.prefix, later)


def _hex(header: bytes) -> str:
    return "0x" + header.hex()
