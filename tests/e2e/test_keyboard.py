"""A complaint is filed with nothing but a keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.api_player import Person, Service
from tests.e2e.test_pages import AMOUNT, POLICY
from tests.e2e.visitor import Visitor

MOST_TABS = 120
_SECOND_WALLET = """(() => {
  const provider = { on: () => {}, request: async () => { throw new Error("not this one"); } };
  const info = { uuid: "2f0c7f0e-6f0f-4d6e-8a53-5c0ad1cbd5cd", name: "Another wallet",
    icon: "data:image/svg+xml,", rdns: "test.another" };
  window.addEventListener("eip6963:requestProvider", () =>
    window.dispatchEvent(new CustomEvent("eip6963:announceProvider",
      { detail: Object.freeze({ info, provider }) })));
})();"""


@pytest.fixture
def buyer(service: Service) -> Person:
    shop, buyer = service.person(), service.person()
    service.act(shop, "register", policy=POLICY, agreement=service.digest(shop, "Fair."))
    found = service.get("/v1/organisations")["organisations"][-1]["id"]
    ref = f"0x{7:064x}"
    service.act(buyer, "pay", organisation=found, version=1, ref=ref, amount=AMOUNT)
    return buyer


@pytest.fixture
def visitor(browser: Browser, service: Service, buyer: Person) -> Iterator[Visitor]:
    visitor = Visitor(browser, service, buyer)
    visitor.context.add_init_script(_SECOND_WALLET)
    yield visitor
    visitor.close()


def test_from_the_first_page_to_the_case(visitor: Visitor) -> None:
    page, keys = visitor.page, visitor.page.keyboard
    visitor.open("/")
    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    keys.press("Enter")
    press(page.locator("main").get_by_role("link", name="I have a problem"))
    page.wait_for_url("**/file")
    press(page.locator(".top [data-connect]"))
    dialog = page.locator("dialog#wallets")
    expect(dialog).to_be_visible()
    keys.press("Escape")
    expect(dialog).to_be_hidden()
    press(page.locator(".top [data-connect]"))
    press(dialog.get_by_role("button", name="Test wallet"))
    page.wait_for_url("**/file?account=*")
    expect(page.locator("[data-connect]")).to_have_attribute(
        "title", visitor.wallet.person.address.lower()
    )
    order = page.locator("input[name=order]").first
    if not order.is_checked():
        press(order, "Space")
    expect(order).to_be_checked()
    reach(page.get_by_label("What happened", exact=True))
    keys.type("The parcel never came.")
    press(page.get_by_role("button", name="File the complaint"))
    page.wait_for_url("**/c/*")
    visitor.shows("The parcel never came.")
    assert visitor.wallet.signed == 1


def press(target: Locator, key: str = "Enter") -> None:
    reach(target)
    target.page.keyboard.press(key)


def reach(target: Locator) -> None:
    """With Tab alone, from wherever the focus is."""
    target.wait_for()
    for _ in range(MOST_TABS):
        if target.evaluate("(one) => one === document.activeElement"):
            return
        target.page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached with Tab")
