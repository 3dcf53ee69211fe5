"""One whole dispute through the pages, each person in a browser of their own."""

import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from dapp.domain.events import DESK
from tests.api_player import Person, Service, View
from tests.e2e.visitor import Visitor

ARBITRATORS = 16
VOTES = {0: "50", 1: "55", 2: "70"}
HOUR = 3600

Enter = Callable[[Person | None], Visitor]


@pytest.fixture
def enter(browser: Browser, service: Service) -> Iterator[Enter]:
    """Opens a browser for somebody; all are closed, and checked, at the end."""
    inside: list[Visitor] = []

    def open_for(person: Person | None) -> Visitor:
        inside.append(Visitor(browser, service, person))
        return inside[-1]

    yield open_for
    for visitor in inside:
        visitor.close()


def picture() -> bytes:
    """A PNG of 8 by 8 grey pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes([16 * row] * 8) for row in range(8)))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


FILES: list[FilePayload] = [
    {"name": "screenshot.png", "mimeType": "image/png", "buffer": picture()},
    {"name": "talk.txt", "mimeType": "text/plain", "buffer": b"A: broken\nB: sorry\n"},
    {"name": "unboxing.bin", "mimeType": "application/octet-stream", "buffer": bytes(3 << 20)},
]


def test_a_whole_dispute(service: Service, enter: Enter) -> None:
    shop, buyer = service.person(), service.person()
    desk, customer = enter(shop), enter(buyer)
    register(desk)
    arbitrators = stake(service, enter)
    pay(customer)
    complaint = file(customer)
    answer(service, desk, customer, complaint)
    escalate(customer, complaint)
    panel, receipts = vote(service, enter, arbitrators, complaint)
    open_votes(enter, panel, receipts, complaint)
    settle(service, enter, customer, desk, complaint)
    check(service, enter, complaint)


def register(desk: Visitor) -> None:
    desk.open("/desk")
    desk.connect()
    desk.page.wait_for_url("**/desk?account=*")
    desk.write("First reply in peak hours (minutes)", "30")
    expect(desk.page.locator("[data-peak-said]:visible")).not_to_have_text("")
    desk.page.get_by_role("button", name="All hours of Sat").click()
    desk.write("Your refund policy and terms, as customers will read them before they pay", "Fair.")
    assert desk.press("Register").startswith("Done: Register.")
    desk.page.get_by_role("link", name="Money, people, policy").click()
    desk.write("Add to the bond", "0.5")
    desk.press("Add to the bond")
    desk.shows("0.5 ETH")
    found = desk.service.get("/v1/organisations")["organisations"][-1]["policies"][-1]
    saturday = (1 << 24) - 1 << 5 * 24
    assert int(found["peak_mask"]) & saturday == saturday


def stake(service: Service, enter: Enter) -> dict[str, Person]:
    """One through the page, the others as their own programs would."""
    people = [service.person() for _ in range(ARBITRATORS)]
    for person in people[1:]:
        service.act(person, "stake", tickets=2)
    first = enter(people[0])
    first.open("/panel")
    first.connect()
    first.page.wait_for_url("**/panel?account=*")
    first.write("Tickets", "2")
    first.press("Stake")
    first.shows("0.8 ETH")
    return {person.address.lower(): person for person in people}


def pay(customer: Visitor) -> None:
    customer.open("/pay")
    customer.connect()
    customer.page.get_by_role("link", name="Organisation 1").click()
    customer.shows("within 30 minutes in peak hours")
    customer.write("Order reference", "A-2026-0042")
    customer.write("Amount", "0.25")
    customer.press("Pay")
    customer.page.wait_for_url("**/orders?account=*")
    customer.shows("0.25 ETH")


def file(customer: Visitor) -> int:
    customer.page.locator("main").get_by_role("link", name="Report a problem").click()
    customer.write("What happened", "The kettle arrived with a broken handle.")
    customer.page.get_by_label("How much of the payment do you want back?").fill("80")
    customer.page.get_by_label("Add files").set_input_files(FILES)
    expect(customer.page.locator("[data-files] [data-cid]", has_text="baf")).to_have_count(3)
    expect(customer.page.locator("[data-of-files]")).to_contain_text("unboxing.bin")
    customer.page.reload()  # what was typed stays, files must be chosen again
    expect(customer.page.get_by_label("What happened", exact=True)).to_have_value(
        "The kettle arrived with a broken handle."
    )
    customer.page.get_by_label("Add files").set_input_files(FILES)
    customer.press("File the complaint")
    customer.page.wait_for_url("**/c/*")
    customer.shows("The organisation must reply by")
    customer.shows("Hashed again in your browser: unchanged")
    expect(customer.page.locator("[data-picture] img")).to_be_visible()
    return int(customer.page.url.rsplit("/", 1)[1])


def answer(service: Service, desk: Visitor, customer: Visitor, complaint: int) -> None:
    desk.arrive("/desk")
    desk.page.get_by_role("link", name=f"Case {complaint}").click()
    desk.shows("You answer for the organisation")
    desk.write("What you tell the customer", "Sorry about that. We are looking at it.")
    desk.press("Reply")
    customer.shows("replied, in the time it promised")
    desk.unfold("Ask the customer for more")
    desk.write("What you need to know", "Could you send a picture of the box?")
    desk.press("Ask the customer")
    customer.shows("The customer may reply until")
    service.pass_time(2 * HOUR)
    customer.write("Your reply", "I threw it away.")
    customer.press("Send the reply")
    desk.shows("replied to the question")
    desk.write("Share of 0.25 ETH that the customer gets back", "40")
    desk.write("Reasons", "The handle can be replaced.")
    desk.press("Make the offer")
    customer.shows("The organisation offers 40% (0.1 ETH)")


def escalate(customer: Visitor, complaint: int) -> None:
    customer.unfold("Go to arbitration")
    customer.shows("You advance 0.0305 ETH for 3 arbitrators")
    customer.write("What you ask the arbitrators for", "80")
    customer.press("Go to arbitration")
    customer.shows("a block still to come decides")


def vote(
    service: Service, enter: Enter, arbitrators: dict[str, Person], complaint: int
) -> tuple[list[Visitor], list[Path]]:
    """Who voted, and the receipts that their browsers saved. The first vote seats the panel."""
    service.chain.mine(5)
    service.pass_time(25 * HOUR)
    panel, receipts = [], []
    for seat in service.get(f"/v1/cases/{complaint}/panel")["seats"]:
        visitor = enter(arbitrators[str(seat["owner"]).lower()])
        visitor.open("/panel")
        visitor.connect()
        visitor.shows("Vote now")
        visitor.page.get_by_role("link", name=f"Case {complaint}").click()
        visitor.write("Share of 0.25 ETH that the customer should get", VOTES[seat["number"]])
        visitor.write("Your reasons", f"I think {VOTES[seat['number']]} % is fair.")
        with visitor.page.expect_download() as download:
            visitor.press("Vote")
        assert (
            download.value.suggested_filename == f"redress-vote-{complaint}-{seat['number']}.json"
        )
        panel.append(visitor)
        receipts.append(download.value.path())
    assert all(seat["vote"] is None for seat in current_round(service, complaint)["seats"])
    return panel, receipts


def open_votes(enter: Enter, panel: list[Visitor], receipts: list[Path], complaint: int) -> None:
    """The last one on another device, with the file that was saved."""
    for visitor in panel[:-1]:
        visitor.arrive(f"/c/{complaint}")
        visitor.shows("This browser holds what opens your vote.")
        visitor.press("Open my vote")
    elsewhere = enter(panel[-1].wallet.person)
    elsewhere.open(f"/c/{complaint}")
    elsewhere.connect()
    elsewhere.shows("This browser does not hold what opens your vote")
    assert "does not hold" in elsewhere.failure("Open my vote")
    choose = elsewhere.page.get_by_label("Receipt of the vote (file)").locator("visible=true")
    choose.set_input_files(receipts[0])
    assert "another vote" in elsewhere.failure("Open my vote")
    choose.set_input_files(receipts[-1])
    elsewhere.press("Open my vote")


def settle(
    service: Service, enter: Enter, customer: Visitor, desk: Visitor, complaint: int
) -> None:
    customer.shows("The votes are in: 55% (0.1375 ETH) for the customer.")
    customer.shows("may pay for a larger panel until")
    service.pass_time(10 * 24 * HOUR)
    anyone = enter(service.person())
    anyone.open(f"/c/{complaint}")
    anyone.connect()
    anyone.press("Carry it out")
    anyone.shows("I think 70 % is fair.")
    customer.shows("You are the customer")
    customer.press("Confirm")
    customer.page.get_by_label("4 stars").locator("visible=true").check()
    customer.press("Rate")
    customer.shows("gave 4 stars")
    desk.arrive(f"/c/{complaint}")
    desk.page.get_by_label("5 stars").locator("visible=true").check()
    desk.press("Rate")
    desk.shows("gave 5 stars")


def check(service: Service, enter: Enter, complaint: int) -> None:
    """With a wallet the chain is asked itself; without one, the reader is told whose word it is."""
    auditor = enter(service.person())
    auditor.open("/audit")
    auditor.connect()
    auditor.write("Case number, address, order or transaction", str(complaint))
    auditor.page.get_by_role("button", name="Find").click()
    auditor.page.get_by_role("link", name="Check it yourself").click()
    auditor.shows("Verified: this record is genuine and complete as of block")
    folded = auditor.page.locator("[data-folded]").inner_text()
    assert folded == service.chain.call(DESK, "trail", complaint)
    expect(auditor.page.locator("[data-right=true]")).not_to_have_count(0)
    expect(auditor.page.locator("[data-right=false]")).to_have_count(0)
    passer_by = enter(None)
    passer_by.open(f"/c/{complaint}/proof")
    passer_by.shows("gives the word that this service read from the chain")


def current_round(service: Service, complaint: int) -> View:
    rounds: list[View] = service.get(f"/v1/cases/{complaint}")["case"]["rounds"]
    return rounds[-1]
