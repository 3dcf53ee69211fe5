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
MAX_PANEL = 31
LEAKED = 0x3FFE
"""Stands for the vote of a seat that was told before its time."""
ROUNDS_PER_APPEAL = 3
"""After each appeal a dispute has one round, and at most two more in place of void ones."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a dispute was opened on; the same in all its rounds.

    The window for an appeal is as long as that for commitments.
    """

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
        leaked_at: when somebody showed the vote before its time: the seat has none, for good.
        leak_reporter: who did; `leak_taken_wei` is what the position lost by it.
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
    leaked_at: UnixTime | None = None
    leak_reporter: Address | None = None
    leak_taken_wei: int = 0
    pay_wei: int | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a dispute. All its windows count from the time it was armed.

    Attributes:
        appeals: how often the dispute was appealed before it.
        voids: how many rounds were void since.
        armed_word: the court's word as the round was armed, which pins the terms; a dispute's
            first one also hints at the parties.
        seats_paid: how many seats were paid for, and are wanted.
        armed_at_block: whose stakes may be drawn are those before this block.
        high_water: one more than the highest position that may be drawn.
        bounty_seat: whose position was given the bounty for the draw; None where another drew.
        seats: as drawn; fewer than wanted where arbitrators were too few.
        record: the hash that binds a void round.
        appealed_at: when a larger panel was asked; `ruling` is what this one had said.
        ended_at: when the dispute ended, in which the round was the last.
    """

    appeals: int
    voids: int
    armed_word: Hash32
    terms: Terms
    seats_paid: int
    armed_at_block: BlockNumber
    armed_at: UnixTime
    high_water: int
    seed: Hash32 | None = None
    drawn_at: UnixTime | None = None
    bounty_seat: int | None = None
    seats: tuple[Seat, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    record: Hash32 | None = None
    voided_at: UnixTime | None = None
    appealed_at: UnixTime | None = None
    ruling: BasisPoints | None = None
    ended_at: UnixTime | None = None

    @property
    def number(self) -> int:
        """Which of the dispute's rounds it is; goes into draws and commitments."""
        return self.appeals * ROUNDS_PER_APPEAL + self.voids

    @property
    def commit_opens(self) -> UnixTime:
        """When votes may be committed."""
        return UnixTime(self.armed_at + self.terms.hand_over_seconds)

    @property
    def commit_ends(self) -> UnixTime:
        """When no more votes may be committed; without a panel by then, the round is missed."""
        return UnixTime(self.commit_opens + self.terms.commit_seconds)

    @property
    def reveal_ends(self) -> UnixTime:
        """When no more votes may be revealed."""
        return UnixTime(self.commit_ends + self.terms.reveal_seconds)

    @property
    def appeal_ends(self) -> UnixTime:
        """When the ruling is final, however early the votes were counted."""
        return UnixTime(self.reveal_ends + self.terms.commit_seconds)

    @property
    def appeal_seats(self) -> int:
        """The panel that would hear an appeal: twice as many and one more."""
        return min(2 * self.seats_paid + 1, MAX_PANEL)

    @property
    def committed(self) -> frozenset[int]:
        """Numbers of the seats that have committed and whose vote has not leaked."""
        return frozenset(
            seat.number
            for seat in self.seats
            if seat.commitment is not None and seat.leaked_at is None
        )

    @property
    def revealed(self) -> frozenset[int]:
        """Numbers of the seats that have revealed."""
        return frozenset(seat.number for seat in self.seats if seat.vote is not None)

    @property
    def votes(self) -> tuple[BasisPoints, ...]:
        """The revealed votes, by seat."""
        return tuple(seat.vote for seat in self.seats if seat.vote is not None)


def armed(round_word: int) -> Round:
    """Read the word of a round that is not drawn yet."""
    return Round(
        appeals=round_word >> 96 & 0x3,
        voids=round_word >> 94 & 0x3,
        armed_word=Hash32(f"0x{round_word:064x}"),
        terms=terms(round_word),
        seats_paid=(round_word >> 90 & 0xF) * 2 + 1,
        armed_at_block=BlockNumber(round_word >> 104 & 0xFFFFFFFF),
        armed_at=UnixTime(round_word >> 160 & 0xFFFFFFFF),
        high_water=round_word >> 136 & 0xFFFFFF,
    )


def terms(track_word: int) -> Terms:
    """Read the low bits of a round's word, or a track's (contracts/types/Track.sol)."""
    return Terms(
        fee_wei=Wei((track_word & 0x3FFFFFFF) * GWEI),
        lock_wei=Wei((track_word >> 30 & 0x3FFFFFFFF) * GWEI),
        hand_over_seconds=(track_word >> 64 & 0x7F) * HOUR,
        commit_seconds=(track_word >> 71 & 0x7F) * HOUR,
        reveal_seconds=(track_word >> 78 & 0x7F) * HOUR,
    )


def pack_terms(track: Terms) -> int:
    """The word of a track whose fields are in range."""
    return (
        track.fee_wei // GWEI
        | track.lock_wei // GWEI << 30
        | track.hand_over_seconds // HOUR << 64
        | track.commit_seconds // HOUR << 71
        | track.reveal_seconds // HOUR << 78
    )
