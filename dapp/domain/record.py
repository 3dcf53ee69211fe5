"""The court's record of a round: the hash that the desk folds into the trail with the ruling."""

from collections.abc import Sequence

from dapp.domain.commitments import commits_word
from dapp.domain.rounds import LEAKED, Round, Seat
from dapp.domain.types import ZERO_HASH, Hash32, Keccak, hash32, raw, word

_HEADER_MASK = (1 << 104) - 1
_SEATS_FIELD = 0x1F << 85
_DRAWN = 1 << 98
_SEAT_BITS = 40
_SEATS_IN_ROUND = 3
_SEATS_IN_WORD = 6
_NO_VOTE = 0x3FFF


def record(keccak: Keccak, current: Round, prior: Hash32 = ZERO_HASH) -> Hash32:
    """`keccak256(abi.encode(prior, round, more, commits))` of a round as it ended.

    Args:
        keccak: keccak-256.
        current: the round, with its seats, votes and commitments.
        prior: the record of the round before it, void or appealed from; zero for the first.
    """
    more = more_words(current)
    leaked = [seat.number for seat in current.seats if seat.leaked_at is not None]
    commits = commits_word(keccak, current.commitments, leaked)
    head = raw(prior) + word(round_word(current)) + word(0x80) + word(commits)
    return hash32(keccak(head + word(len(more)) + b"".join(word(one) for one in more)))


def chain(keccak: Keccak, rounds: Sequence[Round]) -> Hash32:
    """The record of the last of a dispute's rounds; what the desk folds as the dispute ends."""
    prior = ZERO_HASH
    for current in rounds:
        prior = record(keccak, current, prior)
    return prior


def round_word(current: Round) -> int:
    """The round's storage word as it ended (contracts/types/Round.sol)."""
    armed = int(current.armed_word, 16)
    if current.drawn_at is None:
        return armed
    header = armed & _HEADER_MASK & ~_SEATS_FIELD | _DRAWN | len(current.seats) << 85
    header |= len(current.revealed) << 99
    return header | current.armed_at << 104 | _packed(current.seats[:_SEATS_IN_ROUND]) << 136


def more_words(current: Round) -> list[int]:
    """The words of the seats that do not fit the round's own."""
    rest = current.seats[_SEATS_IN_ROUND:]
    return [
        _packed(rest[first : first + _SEATS_IN_WORD])
        for first in range(0, len(rest), _SEATS_IN_WORD)
    ]


def _packed(seats: tuple[Seat, ...]) -> int:
    return sum(_bits(seat) << place * _SEAT_BITS for place, seat in enumerate(seats))


def _bits(seat: Seat) -> int:
    unseen = _NO_VOTE if seat.leaked_at is None else LEAKED
    return seat.position | (unseen if seat.vote is None else seat.vote) << 26
