"""A round of voting, as the court's events tell it (contracts/types/Round.sol)."""

from dataclasses import dataclass

from dapp.domain.policy import HOUR
from dapp.domain.types import (
    Address,
    BasisPoints,
    BlockNumber,
    Digest,
    Hash32,
    PositionId,
    UnixTime,
    Wei,
)

GWEI = 10**9


@dataclass(frozen=True, slots=True)
class Terms:
    """What a dispute was opened on; the same in all its rounds."""

    fee_wei: Wei
    lock_wei: Wei
    hand_over_seconds: int
    commit_seconds: int
    reveal_seconds: int


@dataclass(frozen=True, slots=True)
class Commitment:
    """A hidden vote, in the order in which they came; a later one of the same seat replaces it."""

    seat: int
    value: Hash32
    at: UnixTime


@dataclass(frozen=True, slots=True)
class Seat:
    """A drawn arbitrator's place.

    Attributes:
        owner: whose position it is; None where the stakes are not known to the reader.
        commitment: the latest; None before the first.
        vote: basis points, None until revealed.
        reason: digest of the manifest that gives the reasons; zero where there is none.
        pay_wei: gained or lost, None until the round is settled.
    """

    number: int
    position: PositionId
    owner: Address | None
    commitment: Hash32 | None = None
    committed_at: UnixTime | None = None
    vote: BasisPoints | None = None
    salt: Hash32 | None = None
    reason: Digest | None = None
    revealed_at: UnixTime | None = None
    pay_wei: int | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a dispute.

    Attributes:
        number: how many rounds were void before it.
        armed_word: the court's word as the round was armed, which pins the terms.
        seats_paid: how many seats were paid for, and are wanted.
        armed_at_block: whose stakes may be drawn are those before this block.
        high_water: one more than the highest position that may be drawn.
        seats: as drawn; fewer than wanted where arbitrators were too few.
        record: the hash that binds the round, once it is void or concluded.
    """

    number: int
    armed_word: Hash32
    terms: Terms
    seats_paid: int
    armed_at_block: BlockNumber
    armed_at: UnixTime
    high_water: int
    seed: Hash32 | None = None
    drawn_at: UnixTime | None = None
    seats: tuple[Seat, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    record: Hash32 | None = None
    voided_at: UnixTime | None = None
    concluded_at: UnixTime | None = None

    @property
    def commit_opens(self) -> UnixTime | None:
        """When votes may be committed; None before the draw."""
        if self.drawn_at is None:
            return None
        return UnixTime(self.drawn_at + self.terms.hand_over_seconds)

    @property
    def commit_ends(self) -> UnixTime | None:
        """When no more votes may be committed; None before the draw."""
        opens = self.commit_opens
        return None if opens is None else UnixTime(opens + self.terms.commit_seconds)

    @property
    def reveal_ends(self) -> UnixTime | None:
        """When no more votes may be revealed; None before the draw."""
        ends = self.commit_ends
        return None if ends is None else UnixTime(ends + self.terms.reveal_seconds)

    @property
    def committed(self) -> frozenset[int]:
        """Numbers of the seats that have committed."""
        return frozenset(seat.number for seat in self.seats if seat.commitment is not None)

    @property
    def revealed(self) -> frozenset[int]:
        """Numbers of the seats that have revealed."""
        return frozenset(seat.number for seat in self.seats if seat.vote is not None)

    @property
    def votes(self) -> tuple[BasisPoints, ...]:
        """The revealed votes, by seat."""
        return tuple(seat.vote for seat in self.seats if seat.vote is not None)


def armed(round_word: int, at: UnixTime) -> Round:
    """Read the word of a round that is not drawn yet.

    `at` is the time of the event.
    """
    return Round(
        number=round_word >> 95 & 0x3,
        armed_word=Hash32(f"0x{round_word:064x}"),
        terms=Terms(
            fee_wei=Wei((round_word & 0x3FFFFFFF) * GWEI),
            lock_wei=Wei((round_word >> 30 & 0x3FFFFFFFF) * GWEI),
            hand_over_seconds=(round_word >> 64 & 0x7F) * HOUR,
            commit_seconds=(round_word >> 71 & 0x7F) * HOUR,
            reveal_seconds=(round_word >> 78 & 0x7F) * HOUR,
        ),
        seats_paid=round_word >> 90 & 0x1F,
        armed_at_block=BlockNumber(round_word >> 104 & 0xFFFFFFFF),
        armed_at=at,
        high_water=round_word >> 136 & 0xFFFFFF,
    )
