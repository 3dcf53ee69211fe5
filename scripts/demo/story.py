"""The dispute, step by step. Each step is a transaction that its person signs."""

from __future__ import annotations

import random
import secrets
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from scripts.demo.client import Api, Node, Person
from scripts.demo.errors import DemoError

FILES = Path(__file__).parent / "files"
ETHER = 10**18
HOUR = 3600
ARBITRATORS = 16
#: What the three drawn arbitrators think that the customer should get, in basis points.
VOTES = (5000, 5500, 7000)
#: Eight in the morning to eight in the evening (UTC), every day.
PEAK_MASK = sum(1 << hour for hour in range(168) if 8 <= hour % 24 < 20)


@dataclass
class Cast:
    """Who takes part."""

    organisation: Person = field(default_factory=lambda: Person.new("organisation"))
    customer: Person = field(default_factory=lambda: Person.new("customer"))
    anyone: Person = field(default_factory=lambda: Person.new("anyone"))
    arbitrators: Sequence[Person] = field(
        default_factory=lambda: [Person.new(f"arbitrator {n}") for n in range(1, ARBITRATORS + 1)]
    )

    def everyone(self) -> list[Person]:
        return [self.organisation, self.customer, self.anyone, *self.arbitrators]


@dataclass(frozen=True)
class Played:
    """What the story leaves for the auditor."""

    complaint: int
    customer_gain: int
    """Wei that the customer's balance grew by at the execution."""


class Story:
    """Plays one dispute through the API. `say` gets a line as each step begins."""

    def __init__(self, api: Api, node: Node, say: Callable[[str], None]) -> None:
        self._api = api
        self._node = node
        self._say = say
        self._cast = Cast()

    @property
    def cast(self) -> Cast:
        return self._cast

    def play(self) -> Played:
        """From the funding of the wallets to the ratings."""
        cast = self._cast
        self._say("funding nineteen new wallets on the local chain")
        self._node.fund(cast.everyone(), 10 * ETHER)
        organisation = self._open_for_business()
        self._stake()
        order = self._pay(organisation)
        complaint = self._complain(order)
        self._talk(complaint)
        self._escalate(complaint)
        self._vote(complaint)
        gain = self._end(complaint)
        return Played(complaint, gain)

    def _act(self, person: Person, action: str, says: str, **params: object) -> str:
        """Prepares, signs, sends, and waits until the index has it; the transaction's hash."""
        self._say(f"{person.role}: {says}")
        prepared = self._api.prepare(action, person, **params)
        transaction = self._node.send(person, prepared["transaction"])
        self._api.wait_for(self._node.head())
        return transaction

    def _digest(self, person: Person, text: str, *files: tuple[Path, str]) -> str:
        return str(self._api.submit(person, text, files)["digest"])

    def _open_for_business(self) -> int:
        shop = self._cast.organisation
        agreement = self._digest(shop, "We answer within 72 hours and stand by it with our bond.")
        policy = {
            "peak_mask": str(PEAK_MASK),
            "acknowledge_peak_seconds": 30 * 60,
            "acknowledge_off_peak_seconds": 10 * 60,
            "answer_hours": 72,
            "confirm_hours": 48,
            "protection_hours": 14 * 24,
            "track": 0,
        }
        self._act(shop, "register", "registers its policy", policy=policy, agreement=agreement)
        found = self._api.get("/v1/organisations")["organisations"]
        organisation = max(int(one["id"]) for one in found)
        self._act(
            shop, "bond", "posts a bond of 1 ETH", organisation=organisation, amount=str(ETHER)
        )
        return organisation

    def _stake(self) -> None:
        self._say(f"{ARBITRATORS} arbitrators stake 1 to 8 tickets each")
        for number, person in enumerate(self._cast.arbitrators):
            prepared = self._api.prepare("stake", person, tickets=1 + number % 8)
            self._node.send(person, prepared["transaction"])
        self._api.wait_for(self._node.head())

    def _pay(self, organisation: int) -> str:
        ref = "0x" + secrets.token_hex(32)
        customer = self._cast.customer
        self._act(
            customer,
            "pay",
            "pays 1 ETH for an order into escrow",
            organisation=organisation,
            version=1,
            ref=ref,
            amount=str(ETHER),
        )
        orders = self._api.get("/v1/orders", customer=customer.address)["orders"]
        return str(next(one["key"] for one in orders if one["ref"] == ref))

    def _complain(self, order: str) -> int:
        customer = self._cast.customer
        with tempfile.TemporaryDirectory() as folder:
            recording = Path(folder) / "unboxing.bin"
            recording.write_bytes(random.Random(3).randbytes(3 * 1024 * 1024))
            digest = self._digest(
                customer,
                "The lamp came broken. I ask for 80 % of the price.",
                (FILES / "screenshot.png", "file"),
                (FILES / "transcript.txt", "transcript"),
                (recording, "file"),
            )
        self._act(
            customer,
            "file",
            "files a complaint with a picture, a transcript and a 3 MiB file, asks for 80 %",
            order=order,
            demand=8000,
            category=2,
            digest=digest,
        )
        cases = self._api.get("/v1/cases", customer=customer.address)["cases"]
        return int(cases[0]["id"])

    def _talk(self, complaint: int) -> None:
        shop, customer = self._cast.organisation, self._cast.customer
        self._node.pass_time(5 * 60)
        digest = self._digest(shop, "Thank you. We are looking at it: Ms Lind, order support.")
        self._act(shop, "acknowledge", "acknowledges in time", complaint=complaint, digest=digest)
        digest = self._digest(shop, "Is the switch broken as well, or only the shade?")
        self._act(shop, "ask", "asks for information", complaint=complaint, digest=digest)
        self._node.pass_time(2 * HOUR)
        digest = self._digest(customer, "The switch does not work either.")
        self._act(customer, "inform", "replies", complaint=complaint, digest=digest)
        self._node.pass_time(3 * HOUR)
        digest = self._digest(shop, "The base is usable. We offer 40 % of the price.")
        self._act(shop, "offer", "offers 40 %", complaint=complaint, share=4000, digest=digest)

    def _escalate(self, complaint: int) -> None:
        customer, anyone = self._cast.customer, self._cast.anyone
        digest = self._digest(customer, "A lamp that gives no light is worth little. I ask 80 %.")
        self._act(
            customer,
            "escalate",
            "takes the case to arbitrators, asking for 80 %",
            complaint=complaint,
            offer_number=1,
            demand=8000,
            digest=digest,
        )
        # The seed's block is a few blocks ahead; nobody knows its RANDAO value yet.
        self._node.mine(6)
        self._api.wait_for(self._node.head())
        self._act(
            anyone, "draw", "draws three of the sixteen, with the seed's block", complaint=complaint
        )

    def _vote(self, complaint: int) -> None:
        """Commits and reveals; the salts never leave this process before the reveal."""
        self._say("a day for the hand-over of sealed evidence passes")
        self._node.pass_time(24 * HOUR)
        by_address = {one.address: one for one in self._cast.arbitrators}
        seats = self._api.get(f"/v1/cases/{complaint}")["case"]["rounds"][-1]["seats"]
        ballots = []
        for seat, vote in zip(seats, VOTES, strict=True):
            person = by_address[seat["owner"]]
            reason = self._digest(person, f"The base is usable, the rest is not: {vote / 100:g} %.")
            salt = "0x" + secrets.token_hex(32)
            commitment = self._commitment(complaint, seat["number"], vote, salt, reason)
            self._act(
                person,
                "commit",
                f"commits a vote in seat {seat['number']}",
                complaint=complaint,
                seat=seat["number"],
                commitment=commitment,
            )
            ballots.append((person, seat["number"], vote, salt, reason))
        for person, number, vote, salt, reason in ballots:
            self._act(
                person,
                "reveal",
                f"reveals {vote / 100:g} %",
                complaint=complaint,
                seat=number,
                vote=vote,
                salt=salt,
                reason=reason,
            )

    def _commitment(self, complaint: int, seat: int, vote: int, salt: str, reason: str) -> str:
        court = self._api.get("/v1/deployments")["contracts"]["ArbitrationCourt"]["address"]
        values = (
            int(self._node.call("eth_chainId"), 16),
            court,
            complaint,
            0,
            seat,
            vote,
            bytes.fromhex(salt[2:]),
            bytes.fromhex(reason[2:]),
        )
        types = ["uint256", "address", "uint256", "uint256", "uint8", "uint16"]
        return "0x" + keccak(encode([*types, "bytes32", "bytes32"], values)).hex()

    def _end(self, complaint: int) -> int:
        cast = self._cast
        before = self._node.balance(cast.customer.address)
        self._act(cast.anyone, "execute", "has the ruling carried out", complaint=complaint)
        gain = self._node.balance(cast.customer.address) - before
        if gain <= 0:
            raise DemoError("the customer was not paid")
        self._act(cast.customer, "confirm", "confirms the payment", complaint=complaint)
        digest = self._digest(cast.customer, "It took a while, but it was fair.")
        self._act(
            cast.customer, "rate", "gives four stars", complaint=complaint, stars=4, digest=digest
        )
        self._act(cast.organisation, "rate", "gives five stars", complaint=complaint, stars=5)
        return gain
