"""A court brought to any round at any price, and what the domain says of its disputes.

Desk and appeal fund are played by accounts of the test's own; draws, votes and endings are the
deployed court's.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache

from dapp.chain.keccak import checksummed, keccak
from dapp.domain import commitments, draw, fees, hearing, intents, phases, record
from dapp.domain.commitments import Ballot, Secret
from dapp.domain.draw import Stake
from dapp.domain.events import APPEALS, COURT, DESK
from dapp.domain.intents import Intent
from dapp.domain.phases import RoundPhase
from dapp.domain.rounds import GWEI, Round, armed
from dapp.domain.types import (
    NO_DIGEST,
    Address,
    BasisPoints,
    BlockNumber,
    ComplaintId,
    DisputeId,
    Hash32,
    PositionId,
    Wei,
    hash32,
)
from tests import folding
from tests.local_chain import TICKET_WEI, LocalChain
from tests.unit.domain import cases

ZEROS_FOR_EXCLUSIONS = "0x5f5f5260205ff3"  # returns one word of zeros
ACCEPTS_ANYTHING = "0x00"


@dataclass
class House:
    """The court and its arbitrators."""

    chain: LocalChain
    bounty: Wei
    stakes: dict[PositionId, Stake] = field(default_factory=dict)

    def do(self, intent: Intent, sender: Address | None = None) -> None:
        self.chain.send(
            sender or self.chain.accounts[5], COURT, intent.function, intent.args, intent.value
        )

    def owner_of(self, position: PositionId, _: BlockNumber) -> Address:
        return self.stakes[position].owner

    def held(self, position: PositionId) -> Stake | None:
        """The stake as it is now: whoever lost too much of it is leaving."""
        stake = self.stakes.get(position)
        if stake is None:
            return None
        left = self.chain.call(COURT, "exitBlock", position)
        return replace(stake, exit_block=BlockNumber(left) if left else None)


@contextmanager
def played(url: str, arbitrators: int, lots: random.Random) -> Iterator[House]:
    """A deployed court on a node, with arbitrators of 1 to 8 tickets."""
    with LocalChain(url) as chain:
        chain.deploy()
        chain.rpc("anvil_setCode", chain.contracts[DESK], ZEROS_FOR_EXCLUSIONS)
        chain.rpc("anvil_setCode", chain.contracts[APPEALS], ACCEPTS_ANYTHING)
        chain.rpc("anvil_autoImpersonateAccount", True)
        for name in (DESK, APPEALS):
            chain.rpc("anvil_setBalance", chain.contracts[name], hex(10**24))
        made = House(chain, Wei(chain.call(COURT, "drawBountyGwei") * GWEI))
        for number in range(arbitrators):
            owner = checksummed(keccak(b"arbitrator %d" % number)[12:])
            tickets = lots.randint(1, 8)
            chain.rpc("anvil_setBalance", owner, hex(10**22))
            receipt = chain.send(owner, COURT, "stake", (tickets,), tickets * TICKET_WEI)
            since = BlockNumber(int(receipt["blockNumber"], 16))
            made.stakes[PositionId(number)] = Stake(owner, tickets, since, None, 0)
        yield made


class Dispute:
    """One dispute, and what the domain says of it."""

    def __init__(self, house: House, number: int, base: int) -> None:
        self.house, self.chain, self.number = house, house.chain, number
        self.case = replace(cases.filed(), id=ComplaintId(number))
        self.secrets: dict[tuple[int, int], Secret] = {}
        word = self.chain.call(COURT, "tracks", 0)
        seats, cost = fees.quote(armed(word).terms, base, house.bounty)
        assert self.chain.call(COURT, "quote", 0, base) == (seats, cost)
        args = (number, 0, random.Random(number).getrandbits(64), base)
        self.chain.send(self.chain.contracts[DESK], COURT, "acceptCase", args, cost)
        self._rounds: tuple[Round, ...] = (armed(self.chain.call(COURT, "rounds", number)),)
        self._next = BlockNumber(self.chain.block_number() + 1)

    @property
    def current(self) -> Round:
        return self.rounds()[-1]

    def rounds(self) -> tuple[Round, ...]:
        head = self.chain.block_number()
        if head >= self._next:
            for event in folding.events(self.chain, self._next):
                if event.args.get("dispute") == self.number:
                    self._rounds = hearing.hear(self._rounds, event, self.house.owner_of)
            self._next = BlockNumber(head + 1)
        return self._rounds

    def check(self) -> RoundPhase:
        """Where it stands, by both."""
        current = self.current
        head = self.chain.header(self.chain.block_number()).block
        stands = phases.round_phase(current, head.timestamp, head.number)
        assert self.chain.call(COURT, "phase", self.number) == stands
        is_open = phases.evidence_open(current, head.timestamp, head.number)
        assert self.chain.call(COURT, "evidenceOpen", self.number) == is_open
        if stands is not RoundPhase.NONE:
            assert self.chain.call(COURT, "rounds", self.number) == record.round_word(current)
            told = [seat.number for seat in current.seats if seat.leaked_at is not None]
            word = commitments.commits_word(keccak, current.commitments, told)
            assert self.chain.call(COURT, "commits", self.number) == word
        return stands

    def panel(self, seed: Hash32) -> tuple[PositionId, ...]:
        *earlier, current = self.rounds()
        lottery = draw.lottery(DisputeId(self.number), current, seed)
        held = cache(self.house.held)
        return draw.panel(keccak, lottery, held, lambda _: False, draw.sat_before(earlier))

    def hide(self, seat: int, vote: int) -> Hash32:
        round_ = self.current.number
        salt = hash32(keccak(f"{self.number}/{round_}/{seat}/{vote}".encode()))
        self.secrets[round_, seat] = Secret(BasisPoints(vote), salt, NO_DIGEST)
        court = self.chain.contracts[COURT]
        ballot = Ballot(self.chain.chain_id, court, DisputeId(self.number), round_, seat)
        return commitments.commitment(keccak, ballot, BasisPoints(vote), salt, NO_DIGEST)

    def opening(self, seat: int) -> intents.Opening:
        current = self.current
        said = self.secrets[current.number, seat]
        prefix, later = commitments.opening(keccak, current.commitments, seat)
        return intents.Opening(seat, said.vote, said.salt, said.reason, prefix, later)

    def links(self, seats: Sequence[int]) -> tuple[int, tuple[commitments.Link, ...]]:
        current = self.current
        secrets = {seat: self.secrets[current.number, seat] for seat in seats}
        return commitments.links(keccak, current.commitments, secrets)
