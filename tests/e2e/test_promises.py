"""What both sides can agree on without a ruling, and who pays for another one, at the pages."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from dapp.chain.keccak import keccak
from dapp.domain import commitments
from dapp.domain.commitments import Ballot
from dapp.domain.events import COURT
from dapp.domain.types import NO_DIGEST, Address, BasisPoints, DisputeId, Hash32
from tests.api_player import Person, Service
from tests.e2e.visitor import Visitor

ETHER = 10**18
HOUR = 3600
POLICY = {
    "peak_mask": "0",
    "acknowledge_peak_seconds": 1800,
    "acknowledge_off_peak_seconds": 600,
    "answer_hours": 48,
    "confirm_hours": 72,
    "protection_hours": 4000,
    "track": 0,
    "claim_cap": 15,
}
SALT = Hash32("0x" + "5a" * 32)

Enter = Callable[[Person], Visitor]


@pytest.fixture
def enter(browser: Browser, service: Service) -> Iterator[Enter]:
    inside: list[Visitor] = []

    def let_in(person: Person) -> Visitor:
        inside.append(Visitor(browser, service, person))
        return inside[-1]

    yield let_in
    for visitor in inside:
        visitor.close()


class Shop:
    """An organisation and a customer who complains."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.shop, self.buyer = service.person(), service.person()
        service.act(self.shop, "register", policy=POLICY)
        self.number = service.get("/v1/organisations")["organisations"][-1]["id"]
        service.act(self.shop, "bond", organisation=self.number, amount=str(10 * ETHER))
        self.paid = 0

    def complaint(self) -> int:
        self.paid += 1
        facts = {"organisation": self.number, "version": 1, "ref": f"0x{self.paid:064x}"}
        self.service.act(self.buyer, "pay", **facts, amount=str(ETHER))
        order = self.service.open_order(self.buyer.address)
        self.service.act(self.buyer, "file", order=order, demand=10_000, category=2)
        return int(self.service.get("/v1/cases", customer=self.buyer.address)["cases"][0]["id"])


@pytest.fixture(scope="module")
def shop(service: Service) -> Shop:
    return Shop(service)


def at(enter: Enter, person: Person, complaint: int) -> Visitor:
    visitor = enter(person)
    visitor.open(f"/c/{complaint}")
    visitor.connect()
    return visitor


def test_a_promise_from_its_making_to_its_end(shop: Shop, enter: Enter) -> None:
    complaint = shop.complaint()
    desk, buyer = at(enter, shop.shop, complaint), at(enter, shop.buyer, complaint)
    desk.write("What you tell the customer", "This is an automatic reply.")
    desk.press("Reply")
    buyer.unfold("Contest the reply")
    buyer.press("Contest the reply")
    desk.shows("says that this reply was automatic, and no answer")
    desk.unfold("Promise in kind")
    desk.write("Share of 1 ETH that is due if you do not", "100")
    desk.write("Details", "A new lamp, by courier.")
    desk.press("Make the promise")
    buyer.shows("promises to send the goods again within 7 days, or else to pay 100%")
    buyer.press("Accept the promise")
    desk.shows("The promise is accepted. The organisation must keep it by")
    desk.write("What was done, and how it can be seen, such as a tracking number", "0034 5501")
    desk.press("It is done")
    buyer.shows("The customer may confirm that or reopen the case until")
    buyer.unfold("Reopen the case")
    buyer.write("What is wrong with it", "It is the wrong one.")
    buyer.press("Reopen the case")
    desk.shows("The customer says that the promise was not kept.")
    desk.unfold("Make an offer")
    desk.write("Share of 1 ETH that the customer gets back", "60")
    desk.write("Reasons", "Keep it, then.")
    desk.press("Make the offer")
    buyer.shows("The organisation offers 60% (0.6 ETH)")
    buyer.press("Accept 0.6 ETH")
    buyer.shows("The customer accepted the offer")


def test_a_delivery_is_confirmed(shop: Shop, enter: Enter) -> None:
    complaint = shop.complaint()
    promise = {"kind": 2, "due_hours": 48, "refund": 5000}
    shop.service.act(shop.shop, "pledge", complaint=complaint, **promise)
    shop.service.act(shop.buyer, "accept", complaint=complaint, offer_number=1)
    shop.service.act(shop.shop, "deliver", complaint=complaint)
    buyer = at(enter, shop.buyer, complaint)
    buyer.press("It is as promised")
    buyer.shows("The promise was kept")


@pytest.fixture(scope="module")
def arbitrators(service: Service) -> dict[str, Person]:
    people = [service.person() for _ in range(12)]
    for person in people:
        service.act(person, "stake", tickets=8)
    return {person.address: person for person in people}


def escalated(shop: Shop) -> int:
    complaint = shop.complaint()
    shop.service.act(shop.shop, "offer", complaint=complaint, share=2000)
    facts = {"complaint": complaint, "offer_number": 1, "demand": 9000}
    shop.service.act(shop.buyer, "escalate", **facts)
    shop.service.chain.mine(6)
    shop.service.pass_time(25 * HOUR)
    return complaint


@pytest.mark.usefixtures("arbitrators")
def test_both_sides_settle_while_arbitrators_vote(shop: Shop, enter: Enter) -> None:
    complaint = escalated(shop)
    desk, buyer = at(enter, shop.shop, complaint), at(enter, shop.buyer, complaint)
    buyer.unfold("Settle with the other side")
    buyer.write("Share of 1 ETH that the customer gets", "55")
    buyer.press("Settle for this")
    desk.shows("The customer would settle for")
    desk.unfold("Settle with the other side")
    desk.shows("One side said 55 %.")
    desk.press("Settle for this")
    buyer.shows("Both sides settled")
    buyer.shows("settled for 55%: 0.55 ETH to the customer")


def test_whoever_likes_pays_for_an_appeal(
    shop: Shop, enter: Enter, arbitrators: dict[str, Person]
) -> None:
    complaint = escalated(shop)
    play(shop.service, arbitrators, complaint, 3000)
    buyer = at(enter, shop.buyer, complaint)
    buyer.shows("Whoever finds that too much or too little may pay for a larger panel until")
    buyer.page.get_by_label("The customer should get less").check()
    buyer.write("Your part", "0.01")
    buyer.press("Pay for an appeal")
    buyer.shows("paid 0.01 ETH for an appeal to a lower ruling")
    buyer.page.get_by_label("The customer should get more").check()
    expect(buyer.page.get_by_label("Your part")).to_have_value("0.10575")
    buyer.press("Pay for an appeal")
    buyer.shows("opened the appeal: 30% is said to be too low")
    buyer.unfold("Pay back what went into an appeal")
    buyer.dismiss()
    buyer.page.get_by_role("button", name="Pay 0x").click()
    buyer.page.locator("#progress[data-tone=done]").wait_for()
    buyer.shows("got 0.01 ETH back that was paid for an appeal")
    shop.service.chain.mine(6)
    shop.service.pass_time(25 * HOUR)
    play(shop.service, arbitrators, complaint, 8000)
    buyer.shows("Arbitrators of appeal 1")
    shop.service.pass_time(10 * 24 * HOUR)
    buyer.arrive(f"/c/{complaint}")
    buyer.press("Carry it out")
    buyer.unfold("Decide where an appeal's stake goes")
    buyer.press("Decide on appeal 1")
    buyer.shows("You paid for an appeal")
    buyer.press("Take out 0.03525 ETH")
    buyer.shows("took 0.03525 ETH out of an appeal")


def play(service: Service, people: dict[str, Person], complaint: int, vote: int) -> None:
    """All of the panel vote alike, through the API."""
    panel = service.get(f"/v1/cases/{complaint}/panel")
    court = Address(service.get("/v1/deployments")["contracts"][COURT]["address"])
    for seat in panel["seats"]:
        place = (DisputeId(complaint), panel["round"], seat["number"])
        ballot = Ballot(service.chain.chain_id, court, *place)
        value = commitments.commitment(keccak, ballot, BasisPoints(vote), SALT, NO_DIGEST)
        facts = {"complaint": complaint, "seat": seat["number"], "commitment": value}
        service.act(people[seat["owner"]], "commit", **facts)
    for seat in panel["seats"]:
        facts = {"complaint": complaint, "seat": seat["number"], "vote": vote, "salt": SALT}
        service.act(people[seat["owner"]], "reveal", **facts)
