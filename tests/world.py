"""Short names for what people do with the contracts on a real local chain.

Of the node's accounts, 0 deploys and is the guardian, 1 registers the organisation and answers for
it, 2 and 3 are customers, 4 may become an operator. Each action is a mined transaction; one that
the contracts refuse raises the `ContractRefused` that people would see.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any, Self

from dapp.chain.keccak import keccak
from dapp.domain import commitments
from dapp.domain.events import CLAIMS, COURT, DESK, ESCROW, OUTSIDE, PUBLIC, REGISTRY
from dapp.domain.parts import Order, PledgeKind
from dapp.domain.payment import deposit_for
from dapp.domain.phases import RoundPhase
from dapp.domain.policy import Policy
from dapp.domain.types import (
    NATIVE_COIN,
    NO_DIGEST,
    Address,
    Digest,
    Hash32,
    OrganisationId,
    Wei,
    hash32,
    word,
)
from tests.local_chain import Receipt
from tests.local_court import HOURS, LocalCourt

__all__ = ["DAYS", "ETHER", "HOURS", "OFFICE_HOURS", "POLICY", "World", "digest"]

ETHER = 10**18
DAYS = 24 * HOURS
# Monday to Friday, 08:00 to 20:00 UTC.
OFFICE_HOURS = sum(1 << day * 24 + hour for day in range(5) for hour in range(8, 20))
# A claim without an order asks for one coin at the most.
POLICY = Policy(OFFICE_HOURS, 30 * 60, 10 * 60, 72, 72, 720, 0, 16)


def digest(text: str) -> Digest:
    """A digest of the test's own; no manifest stands behind it."""
    return Digest(hash32(keccak(text.encode())))


class World(LocalCourt):
    """One deployment on one local chain; remembers what each complaint is about."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.guardian, self.organisation, self.customer, self.other_customer = self.accounts[:4]
        self.operator = self.accounts[4]
        self._refs = itertools.count(1)
        self._orders: dict[int, Order] = {}

    @classmethod
    def deployed(cls, url: str, folder: Path | None = None) -> Self:
        """A fresh deployment; writes CHAINID.json to `folder` if given."""
        world = cls(url)
        world.deploy(folder)
        return world

    def list_house(self) -> None:
        """Let organisations choose the house court by its public door: `FIRST_OUTSIDE_TRACK`."""
        self.decree(OUTSIDE, "list", (0, self.contracts[PUBLIC], "0x", ETHER, 30))

    # The organisation

    def register(
        self,
        policy: Policy = POLICY,
        actor: Address | None = None,
        what: Digest | None = None,
    ) -> OrganisationId:
        """Registers an organisation."""
        args = (astuple(policy), what or digest("agreement"))
        self.send(actor or self.organisation, REGISTRY, "register", args)
        return OrganisationId(self.call(REGISTRY, "organisationCount"))

    def publish(self, organisation: OrganisationId, policy: Policy) -> None:
        """Its next policy."""
        args = (organisation, astuple(policy), digest("next"))
        self.send(self.organisation, REGISTRY, "publishPolicy", args)

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

    def pledge(self, complaint: int, due_hours: int = 48, refund: int = 5000) -> Receipt:
        """The organisation promises to send again, or else a refund."""
        args = (complaint, PledgeKind.SEND_AGAIN, due_hours, refund, NO_DIGEST)
        return self.send(self.organisation, DESK, "pledge", args)

    def deliver(self, complaint: int, what: Digest = NO_DIGEST) -> Receipt:
        """The organisation says that it kept its pledge."""
        return self.send(self.organisation, DESK, "deliver", (complaint, what))

    def fund(self, complaint: int, amount: int, payer: Address | None = None) -> Receipt:
        """Money is sent along with a claim, so that it can be settled."""
        return self.send(payer or self.organisation, CLAIMS, "fund", (complaint,), amount)

    # The customer

    def pay(
        self, organisation: OrganisationId, amount: int = ETHER, customer: Address | None = None
    ) -> Order:
        """Pays for an order under the policy in force."""
        payer = customer or self.customer
        version = self.call(REGISTRY, "currentVersion", organisation)
        ref = hash32(keccak(word(next(self._refs))))
        self.send(payer, ESCROW, "pay", (organisation, version, ref), amount)
        return _order(organisation, version, payer, NATIVE_COIN, ref)

    def file(
        self, order: Order, demand: int = 8000, category: int = 2, what: Digest = NO_DIGEST
    ) -> int:
        """Files a complaint; returns its number."""
        self.send(order.customer, DESK, "file", (_facts(order), demand, category, what))
        return self._filed(order)

    def filed(self, transaction: Mapping[str, Any], order: Order) -> int:
        """Files with a transaction that somebody else prepared; returns the complaint's number."""
        names = ("from", "to", "data")
        value = hex(int(transaction["value"]))
        self._mined({**{name: transaction[name] for name in names}, "value": value})
        return self._filed(order)

    def claim(
        self,
        organisation: OrganisationId,
        amount: int = ETHER // 10,
        demand: int = 8000,
        what: Digest | None = None,
    ) -> int:
        """Claims from the bond without an order; returns the complaint's number."""
        version = self.call(REGISTRY, "currentVersion", organisation)
        ref = hash32(keccak(word(next(self._refs))))
        args = (organisation, version, amount, ref, demand, 2, what or digest("claim"))
        self.send(self.customer, CLAIMS, "claim", args, deposit_for(Wei(amount)))
        claims = self.contracts[CLAIMS]
        return self._filed(_order(organisation, version, self.customer, claims, ref))

    def contest(self, complaint: int) -> Receipt:
        """The customer says that the first reply was no answer."""
        return self.send(self.customer_of(complaint), DESK, "contest", (complaint,))

    def inform(self, complaint: int, what: Digest = NO_DIGEST) -> Receipt:
        """The customer replies."""
        return self.send(self.customer_of(complaint), DESK, "inform", (complaint, what))

    def accuse(self, complaint: int, account: Address, salt: Hash32) -> None:
        """The customer accuses somebody, and names who it is."""
        said = commitments.accusation(keccak, account, salt)
        customer = self.customer_of(complaint)
        self.send(customer, DESK, "accuse", (complaint, said))
        self.send(customer, DESK, "nameAccused", (complaint, account, salt))

    def accept(self, complaint: int, offer: int = 1) -> Receipt:
        """The customer takes an offer."""
        args = (complaint, self.order_facts(complaint), offer)
        return self.send(self.customer_of(complaint), DESK, "accept", args)

    def confirm_delivery(self, complaint: int) -> Receipt:
        """The customer says that a pledge was kept."""
        args = (complaint, self.order_facts(complaint))
        return self.send(self.customer_of(complaint), DESK, "confirmDelivery", args)

    def reopen(self, complaint: int, what: Digest = NO_DIGEST) -> Receipt:
        """The customer says that it was not."""
        return self.send(self.customer_of(complaint), DESK, "reopen", (complaint, what))

    def withdraw(self, complaint: int, offer: int = 0) -> Receipt:
        """The customer takes the complaint back, having seen the latest offer."""
        args = (complaint, self.order_facts(complaint), offer)
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

    # Either side, or anyone

    def evidence(self, complaint: int, actor: Address, what: Digest) -> Receipt:
        """A party adds evidence."""
        return self.send(actor, DESK, "submitEvidence", (complaint, what))

    def settle(self, complaint: int, share: int, actor: Address) -> Receipt:
        """One side says for what share it would settle; the second to say so settles."""
        round_ = self.round_number(complaint)
        args = (complaint, self.order_facts(complaint), round_, share)
        return self.send(actor, DESK, "settle", args)

    def execute(self, complaint: int, actor: Address | None = None) -> Receipt:
        """Anyone does what is due; a ruling that can be appealed is waited for."""
        if self.call(COURT, "phase", complaint) == RoundPhase.APPEALABLE:
            self.wait_for_ruling(complaint)
        args = (complaint, self.order_facts(complaint))
        return self.send(actor or self.bystander, DESK, "execute", args)

    def freeze(self, order: Order, hours: int = 100) -> Receipt:
        """The guardian holds an order's payouts."""
        return self.send(self.guardian, ESCROW, "freeze", (_facts(order), hours))

    def release(self, order: Order) -> Receipt:
        """The customer gives an order's money to the organisation."""
        return self.send(order.customer, ESCROW, "release", (_facts(order),))

    # Several steps at once

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

    def customer_of(self, complaint: int) -> Address:
        """Who filed the complaint."""
        return self._orders[complaint].customer

    def order_facts(self, complaint: int) -> tuple[int, int, str, str, str]:
        """The order of a complaint, as the contracts take it."""
        return _facts(self._orders[complaint])

    def knows(self, complaint: int, order: Order) -> None:
        """Remember the order of a complaint that came another way."""
        self._orders[complaint] = order

    def _filed(self, order: Order) -> int:
        complaint: int = self.call(DESK, "complaintCount")
        self._orders[complaint] = order
        return complaint


def _order(
    organisation: OrganisationId, version: int, customer: Address, token: Address, ref: Hash32
) -> Order:
    people = (word(int(customer, 16)), word(int(token, 16)))
    parts = (word(organisation), word(version), *people, bytes.fromhex(ref[2:]))
    return Order(organisation, version, customer, token, ref, hash32(keccak(b"".join(parts))))


def _facts(order: Order) -> tuple[int, int, str, str, str]:
    return (order.organisation, order.version, order.customer, order.token, order.ref)
