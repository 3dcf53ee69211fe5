"""Short names for what people do with the contracts on a real local chain.

Of the node's accounts, 0 deploys, 1 registers the organisation and answers for it, 2 and 3 are
customers, 5 has no part in anything, 10 to 25 may arbitrate. Each action is a mined transaction;
one that the contracts refuse raises the `ContractRefused` that people would see.
"""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from dapp.chain.keccak import keccak
from dapp.domain import commitments
from dapp.domain.commitments import Ballot
from dapp.domain.events import COURT, DESK, ESCROW, REGISTRY
from dapp.domain.parts import Order
from dapp.domain.policy import Policy
from dapp.domain.rounds import Commitment
from dapp.domain.types import (
    NATIVE_COIN,
    NO_DIGEST,
    Address,
    BasisPoints,
    Digest,
    DisputeId,
    Hash32,
    OrganisationId,
    hash32,
    word,
)
from tests.local_chain import TICKET_WEI, LocalChain, Receipt

ETHER = 10**18
HOURS = 3600
DAYS = 24 * HOURS
SEED_DELAY = 4
# Monday to Friday, 08:00 to 20:00 UTC.
OFFICE_HOURS = sum(1 << day * 24 + hour for day in range(5) for hour in range(8, 20))
POLICY = Policy(OFFICE_HOURS, 30 * 60, 10 * 60, 72, 72, 720, 0)


def digest(text: str) -> Digest:
    """A digest of the test's own; no manifest stands behind it."""
    return Digest(hash32(keccak(text.encode())))


class World(LocalChain):
    """One deployment on one local chain; remembers orders, commitments, votes and salts."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.organisation, self.customer, self.other_customer = self.accounts[1:4]
        self.operator, self.bystander = self.accounts[4:6]
        self.arbitrators = self.accounts[10:26]
        self._refs = itertools.count(1)
        self._orders: dict[int, Order] = {}
        self._commits: dict[tuple[int, int], list[Commitment]] = {}
        self._votes: dict[tuple[int, int, int], tuple[int, Hash32, Digest]] = {}

    @classmethod
    def deployed(cls, url: str, folder: Path | None = None) -> Self:
        """A fresh deployment; writes CHAINID.json to `folder` if given."""
        world = cls(url)
        world.deploy(folder)
        return world

    # The organisation

    def register(self, policy: Policy = POLICY, actor: Address | None = None) -> OrganisationId:
        """Registers an organisation."""
        self.send(
            actor or self.organisation, REGISTRY, "register", (_terms(policy), digest("agreement"))
        )
        return OrganisationId(self.call(REGISTRY, "organisationCount"))

    def bond(self, organisation: OrganisationId, amount: int = ETHER) -> None:
        """Posts a bond."""
        self.send(self.organisation, REGISTRY, "depositBond", (organisation,), amount)

    def acknowledge(self, complaint: int, what: Digest = NO_DIGEST) -> Receipt:
        """The organisation's first reply."""
        return self.send(self.organisation, DESK, "acknowledge", (complaint, what))

    def ask(self, complaint: int, what: Digest = NO_DIGEST) -> Receipt:
        """The organisation asks for information."""
        return self.send(self.organisation, DESK, "ask", (complaint, what))

    def offer(self, complaint: int, share: int, what: Digest = NO_DIGEST) -> Receipt:
        """The organisation offers a share."""
        return self.send(self.organisation, DESK, "offer", (complaint, share, what))

    # The customer

    def pay(
        self, organisation: OrganisationId, amount: int = ETHER, customer: Address | None = None
    ) -> Order:
        """Pays for an order under the policy in force."""
        payer = customer or self.customer
        version = self.call(REGISTRY, "currentVersion", organisation)
        ref = hash32(keccak(word(next(self._refs))))
        self.send(payer, ESCROW, "pay", (organisation, version, ref), amount)
        facts = (organisation, version, payer, NATIVE_COIN, ref)
        parts = (word(organisation), word(version), word(int(payer, 16)), word(0))
        key = hash32(keccak(b"".join(parts) + bytes.fromhex(ref[2:])))
        return Order(*facts, key=key)

    def file(
        self, order: Order, demand: int = 8000, category: int = 2, what: Digest = NO_DIGEST
    ) -> int:
        """Files a complaint; returns its number."""
        self.send(order.customer, DESK, "file", (_facts(order), demand, category, what))
        complaint: int = self.call(DESK, "complaintCount")
        self._orders[complaint] = order
        return complaint

    def inform(self, complaint: int, what: Digest = NO_DIGEST) -> Receipt:
        """The customer replies."""
        return self.send(self.customer_of(complaint), DESK, "inform", (complaint, what))

    def accept(self, complaint: int, offer: int = 1) -> Receipt:
        """The customer takes an offer."""
        args = (complaint, self.order_facts(complaint), offer)
        return self.send(self.customer_of(complaint), DESK, "accept", args)

    def withdraw(self, complaint: int) -> Receipt:
        """The customer takes the complaint back."""
        args = (complaint, self.order_facts(complaint))
        return self.send(self.customer_of(complaint), DESK, "withdraw", args)

    def escalate(
        self, complaint: int, demand: int = 8000, offer: int = 1, what: Digest = NO_DIGEST
    ) -> Receipt:
        """The customer takes the case to the court."""
        facts = self.order_facts(complaint)
        _, cost = self.call(DESK, "escalationCost", complaint, facts)
        args = (complaint, facts, offer, demand, what)
        return self.send(self.customer_of(complaint), DESK, "escalate", args, cost)

    def confirm(self, complaint: int) -> Receipt:
        """The customer is satisfied."""
        return self.send(self.customer_of(complaint), DESK, "confirm", (complaint,))

    def rate(
        self, complaint: int, stars: int, actor: Address | None = None, what: Digest = NO_DIGEST
    ) -> Receipt:
        """The customer, or `actor`, rates."""
        rater = actor or self.customer_of(complaint)
        return self.send(rater, DESK, "rate", (complaint, stars, what))

    def evidence(self, complaint: int, actor: Address, what: Digest) -> Receipt:
        """A party adds evidence."""
        return self.send(actor, DESK, "submitEvidence", (complaint, what))

    # The court

    def stake(self, count: int = 5, tickets: int = 2) -> None:
        """The first `count` arbitrators stake a position each."""
        for arbitrator in self.arbitrators[:count]:
            self.send(arbitrator, COURT, "stake", (tickets,), tickets * TICKET_WEI)

    def draw(self, complaint: int) -> Receipt:
        """Draws the panel, mining until its seed is there."""
        armed = self.call(COURT, "rounds", complaint) >> 104 & 0xFFFFFFFF
        missing = armed + SEED_DELAY - self.block_number()
        if missing > 0:
            self.mine(missing)
        proof = self.header(armed + SEED_DELAY).encoded
        return self.send(self.bystander, COURT, "draw", (complaint, proof))

    def commit(self, complaint: int, seat: int, vote: int, reason: Digest = NO_DIGEST) -> Receipt:
        """A seat's owner commits a vote."""
        round_ = self.call(COURT, "rounds", complaint) >> 95 & 3
        owner = self.seat_owner(complaint, seat)
        salt = hash32(keccak(word(complaint) + word(round_) + word(seat) + word(vote)))
        ballot = Ballot(self.chain_id, self.contracts[COURT], DisputeId(complaint), round_, seat)
        value = commitments.commitment(keccak, ballot, BasisPoints(vote), salt, reason)
        receipt = self.send(owner, COURT, "commit", (complaint, seat, value))
        made = Commitment(seat, value, self.now())
        self._commits.setdefault((complaint, round_), []).append(made)
        self._votes[complaint, round_, seat] = (vote, salt, reason)
        return receipt

    def reveal(self, complaint: int, seat: int) -> Receipt:
        """Anyone reveals what the seat committed last."""
        round_ = self.call(COURT, "rounds", complaint) >> 95 & 3
        vote, salt, reason = self._votes[complaint, round_, seat]
        made = self._commits[complaint, round_]
        prefix, later = commitments.opening(keccak, made, seat)
        rest = [(one.seat, one.value) for one in later]
        args = (complaint, seat, vote, salt, reason, prefix, rest)
        return self.send(self.bystander, COURT, "reveal", args)

    def execute(self, complaint: int) -> Receipt:
        """Anyone does what is due."""
        args = (complaint, self.order_facts(complaint))
        return self.send(self.bystander, DESK, "execute", args)

    # Several steps at once

    def vote(self, complaint: int, votes: Sequence[int | None]) -> None:
        """From the draw to the last reveal; None is a seat that never shows up."""
        self.warp(24 * HOURS)
        for seat, vote in enumerate(votes):
            if vote is not None:
                self.commit(complaint, seat, vote)
        if None in votes:
            self.warp(48 * HOURS)
        for seat, vote in enumerate(votes):
            if vote is not None:
                self.reveal(complaint, seat)

    def dispute(self, organisation: OrganisationId, votes: Sequence[int]) -> int:
        """A whole dispute, from the payment to both ratings; arbitrators must be staked."""
        complaint = self.file(self.pay(organisation), what=digest("complaint"))
        self.acknowledge(complaint)
        self.ask(complaint, digest("question"))
        self.inform(complaint, digest("reply"))
        self.offer(complaint, 4000, digest("offer"))
        self.escalate(complaint)
        self.draw(complaint)
        self.evidence(complaint, self.customer, digest("late evidence"))
        self.vote(complaint, votes)
        self.execute(complaint)
        self.confirm(complaint)
        self.rate(complaint, 4, what=digest("comment"))
        self.rate(complaint, 5, actor=self.organisation)
        return complaint

    def seat_owner(self, complaint: int, seat: int) -> Address:
        """Who sits in a seat."""
        _, owner, _ = self.call(COURT, "seat", complaint, seat)
        return next(one for one in self.accounts if one.lower() == owner.lower())

    def customer_of(self, complaint: int) -> Address:
        """Who filed the complaint."""
        return self._orders[complaint].customer

    def order_facts(self, complaint: int) -> tuple[int, int, str, str, str]:
        """The order of a complaint, as the contracts take it."""
        return _facts(self._orders[complaint])


def _facts(order: Order) -> tuple[int, int, str, str, str]:
    return (order.organisation, order.version, order.customer, order.token, order.ref)


def _terms(policy: Policy) -> tuple[int, ...]:
    return (
        policy.peak_mask,
        policy.acknowledge_peak_seconds,
        policy.acknowledge_off_peak_seconds,
        policy.answer_hours,
        policy.confirm_hours,
        policy.protection_hours,
        policy.track,
    )
