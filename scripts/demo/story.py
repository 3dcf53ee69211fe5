"""The dispute, step by step. Each step is a transaction that its person signs."""

from __future__ import annotations

import random
import secrets
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.demo.client import Api, Node, Person
from scripts.demo.errors import DemoError
from scripts.demo.hearing import Hearing

FILES = Path(__file__).parent / "files"
ETHER = 10**18
HOUR = 3600
ARBITRATORS = 16
#: What the three arbitrators drawn first think that the customer should get, in basis points.
VOTES = (2000, 2500, 3500)
#: What the seven of the appeal think.
APPEAL_VOTES = (5500, 3000, 6000, 5000, 7000, 5500, 6500)
#: Eight in the morning to eight in the evening (UTC), every day.
PEAK_MASK = sum(1 << hour for hour in range(168) if 8 <= hour % 24 < 20)


@dataclass
class Cast:
    """Who takes part: accounts that whoever tries the stack can import, to go on as any of them.

    Those who were drawn with keys that nobody has would never vote.
    """

    organisation: Person = field(default_factory=lambda: Person.known("organisation", 1))
    customer: Person = field(default_factory=lambda: Person.known("customer", 2))
    anyone: Person = field(default_factory=lambda: Person.known("anyone", 3))
    arbitrators: Sequence[Person] = field(
        default_factory=lambda: [
            Person.known(f"arbitrator {n}", 3 + n) for n in range(1, ARBITRATORS + 1)
        ]
    )

    def everyone(self) -> list[Person]:
        return [self.organisation, self.customer, self.anyone, *self.arbitrators]


@dataclass(frozen=True)
class Played:
    """What the story leaves for the auditor."""

    complaint: int
    customer_gain: int
    """Wei that the customer's balance grew by at the execution."""
    stake_back: int
    """Wei that the customer took out of the appeal."""
    promise: int
    """The complaint that ended with a promise kept."""


class Story:
    """Plays a dispute with an appeal, and a promise, through the API.

    `say` gets a line as each step begins.
    """

    def __init__(self, api: Api, node: Node, say: Callable[[str], None]) -> None:
        self._api = api
        self._node = node
        self._say = say
        self._cast = Cast()

    @property
    def cast(self) -> Cast:
        return self._cast

    def play(self) -> Played:
        """From the registration to the ratings."""
        organisation = self._open_for_business()
        self._stake()
        order = self._pay(organisation)
        complaint = self._complain(order)
        self._talk(complaint)
        self._escalate(complaint)
        self._hear(complaint, VOTES)
        self._appeal(complaint)
        self._hear(complaint, APPEAL_VOTES)
        gain, back = self._end(complaint)
        kept = self._promise(organisation)
        return Played(complaint, gain, back, kept)

    def _hear(self, complaint: int, votes: Sequence[int]) -> None:
        hearing = Hearing(self._api, self._node, self._act, self._digest)
        hearing.play(complaint, {one.address: one for one in self._cast.arbitrators}, votes)

    def _case(self, complaint: int) -> Any:
        return self._api.get(f"/v1/cases/{complaint}")["case"]

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
            "claim_cap": 0,
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
        customer = self._cast.customer
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

    def _appeal(self, complaint: int) -> None:
        """The customer pays for a larger panel, whose price and stake the API says."""
        customer = self._cast.customer
        current = self._case(complaint)["rounds"][-1]
        self._act(
            customer,
            "contribute",
            f"finds {current['ruling'] / 100:g} % too little and pays for an appeal to seven",
            complaint=complaint,
            higher=True,
            amount=current["appeal"]["needed"],
        )

    def _promise(self, organisation: int) -> int:
        """A second order, about which both agree without arbitrators; the complaint's number."""
        shop, customer = self._cast.organisation, self._cast.customer
        order = self._pay(organisation)
        self._act(
            customer,
            "file",
            "complains about a second order, a lamp that never came",
            order=order,
            demand=10_000,
            category=2,
            digest=self._digest(customer, "It never came."),
        )
        complaint = int(self._api.get("/v1/cases", customer=customer.address)["cases"][0]["id"])
        self._act(
            shop,
            "pledge",
            "promises to send it again within a week, or to pay all of it back",
            complaint=complaint,
            kind=1,
            due_hours=7 * 24,
            refund=10_000,
            digest=self._digest(shop, "We send it again."),
        )
        self._act(customer, "accept", "accepts", complaint=complaint, offer_number=1)
        self._node.pass_time(2 * 24 * HOUR)
        tracking = self._digest(shop, "Sent with number 0034 5501.")
        self._act(shop, "deliver", "says that it is sent", complaint=complaint, digest=tracking)
        self._act(
            customer, "confirm-delivery", "says that it came: the shop is paid", complaint=complaint
        )
        return complaint

    def _end(self, complaint: int) -> tuple[int, int]:
        """What the execution brought the customer, and what the appeal gave back."""
        cast = self._cast
        self._say("a day passes in which the larger panel's ruling could be appealed in turn")
        self._node.pass_time(self._until(self._case(complaint)["rounds"][-1]["appeal_ends"]))
        self._api.wait_for(self._node.head())
        before = self._node.balance(cast.customer.address)
        self._act(cast.anyone, "execute", "has the ruling carried out", complaint=complaint)
        gain = self._node.balance(cast.customer.address) - before
        if gain <= 0:
            raise DemoError("the customer was not paid")
        self._act(
            cast.anyone,
            "resolve-appeal",
            "has it decided where the appeal's stake goes",
            complaint=complaint,
            level=0,
        )
        owed = int(self._case(complaint)["appeals"][0]["higher"]["shared"])
        self._act(
            cast.customer,
            "withdraw-share",
            "takes the stake back: the ruling moved the customer's way",
            complaint=complaint,
            level=0,
            higher=True,
        )
        self._act(cast.customer, "confirm", "confirms the payment", complaint=complaint)
        digest = self._digest(cast.customer, "It took a while, but it was fair.")
        self._act(
            cast.customer, "rate", "gives four stars", complaint=complaint, stars=4, digest=digest
        )
        self._act(cast.organisation, "rate", "gives five stars", complaint=complaint, stars=5)
        return gain, owed

    def _until(self, moment: Mapping[str, Any]) -> int:
        """Seconds of the chain's time from now to `moment`."""
        return max(1, int(moment["unix"]) - self._node.now())
