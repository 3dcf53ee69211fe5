"""One order and the complaint about it, played step by step with real transactions."""

import clock
import header
import model
from brownie import chain
from clock import HOUR
from house import ETH, NOBODY, House, RoundPhase

DIGEST = b"\xd1" * 32
SALT = b"\x5a" * 32
REASON = b"\x4e" * 32
_references = iter(range(1, 1 << 32))


class Case:
    """An order of `customer`, and the complaint about it once it is filed.

    Attributes:
        order: the order's facts, as the contracts take them.
        number: the complaint's number; 0 before it is filed.
        entries: what the present round has committed: (seat, commitment), in order.
    """

    def __init__(self, house: House, *, amount: int = ETH, customer=None) -> None:
        self.house = house
        self.amount = amount
        self.customer = customer or house.customer
        reference = next(_references).to_bytes(32, "big")
        self.order = (house.organisation, 1, str(self.customer), NOBODY, reference)
        self.number = 0
        self.entries: list[tuple[int, bytes]] = []
        self.transactions: list = []
        self.paid = self._did(
            house.escrow.pay(
                house.organisation, 1, reference, {"from": self.customer, "value": amount}
            )
        )
        self.key = self.paid.events["Paid"]["key"]

    def _did(self, transaction):
        self.transactions.append(transaction)
        return transaction

    def events(self, name: str) -> list:
        """The events of that name in the case's transactions."""
        return [event for tx in self.transactions for event in tx.events if event.name == name]

    @property
    def facts(self) -> dict[str, int]:
        """The order's word, unpacked."""
        return self.house.order(self.house.escrow.orders(self.key))

    def file(self, demand: int = 10_000, category: int = 2):
        done = self.house.desk.file(self.order, demand, category, DIGEST, {"from": self.customer})
        self.number = done.events["Filed"]["complaint"]
        return self._did(done)

    def acknowledge(self):
        return self._did(
            self.house.desk.acknowledge(self.number, DIGEST, {"from": self.house.operator})
        )

    def ask(self):
        return self._did(self.house.desk.ask(self.number, DIGEST, {"from": self.house.operator}))

    def inform(self):
        return self._did(self.house.desk.inform(self.number, DIGEST, {"from": self.customer}))

    def offer(self, share: int):
        return self._did(
            self.house.desk.offer(self.number, share, DIGEST, {"from": self.house.operator})
        )

    def escalate(self, demand: int, offer_number: int = 1):
        _, cost = self.house.desk.escalationCost(self.number, self.order)
        return self._did(
            self.house.desk.escalate(
                self.number, self.order, offer_number, demand, DIGEST,
                {"from": self.customer, "value": cost},
            )
        )  # fmt: skip

    def escalated(self, *, offer: int = 4000, demand: int = 8000) -> "Case":
        """File, offer and escalate."""
        self.file()
        self.offer(offer)
        self.escalate(demand)
        return self

    @property
    def armed(self) -> model.Round:
        """The round's word, unpacked, before the draw."""
        return model.unpack_round(self.house.court.rounds(self.number))

    @property
    def seed_block(self) -> int:
        return self.armed.armed_at + self.house.seeds.delay()

    def draw(self):
        """Wait for the seed's block and draw."""
        if chain[-1].number <= self.seed_block:
            clock.to_block(self.seed_block + 1)
        proof, _ = header.of_block(self.seed_block)
        self.entries = []
        return self._did(self.house.court.draw(self.number, proof, {"from": self.house.keeper}))

    @property
    def drawn_at(self) -> int:
        found = model.unpack_round(self.house.court.rounds(self.number))
        assert found.drawn
        return found.rest & 0xFFFFFFFF

    @property
    def panel(self) -> list[int]:
        """The positions that sit."""
        seats = model.unpack_round(self.house.court.rounds(self.number)).seats
        return [int(self.house.court.seat(self.number, seat)[0]) for seat in range(seats)]

    def owner(self, seat: int):
        """The account in a seat, as a sender."""
        owner = self.house.court.seat(self.number, seat)[1]
        return next(a for a in self.house.arbitrators if a == owner)

    def commitment(self, seat: int, vote: int, salt: bytes = SALT) -> bytes:
        voids = model.unpack_round(self.house.court.rounds(self.number)).voids
        return bytes(self.house.court.commitmentOf(self.number, voids, seat, vote, salt, REASON))

    def commit(self, seat: int, vote: int):
        commitment = self.commitment(seat, vote)
        done = self.house.court.commit(self.number, seat, commitment, {"from": self.owner(seat)})
        self.entries.append((seat, commitment))
        return self._did(done)

    def opening(self, seat: int, vote: int, at: int | None = None) -> tuple:
        """The arguments of `reveal` for the seat's commitment (its last one, or entry `at`)."""
        if at is None:
            at = max(i for i, (number, _) in enumerate(self.entries) if number == seat)
        prefix = model.chained(self.entries[:at])
        return (self.number, seat, vote, SALT, REASON, prefix, self.entries[at + 1 :])

    def reveal(self, seat: int, vote: int):
        return self._did(
            self.house.court.reveal(*self.opening(seat, vote), {"from": self.house.keeper})
        )

    def vote(self, votes: list[int | None], hidden: tuple[int, ...] = ()) -> "Case":
        """Draw, commit and reveal; None never commits, seats in `hidden` never reveal."""
        self.draw()
        clock.to(self.drawn_at + 24 * HOUR)
        for seat, vote in enumerate(votes):
            if vote is not None:
                self.commit(seat, vote)
        if None in votes:
            clock.to(self.drawn_at + 48 * HOUR)
        for seat, vote in enumerate(votes):
            if vote is not None and seat not in hidden:
                self.reveal(seat, vote)
        if self.round_phase == RoundPhase.REVEAL:
            clock.to(self.drawn_at + 72 * HOUR)
        return self

    def void(self):
        """End a round in which too few revealed."""
        self.entries = []
        return self._did(self.house.court.voidRound(self.number, {"from": self.house.keeper}))

    def execute(self):
        return self._did(
            self.house.desk.execute(self.number, self.order, {"from": self.house.keeper})
        )

    @property
    def phase(self) -> int:
        return self.house.desk.phase(self.number)

    @property
    def round_phase(self) -> int:
        return self.house.court.phase(self.number)
