"""What becomes of a transaction after it was signed, and what the page says of it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.api_player import Service, until
from tests.e2e.test_promises import Shop
from tests.e2e.visitor import Visitor

ANSWER = "We look into it."


@pytest.fixture(scope="module")
def shop(service: Service) -> Shop:
    return Shop(service)


@pytest.fixture
def desk(browser: Browser, shop: Shop) -> Iterator[Visitor]:
    """At a case that waits for a first reply."""
    visitor = Visitor(browser, shop.service, shop.shop)
    visitor.open(f"/c/{shop.complaint()}")
    visitor.connect()
    visitor.write("What you tell the customer", ANSWER)
    yield visitor
    visitor.close()


@contextmanager
def no_blocks(service: Service) -> Iterator[None]:
    service.chain.rpc("evm_setAutomine", False)
    try:
        yield
    finally:
        service.chain.rpc("evm_setAutomine", True)
        service.chain.mine()


def reply(desk: Visitor) -> None:
    """Signed, on its way, and seen there by the page: only so it knows what takes its place."""
    desk.page.get_by_role("button", name="Reply", exact=True).click()
    expect(desk.page.locator("#progress")).to_contain_text("Sent")

    def seen() -> bool:
        desk.page.wait_for_timeout(20)
        return "eth_getTransactionByHash" in desk.wallet.passed_on

    until(seen, "the page looks for what it sent")


def pending(desk: Visitor) -> str:
    """The hash of what was sent."""
    return str(desk.page.evaluate("JSON.parse(localStorage.getItem('redress.pending')).hash"))


def test_a_replaced_transaction_is_said(desk: Visitor, shop: Shop) -> None:
    service = shop.service
    with no_blocks(service):
        reply(desk)
        nonce = service.chain.rpc("eth_getTransactionCount", shop.shop.address, "latest")
        cancel = {"from": shop.shop.address, "to": shop.shop.address, "data": "0x", "value": "0"}
        fee = 30 * int(service.chain.rpc("eth_gasPrice"), 16)
        service.hand_in(
            shop.shop,
            {**cancel, "chainId": service.chain.chain_id},
            nonce=int(nonce, 16),
            maxFeePerGas=fee,
            maxPriorityFeePerGas=fee,
        )
        service.chain.mine()
        said = desk.page.locator("#progress[data-tone=failed]")
        expect(said).to_contain_text("Your wallet sent another transaction in place of this one.")
        expect(said).to_contain_text("If you cancelled it, nothing was done.")
    assert desk.page.evaluate("localStorage.getItem('redress.pending')") is None


def test_who_is_faster_than_the_scripts_loses_nothing(desk: Visitor, shop: Shop) -> None:
    """The press is kept until they are there, and nothing that was typed gets into an address."""
    page, held = desk.page, list[Route]()
    page.route("**/built/app.js", lambda route: held.append(route), times=1)
    page.goto(f"/c/{shop.complaint()}", wait_until="commit")
    desk.write("What you tell the customer", ANSWER)
    before = page.url
    page.get_by_role("button", name="Reply", exact=True).click()
    held[0].continue_()
    page.locator("#progress[data-tone=done]").wait_for()
    desk.shows(ANSWER)
    assert page.url == before
    assert desk.wallet.asks == ["eth_sendTransaction"]


def test_a_dropped_transaction_is_said_and_can_be_sent_again(desk: Visitor, shop: Shop) -> None:
    service = shop.service
    with no_blocks(service):
        reply(desk)
        pending = str(
            desk.page.evaluate("JSON.parse(localStorage.getItem('redress.pending')).hash")
        )
        service.chain.rpc("anvil_dropTransaction", pending)
        said = desk.page.locator("#progress[data-tone=failed]")
        expect(said).to_contain_text("does not know this transaction any more", timeout=60_000)
    desk.press("Reply")
    desk.shows(ANSWER)


def test_a_pending_transaction_outlives_a_reload_and_a_second_tab(
    desk: Visitor, shop: Shop
) -> None:
    service = shop.service
    with no_blocks(service):
        reply(desk)
        desk.page.reload()
        expect(desk.page.locator("#progress")).to_contain_text("Sent")
        other = desk.context.new_page()
        other.goto(desk.page.url)
        expect(other.locator("#progress")).to_contain_text("Sent")
    for page in (desk.page, other):
        expect(page.locator("main")).to_contain_text(ANSWER)
    assert desk.wallet.signed == 1


def test_a_transaction_that_fails_on_chain_is_said(desk: Visitor, shop: Shop) -> None:
    """Somebody else of the organisation was quicker, in the same block."""
    service = shop.service
    with no_blocks(service):
        reply(desk)
        again = {**desk.wallet.sent}
        fee = 30 * int(service.chain.rpc("eth_gasPrice"), 16)
        # Twice in one block: the second finds that the case has moved on.
        nonce = int(service.chain.rpc("eth_getTransactionCount", shop.shop.address, "latest"), 16)
        pending = str(
            desk.page.evaluate("JSON.parse(localStorage.getItem('redress.pending')).hash")
        )
        service.chain.rpc("anvil_dropTransaction", pending)
        service.hand_in(shop.shop, again, nonce=nonce, maxFeePerGas=fee, gas=1_000_000)
        late = service.hand_in(shop.shop, again, nonce=nonce + 1, gas=1_000_000)
        kept = {"hash": late, "relay": "", "what": "Reply", "next": "", "draft": ""}
        desk.page.evaluate(
            "(it) => localStorage.setItem('redress.pending', JSON.stringify(it))", kept
        )
        desk.page.reload()
        service.chain.mine()
        said = desk.page.locator("#progress[data-tone=failed]")
        expect(said).to_be_visible()
    reverted = service.chain.rpc("eth_getTransactionReceipt", late)
    assert reverted["status"] == "0x0"
