"""A complaint that is only signed: promised, put on chain with others, opened when it is needed."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.anchoring import AnchorHouse, house, one_house
from tests.api_player import Person
from tests.e2e.test_pages import AMOUNT
from tests.e2e.visitor import Visitor

__all__ = ["house", "one_house"]

WORDS = "The kettle arrived with a broken handle."


@pytest.fixture
def customer(browser: Browser, house: AnchorHouse) -> Iterator[Visitor]:
    """With two orders in escrow, at the form."""
    service = house.service
    buyer = service.person()
    for number in (1, 2):
        ref = f"0x{number:064x}"
        asked = {"organisation": house.organisation, "version": 1, "ref": ref, "amount": AMOUNT}
        service.act(buyer, "pay", **asked)
    visitor = Visitor(browser, service, buyer)
    visitor.open(f"/file?account={buyer.address}")
    visitor.connect()
    yield visitor
    visitor.close()


def balance(house: AnchorHouse, person: Person) -> int:
    return int(house.world.rpc("eth_getBalance", person.address, "latest"), 16)


def signs(customer: Visitor, order: int) -> None:
    """From the form to the page of what was signed; orders as the form lists them."""
    page, buyer = customer.page, customer.wallet.person
    customer.arrive(f"/file?account={buyer.address}")
    page.locator("input[name=order]").nth(order).check()
    customer.write("What happened", WORDS)
    customer.dismiss()
    page.get_by_role("button", name="Only sign it").click()
    page.wait_for_url("**/anchored/0x*")


def test_it_is_signed_and_opened_when_it_is_needed(house: AnchorHouse, customer: Visitor) -> None:
    page, buyer = customer.page, customer.wallet.person
    before = balance(house, buyer)
    with house.process():
        signs(customer, 0)
        customer.shows(WORDS)
        # By itself, without a reload.
        customer.shows("It is on chain, in time.")
        customer.shows("Verified: what was signed is on chain, unchanged and in time")
    assert customer.wallet.asks == ["eth_signTypedData_v4"]
    assert balance(house, buyer) == before
    leaf = page.url.rpartition("/")[2]
    with page.expect_download() as kept:
        page.get_by_role("link", name="Save the receipt").click()
    assert leaf in kept.value.path().read_text()
    customer.press("Open the complaint")
    page.wait_for_url("**/c/*")
    customer.shows("The organisation must reply by")
    customer.shows(WORDS)
    page.get_by_role("link", name="Signed complaint").click()
    page.wait_for_url(f"**/anchored/{leaf}")
    customer.shows("It was opened as case")


def test_what_this_service_tells_is_checked_in_the_browser(
    house: AnchorHouse, customer: Visitor, browser: Browser
) -> None:
    """By a wallet, by a node of one's own; without either the reader is told whose word it is."""
    page = customer.page
    with house.process():
        signs(customer, 1)
        customer.shows("Verified: what was signed is on chain")
    path = urlsplit(page.url).path
    told = house.service.http.get(f"/v1{path}").json()
    passer_by = Visitor(browser, house.service)
    passer_by.open(path)
    passer_by.shows("Connect a wallet or name a node to ask the chain")
    passer_by.write("Ask a node of your own (JSON-RPC address)", house.world.url)
    passer_by.page.get_by_role("button", name="Check again").click()
    passer_by.shows("Verified: what was signed is on chain")

    def lies(said: str, **changes: object) -> None:
        changed = {"anchored": {**told["anchored"], **changes}}
        passer_by.page.route(f"**/v1{path}", lambda route: route.fulfill(json=changed))
        passer_by.page.get_by_role("button", name="Check again").click()
        passer_by.shows(said)
        passer_by.page.unroute(f"**/v1{path}")

    lies("is not what was signed", demand=told["anchored"]["demand"] + 1)
    lies("does not lead to the batch", proof=["0x" + "11" * 32])
    other = {**told["anchored"]["batch"], "sender": told["anchored"]["customer"]}
    lies("The chain has no such batch", batch=other)
    lies("Verified: the promise is signed", batch=None, proof=None)
    forged = {**told["anchored"]["receipt"], "signature": "0x" + "11" * 64 + "1b"}
    lies("not signed by the account", batch=None, proof=None, receipt=forged)
    lies("nothing is promised", batch=None, proof=None, receipt=None)
    passer_by.outside.clear()  # the node that was named
    passer_by.close()


def test_another_one_about_the_order_is_the_one_before(
    house: AnchorHouse, customer: Visitor
) -> None:
    page = customer.page
    with house.process():
        signs(customer, 0)
        first = page.url
        signs(customer, 0)
        assert page.url == first
        expect(page.locator("#progress")).to_contain_text("this is it")
        signs(customer, 1)
    assert page.url != first
    customer.unfold("Take the complaint back")
    customer.press("Take the complaint back")
    customer.shows("Its customer took it back")
    expect(page.locator("form[data-act]")).to_have_count(0)


def test_what_is_refused_is_said_and_the_words_are_kept(
    house: AnchorHouse, customer: Visitor
) -> None:
    page = customer.page
    page.locator("input[name=order]").first.check()
    customer.write("What happened", WORDS)
    customer.wallet.refuses = True
    assert "You refused in the wallet" in customer.failure("Only sign it")
    customer.wallet.refuses = False
    assert page.get_by_label("What happened", exact=True).input_value() == WORDS
    customer.dismiss()
    page.get_by_role("button", name="Only sign it").click()
    page.wait_for_url("**/anchored/0x*")
    customer.shows("Nothing is promised yet")
