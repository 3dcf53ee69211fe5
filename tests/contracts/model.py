"""What the contracts compute, once more in Python and from events alone.

Written from the interfaces and the layouts they document, not from the code under test.
"""

from dataclasses import dataclass

from eth_abi import decode, encode
from eth_utils import keccak, to_checksum_address

NO_VOTE = 16_383
LEAKED = 16_382
GWEI = 10**9


def topic_of(entry: dict) -> bytes:
    """topic0 of an event's ABI entry."""
    return keccak(text=f"{entry['name']}({','.join(i['type'] for i in entry['inputs'])})")


def events(abi: list[dict]) -> dict[bytes, dict]:
    """The event entries of an ABI by topic0."""
    return {topic_of(entry): entry for entry in abi if entry["type"] == "event"}


def arguments(entry: dict, log) -> dict:
    """The values of a raw log, indexed ones too, in the order they are declared."""
    topics = iter(log["topics"][1:])
    plain = [i for i in entry["inputs"] if not i["indexed"]]
    values = iter(decode([i["type"] for i in plain], bytes(log["data"])))
    found = {}
    for value in entry["inputs"]:
        if value["indexed"]:
            found[value["name"]] = decode([value["type"]], bytes(next(topics)))[0]
        else:
            found[value["name"]] = next(values)
    return found


def genesis(chain_id: int, contract: str, subject: int) -> bytes:
    """A trail before its first event."""
    types = ["string", "uint256", "address", "uint256"]
    return keccak(encode(types, ["redress-trail/1", chain_id, contract, subject]))


def fold(trail: bytes, entry: dict, values: dict, timestamp: int) -> bytes:
    """The trail after an event. The actor is the argument of that name, else the sender."""
    types = [i["type"] for i in entry["inputs"]]
    actor = values["actor"] if "actor" in values else values["sender"]
    digest = keccak(encode(types, list(values.values())))
    return keccak(
        encode(
            ["bytes32", "bytes32", "bytes32", "address", "uint256"],
            [trail, topic_of(entry), digest, actor, timestamp],
        )
    )


@dataclass(frozen=True)
class Round:
    """A round's word, unpacked. Windows in hours, fee and lock in gwei, times in Unix seconds."""

    fee: int
    lock: int
    windows: tuple[int, int, int]
    seats: int
    paid: int
    voids: int
    appeals: int
    drawn: bool
    reveals: int
    rest: int

    @property
    def number(self) -> int:
        """Which of the dispute's rounds it is."""
        return 3 * self.appeals + self.voids

    @property
    def armed_block(self) -> int:
        assert not self.drawn
        return self.rest & 0xFFFFFFFF

    @property
    def high_water(self) -> int:
        assert not self.drawn
        return self.rest >> 32 & 0xFFFFFF

    @property
    def armed_at(self) -> int:
        return (self.rest if self.drawn else self.rest >> 56) & 0xFFFFFFFF

    @property
    def commit_opens(self) -> int:
        return self.armed_at + self.windows[0] * 3600

    @property
    def commit_ends(self) -> int:
        return self.commit_opens + self.windows[1] * 3600

    @property
    def reveal_ends(self) -> int:
        return self.commit_ends + self.windows[2] * 3600

    @property
    def appeal_ends(self) -> int:
        return self.reveal_ends + self.windows[1] * 3600


# A round's word from the low end up; `rest` is what is above them.
_WIDTHS = (30, 34, 7, 7, 7, 5, 4, 2, 2, 1, 5)
_SEATS, _DRAWN, _REVEALS, _HEADER, _FIRST_SEAT = 85, 98, 99, 104, 136


def unpack_round(word: int) -> Round:
    """The fields of a round's word."""
    fields = []
    for width in _WIDTHS:
        fields.append(word & (1 << width) - 1)
        word >>= width
    fee, lock, *windows, seats, half, voids, appeals, drawn, reveals = fields
    return Round(
        fee, lock, tuple(windows), seats, 2 * half + 1, voids, appeals, bool(drawn), reveals, word
    )


def seat_words(armed_word: int, panel: list[int], votes: dict[int, int]):
    """A drawn round's word and its further words, from what the court's events say.

    A vote that leaked is LEAKED, one that was never revealed is not in `votes`.
    """
    seats = [p | votes.get(i, NO_VOTE) << 26 for i, p in enumerate(panel)]
    armed_at = unpack_round(armed_word).armed_at
    reveals = sum(vote != LEAKED for vote in votes.values())
    word = armed_word & ((1 << _HEADER) - 1) & ~(0x1F << _SEATS)
    word |= len(seats) << _SEATS | 1 << _DRAWN | reveals << _REVEALS | armed_at << _HEADER
    for i, seat in enumerate(seats[:3]):
        word |= seat << _FIRST_SEAT + 40 * i
    more = []
    for i, seat in enumerate(seats[3:]):
        if i % 6 == 0:
            more.append(0)
        more[-1] |= seat << 40 * (i % 6)
    return word, more


def record(prior: bytes, word: int, more: list[int], commits: int) -> bytes:
    """What the court hands to the trail."""
    types = ["bytes32", "uint256", "uint256[]", "uint256"]
    return keccak(encode(types, [prior, word, more, commits]))


def chained(entries: list[tuple[int, bytes]]) -> int:
    """The accumulator after these commitments (seat, commitment)."""
    chain = 0
    for seat, commitment in entries:
        digest = keccak((chain << 8 | seat).to_bytes(32, "big") + commitment)
        chain = int.from_bytes(digest, "big") & (1 << 224) - 1
    return chain


def commits_word(entries: list[tuple[int, bytes]], leaked: tuple[int, ...] = ()) -> int:
    """`commits` after these commitments, without the bits of seats whose vote has leaked."""
    bitmap = 0
    for seat, _ in entries:
        if seat not in leaked:
            bitmap |= 1 << seat
    return chained(entries) << 32 | bitmap


@dataclass(frozen=True)
class Stake:
    """A position as its events tell it; blocks as numbers."""

    owner: str
    tickets: int
    since: int
    exit_block: int | None = None


def panel(
    seed: bytes, dispute: int, armed: Round, stakes: dict[int, Stake], excluded, earlier=()
) -> list[int]:
    """The positions drawn: 64 tries a seat among new owners, 64 among all; not half or less.

    The lots for all seats together are counted too. Panels of up to 15 seats never use them up; of
    larger ones nobody in `excluded` may be staked here, as the court counts lots otherwise then.
    """
    drawn: list[int] = []
    lots = 31 * 64
    for seat in range(armed.paid):
        for attempt in range(min(128, lots)):
            lots -= 1
            position = _lot(seed, dispute, armed, seat, attempt, stakes)
            if position is None:
                continue
            owner = stakes[position].owner
            if attempt < 64 and owner in [*earlier, *(stakes[p].owner for p in drawn)]:
                continue
            if to_checksum_address(owner) in excluded:
                continue
            drawn.append(position)
            break
    return drawn if 2 * len(drawn) > armed.paid else []


def _lot(seed: bytes, dispute: int, armed: Round, seat: int, attempt: int, stakes) -> int | None:
    """The position on which the lot falls, if it may sit at all."""
    which = dispute << 24 | armed.number << 16 | seat << 8 | attempt
    lot = int.from_bytes(keccak(seed + which.to_bytes(32, "big")), "big")
    position = (lot & (1 << 128) - 1) * armed.high_water >> 128
    stake = stakes.get(position)
    if stake is None or (lot >> 128) % 8 >= stake.tickets:
        return None
    left = stake.exit_block is not None and stake.exit_block < armed.armed_block
    return None if stake.since >= armed.armed_block or left else position


def ruling_of(votes: list[int]) -> tuple[int, int, int]:
    """The ruling and the interval between the middle votes."""
    ranked = sorted(votes)
    low, high = ranked[(len(ranked) - 1) // 2], ranked[len(ranked) // 2]
    return (low + high) // 2, low, high


def seat_pays(
    votes: list[int | None], fee: int, lock: int, decisive: list[int | None] | None = None
) -> list[int]:
    """Gwei that each seat gains or loses; None is a no-show. Positions can pay their locks.

    `decisive` are the last round's votes where `votes` are those of several rounds. A leaked vote
    has been paid for already.
    """
    counted = votes if decisive is None else decisive
    _, low, high = ruling_of([v for v in counted if v is not None and v != LEAKED])
    pays: list[int] = []
    near = []
    for seat, vote in enumerate(votes):
        far = 0 if vote is None else max(low - vote, vote - high, 0)
        if vote is None:
            pays.append(-lock)
        elif vote == LEAKED:
            pays.append(0)
        elif far <= 1000:
            near.append(seat)
            pays.append(0)
        elif far >= 2500:
            pays.append(-(lock // 2))
        else:
            fall = -(-(fee + lock // 2) * (far - 1000) // 1500)  # rounded up
            pays.append(fee - fall)
    rest = fee * len(votes) - sum(pays)
    for seat in near:
        pays[seat] = rest // len(near)
    pays[near[0]] += rest % len(near)
    return pays


def costs_of_organisation(cost: int, demand: int, offer: int, ruling: int) -> int:
    """Wei of the costs that fall to the organisation, whose number was `offer`."""
    ours, theirs = abs(offer - ruling), abs(demand - ruling)
    return cost * ours // (ours + theirs)
