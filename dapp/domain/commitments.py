"""What is said by its hash first: accusations and votes.

An accumulator binds all hidden votes of a round.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dapp.domain.rounds import Commitment
from dapp.domain.types import (
    Address,
    BasisPoints,
    ChainId,
    Digest,
    DisputeId,
    Hash32,
    Keccak,
    hash32,
    raw,
    word,
)
from dapp.errors import Refused

_CHAIN_MASK = (1 << 224) - 1


@dataclass(frozen=True, slots=True)
class Ballot:
    """Whose vote it is: a seat of a round, on one court.

    Attributes:
        round: the round's number.
    """

    chain_id: ChainId
    court: Address
    dispute: DisputeId
    round: int
    seat: int


def commitment(
    keccak: Keccak, ballot: Ballot, vote: BasisPoints, salt: Hash32, reason: Digest
) -> Hash32:
    """What the seat commits to; binds all that will be revealed."""
    place = word(ballot.chain_id) + raw(ballot.court).rjust(32, b"\0") + word(ballot.dispute)
    seat = word(ballot.round) + word(ballot.seat)
    return hash32(keccak(place + seat + word(vote) + raw(salt) + raw(reason)))


def extend(keccak: Keccak, accumulated: int, seat: int, value: Hash32) -> int:
    """The accumulator (224 bits) after one more commitment."""
    digest = keccak(word(accumulated << 8 | seat) + raw(value))
    return int.from_bytes(digest, "big") & _CHAIN_MASK


def accumulate(keccak: Keccak, commitments: Sequence[Commitment], start: int = 0) -> int:
    """The accumulator after commitments in their order."""
    for one in commitments:
        start = extend(keccak, start, one.seat, one.value)
    return start


def commits_word(
    keccak: Keccak, commitments: Sequence[Commitment], leaked: Collection[int] = ()
) -> int:
    """The court's word: accumulator 224 (high bits), bitmap of committed seats 32.

    A seat that has `leaked` its vote is in the accumulator, and not in the bitmap.
    """
    bitmap = sum(1 << seat for seat in {one.seat for one in commitments}.difference(leaked))
    return accumulate(keccak, commitments) << 32 | bitmap


def opening(
    keccak: Keccak, commitments: Sequence[Commitment], seat: int
) -> tuple[int, tuple[Commitment, ...]]:
    """What the reveal of a seat needs beside the vote.

    Returns:
        The accumulator before the seat's latest commitment, and the commitments after it.

    Raises:
        Refused: the seat has not committed.
    """
    places = [place for place, one in enumerate(commitments) if one.seat == seat]
    if not places:
        raise Refused(f"seat {seat} has not committed a vote", code="vote-not-committed")
    last = places[-1]
    return accumulate(keccak, commitments[:last]), tuple(commitments[last + 1 :])


@dataclass(frozen=True, slots=True)
class Secret:
    """What a hidden vote hid; `reason` is the digest of the reasons."""

    vote: BasisPoints
    salt: Hash32
    reason: Digest


@dataclass(frozen=True, slots=True)
class Link:
    """A commitment in the accumulator: opened by its `secret`, or as it is."""

    commitment: Commitment
    secret: Secret | None


def links(
    keccak: Keccak, commitments: Sequence[Commitment], secrets: Mapping[int, Secret]
) -> tuple[int, tuple[Link, ...]]:
    """What opening the votes of many seats at once needs.

    Returns:
        The accumulator before the first seat's latest commitment, and all commitments from it on.

    Raises:
        Refused: a seat has not committed, or none is named.
    """
    last = {one.seat: place for place, one in enumerate(commitments)}
    missing = sorted(secrets.keys() - last.keys())
    if missing or not secrets:
        raise Refused(f"seats {missing} have not committed a vote", code="vote-not-committed")
    first = min(last[seat] for seat in secrets)
    chain = tuple(
        Link(one, secrets.get(one.seat) if place == last[one.seat] else None)
        for place, one in enumerate(commitments)
        if place >= first
    )
    return accumulate(keccak, commitments[:first]), chain


def accusation(keccak: Keccak, account: Address, salt: Hash32) -> Hash32:
    """What a complaint about a person says before it names anybody."""
    return hash32(keccak(raw(account).rjust(32, b"\0") + raw(salt)))
