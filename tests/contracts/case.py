"""One order and the complaint about it, played step by step with real transactions."""

import clock
import header
import model
from brownie import chain
from eth_abi import encode
from eth_utils import keccak
from house import CLAIM, ETH, NOBODY, House, RoundPhase

DIGEST = b"\xd1" * 32
SALT = b"\x5a" * 32
REASON = b"\x4e" * 32
_references = iter(range(1, 1 << 32))


def accusation(account, salt: bytes) -> bytes:
    """What `accuse` takes about `account`."""
    return keccak(encode(["address", "bytes32"], [str(account), salt]))


class Case:
    """An order of `customer`, and the complaint about it once it is filed.

    Attributes:
        order: the order's facts, as the contracts take them.
        number: the complaint's number; 0 before it is filed.
        entries: what the present round has committed: (seat, commitment), in order.
    """

    def __init__(self, house: House, *, amount: int = ETH, customer=None, version: int = 1) -> None:
        self._begin(house, amount, customer or house.customer, NOBODY, version)
        payer = {"from": self.customer, "value": amount}
        self.paid = self._did(house.escrow.pay(1, version, self.order[4], payer))
        self.key = self.paid.events["Paid"]["key"]

    def _begin(self, house: House, amount: int, customer, token: str, version: int = 1) -> None:
        self.house, self.amount, self.customer = house, amount, customer
        reference = next(_references).to_bytes(32, "big")
        self.order = (house.organisation, version, str(customer), token, reference)
        self.number = 0
        self.entries: list[tuple[int, bytes]] = []
        self.transactions: list = []

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

    def pledge(self, refund: int, *, kind: int = 1, due_hours: int = 48):
        operator = {"from": self.house.operator}
        return self._did(
            self.house.desk.pledge(self.number, kind, due_hours, refund, DIGEST, operator)
        )

    def deliver(self):
        return self._did(
            self.house.desk.deliver(self.number, DIGEST, {"from": self.house.operator})
        )

    def accept(self, offer_number: int = 1):
        customer = {"from": self.customer}
        return self._did(self.house.desk.accept(self.number, self.order, offer_number, customer))

    def withdraw(self, offer_number: int = 0):
        customer = {"from": self.customer}
        return self._did(self.house.desk.withdraw(self.number, self.order, offer_number, customer))

    def settle(self, share: int, by, number: int = 0):
        """Propose `share`, or agree to it, while round `number` is open."""
        return self._did(
            self.house.desk.settle(self.number, self.order, number, share, {"from": by})
        )

    @property
    def cost(self) -> int:
        """Wei that escalating costs now."""
        return int(self.house.desk.escalationCost(self.number, self.order)[1])

    def escalate(self, demand: int, offer_number: int = 1, by=None):
        return self._did(
            self.house.desk.escalate(
                self.number, self.order, offer_number, demand, DIGEST,
                {"from": by or self.customer, "value": self.cost},
            )
        )  # fmt: skip

    def escalated(self, *, offer: int = 4000, demand: int = 8000) -> "Case":
        """File, offer and escalate."""
        self.file()
        self.offer(offer)
        self.escalate(demand)
        return self

    @property
    def round(self) -> model.Round:
        """The open round's word, unpacked."""
        return model.unpack_round(self.house.court.rounds(self.number))

    @property
    def seed_block(self) -> int:
        return self.round.armed_block + self.house.seeds.delay()

    def seed_proof(self) -> bytes:
        """Wait for the seed's block and return its header."""
        if chain[-1].number <= self.seed_block:
            clock.to_block(self.seed_block + 1)
        return header.of_block(self.seed_block)[0]

    def draw(self):
        """Wait for the seed's block and draw."""
        proof = self.seed_proof()
        self.entries = []
        return self._did(self.house.court.draw(self.number, proof, {"from": self.house.keeper}))

    @property
    def panel(self) -> list[int]:
        """The positions that sit."""
        seats = range(self.round.seats)
        return [int(self.house.court.seat(self.number, seat)[0]) for seat in seats]

    def owner(self, seat: int):
        """The account in a seat, as a sender."""
        owner = self.house.court.seat(self.number, seat)[1]
        return next(a for a in self.house.arbitrators if a == owner)

    def commitment(self, seat: int, vote: int, salt: bytes = SALT) -> bytes:
        number = self.round.number
        return bytes(self.house.court.commitmentOf(self.number, number, seat, vote, salt, REASON))

    def commit(self, seat: int, vote: int):
        commitment = self.commitment(seat, vote)
        done = self.house.court.commit(self.number, seat, commitment, {"from": self.owner(seat)})
        self.entries.append((seat, commitment))
        return self._did(done)

    def opening(self, seat: int, vote: int, at: int | None = None) -> tuple:
        """What shows the seat's commitment (its last one, or entry `at`)."""
        if at is None:
            at = max(i for i, (number, _) in enumerate(self.entries) if number == seat)
        prefix = model.chained(self.entries[:at])
        return (seat, SALT, REASON, vote, prefix, self.entries[at + 1 :])

    def reveal(self, seat: int, vote: int):
        return self._did(
            self.house.court.reveal(
                self.number, self.opening(seat, vote), {"from": self.house.keeper}
            )
        )

    def vote(self, votes: list[int | None], hidden: tuple[int, ...] = ()) -> "Case":
        """Draw, commit and reveal; None never commits, seats in `hidden` never reveal.

        Ends as soon as the votes are counted: while they can be appealed, if they can.
        """
        self.draw()
        clock.to(self.round.commit_opens)
        for seat, vote in enumerate(votes):
            if vote is not None:
                self.commit(seat, vote)
        if None in votes:
            clock.to(self.round.commit_ends)
        for seat, vote in enumerate(votes):
            if vote is not None and seat not in hidden:
                self.reveal(seat, vote)
        if self.round_phase == RoundPhase.REVEAL:
            clock.to(self.round.reveal_ends)
        return self

    def decided(self, votes: list[int | None], hidden: tuple[int, ...] = ()) -> "Case":
        """Vote, and let the window to appeal pass."""
        self.vote(votes, hidden)
        if self.round_phase == RoundPhase.APPEALABLE:
            clock.to(self.round.appeal_ends)
        assert self.round_phase == RoundPhase.DECIDABLE
        return self

    def appeal(self, *, higher: bool, by=None):
        """Fill a pot of the appeal fund, which opens the appeal."""
        self.entries = []
        missing = self.house.appeals.missing(self.number, higher)
        by = {"from": by or self.house.keeper, "value": missing}
        return self._did(self.house.appeals.contribute(self.number, higher, by))

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


class Claim(Case):
    """A claim of `customer` against the bond; it begins with its complaint.

    Attributes:
        deposit: what is left with it (wei).
    """

    def __init__(self, house: House, *, amount: int = CLAIM, customer=None) -> None:
        self._begin(house, amount, customer or house.customer, house.claims.address)
        self.deposit = int(house.claims.depositFor(amount))

    def file(self, demand: int = 10_000, category: int = 2):
        arguments = (*self.order[:2], self.amount, self.order[4], demand, category, DIGEST)
        payer = {"from": self.customer, "value": self.deposit}
        done = self.house.claims.claim(*arguments, payer)
        self.number = done.events["Filed"]["complaint"]
        self.key = done.events["Claimed"]["key"]
        return self._did(done)

    def fund(self, amount: int, by=None):
        payer = {"from": by or self.house.admin, "value": amount}
        return self._did(self.house.claims.fund(self.number, payer))


class PublicCase(Case):
    """A dispute of `arbitrable`, brought through the public door; nothing of the desk is played."""

    def __init__(self, house: House, arbitrable, *, choices: int = 2, extra: bytes = b"") -> None:
        self._begin(house, 0, arbitrable, NOBODY)
        payer = {"from": arbitrable, "value": house.public.arbitrationCost(extra)}
        done = self._did(house.public.createDispute(choices, extra, payer))
        self.number = int(done.events["DisputeCreation"]["_disputeID"])

    def execute(self):
        return self._did(self.house.public.executeRuling(self.number, {"from": self.house.keeper}))
