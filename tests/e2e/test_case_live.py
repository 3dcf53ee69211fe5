"""An open case page while things happen to the case: by others, by the chain, and on paper."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.api_player import Person, Service, until
from tests.e2e.test_pages import AMOUNT, POLICY
from tests.e2e.visitor import Visitor


@dataclass(frozen=True)
class House:
    """An organisation and its customer, who may have any number of cases."""

    service: Service
    shop: Person
    buyer: Person
    number: int

    def case(self, ref: int) -> int:
        """Files one; its number."""
        service, word = self.service, f"0x{ref:064x}"
        service.act(self.buyer, "pay", organisation=self.number, version=1, ref=word, amount=AMOUNT)
        order = service.open_order(self.buyer.address)
        digest = service.digest(self.buyer, "It never came.")
        service.act(self.buyer, "file", order=order, demand=8000, category=2, digest=digest)
        return int(service.get("/v1/cases", customer=self.buyer.address)["cases"][0]["id"])

    def offer(self, complaint: int, share: int) -> None:
        digest = self.service.digest(self.shop, "The half is fair.")
        self.service.act(self.shop, "offer", complaint=complaint, share=share, digest=digest)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What happens meanwhile is in blocks that others replace."""
        chain = self.service.chain
        snapshot = chain.rpc("evm_snapshot")
        yield
        assert chain.rpc("evm_revert", snapshot) is True
        # Another time, so that the same blocks cannot come again.
        chain.warp(60)
        chain.mine(3)


@pytest.fixture(scope="module")
def house(service: Service) -> House:
    shop, buyer = service.person(), service.person()
    service.act(shop, "register", policy=POLICY, agreement=service.digest(shop, "Two days."))
    found = service.get("/v1/organisations")["organisations"][-1]["id"]
    return House(service, shop, buyer, found)


@pytest.fixture
def buyer(browser: Browser, house: House) -> Iterator[Visitor]:
    visitor = Visitor(browser, house.service, house.buyer)
    visitor.open("/")
    visitor.connect()
    yield visitor
    visitor.close()


def test_news_leave_focus_words_and_place_as_they_are(buyer: Visitor, house: House) -> None:
    complaint = house.case(1)
    buyer.page.set_viewport_size({"width": 360, "height": 640})
    buyer.arrive(f"/c/{complaint}")
    buyer.unfold("Add evidence")
    field = buyer.page.get_by_label("What it shows", exact=True).locator("visible=true")
    field.fill("The empty")
    field.scroll_into_view_if_needed()
    before = field.bounding_box()
    house.offer(complaint, 4000)
    buyer.shows("The organisation offers 40%")
    expect(buyer.page.locator("#announcement")).to_contain_text("offered 40%")
    expect(field).to_be_focused()
    buyer.page.keyboard.type(" box")
    expect(field).to_have_value("The empty box")
    after = field.bounding_box()
    assert before is not None and after is not None
    assert abs(after["y"] - before["y"]) < 2
    assert buyer.page.locator("#taken-back").is_hidden()


def test_a_focus_whose_place_went_away_does_not_fall_to_the_top(
    browser: Browser, house: House
) -> None:
    complaint = house.case(2)
    desk = Visitor(browser, house.service, house.shop)
    desk.open(f"/c/{complaint}")
    desk.connect()
    desk.page.get_by_role("button", name="Reply", exact=True).focus()
    house.service.act(house.buyer, "withdraw", complaint=complaint, offer_number=0)
    desk.shows("The complaint was withdrawn")
    expect(desk.page.locator("#status")).to_be_focused()
    desk.close()


def test_what_the_chain_takes_back_is_said(buyer: Visitor, house: House) -> None:
    complaint = house.case(3)
    buyer.arrive(f"/c/{complaint}")
    notice = buyer.page.locator("#taken-back")
    with house.undone():
        house.offer(complaint, 4000)
        buyer.shows("The organisation offers 40%")
        assert notice.is_hidden()
    expect(notice).to_be_visible()
    expect(notice).to_contain_text("The chain took back what this page showed:")
    expect(notice).to_contain_text("offered 40%")
    expect(buyer.page.locator("#announcement")).to_contain_text("took back")
    expect(buyer.page.locator("#status")).to_contain_text("The organisation must")
    notice.get_by_role("button").click()
    expect(notice).to_be_hidden()


def test_also_to_who_comes_back_to_the_page(buyer: Visitor, house: House) -> None:
    """The page was left while it happened, and is opened again in the same tab."""
    complaint = house.case(4)
    with house.undone():
        house.offer(complaint, 4000)
        buyer.arrive(f"/c/{complaint}")
        buyer.shows("The organisation offers 40%")
        # The page has taken down what it showed.
        kept = "Object.values(sessionStorage).join()"
        until(lambda: "Offered" in buyer.page.evaluate(kept), "the page took down the offer")
        buyer.open("/cases")
    house.service.wait_for(house.service.chain.block_number())
    buyer.arrive(f"/c/{complaint}")
    expect(buyer.page.locator("#taken-back")).to_contain_text("offered 40%")


def test_a_case_that_the_chain_took_back_whole_is_said(buyer: Visitor, house: House) -> None:
    house.case(5)
    with house.undone():
        complaint = house.case(6)
        buyer.arrive(f"/c/{complaint}")
        buyer.shows("The organisation must")
    expect(buyer.page.locator("#case-gone")).to_be_visible()
    # What it was stays to be read: no error page takes its place.
    expect(buyer.page.locator("#status")).to_contain_text("The organisation must")
    assert any("404" in problem for problem in buyer.problems)
    buyer.problems.clear()


def test_an_update_that_fails_is_said_and_made_up_for(buyer: Visitor, house: House) -> None:
    complaint = house.case(7)
    buyer.arrive(f"/c/{complaint}")
    behind = buyer.page.locator("#not-updated")

    def away(route: Route) -> None:
        if route.request.headers.get("hx-request"):
            route.fulfill(status=503, body="<h1>away</h1>")
        else:
            route.fallback()

    buyer.page.route(f"**/c/{complaint}", away)
    house.offer(complaint, 3000)
    expect(behind).to_be_visible()
    expect(buyer.page.locator("#status")).to_contain_text("The organisation must")
    buyer.page.unroute(f"**/c/{complaint}")
    house.offer(complaint, 4000)
    buyer.shows("The organisation offers 40%")
    expect(behind).to_be_hidden()
    buyer.problems.clear()  # the 503 itself


def test_one_button_is_the_one_to_press(browser: Browser, buyer: Visitor, house: House) -> None:
    """By its looks, whoever looks; the others are there, but do not ask for attention."""
    complaint = house.case(8)
    desk = Visitor(browser, house.service, house.shop)
    desk.open(f"/c/{complaint}")
    desk.connect()
    assert _primary(desk) == ["Reply"]
    house.offer(complaint, 4000)
    buyer.arrive(f"/c/{complaint}")
    assert _primary(buyer) == ["Accept 0.04 ETH"]
    other = Visitor(browser, house.service, house.service.person())
    other.open(f"/c/{complaint}")
    other.connect()
    other.shows("You have no part in this case")
    assert _primary(other) == []
    house.service.act(house.buyer, "accept", complaint=complaint, offer_number=1)
    buyer.shows("who may confirm until")
    assert _primary(buyer) == ["Confirm"]
    for visitor in (desk, other):
        visitor.close()


def _primary(visitor: Visitor) -> list[str]:
    """The words of all buttons that are filled with the accent, wherever they stand."""
    visitor.page.evaluate(
        "document.querySelectorAll('#case details').forEach(one => one.open = true)"
    )
    found = visitor.page.evaluate(
        """() => {
          const probe = document.createElement("span");
          probe.style.color = "var(--accent)";
          document.body.append(probe);
          const accent = getComputedStyle(probe).color;
          probe.remove();
          const isFilled = one => getComputedStyle(one).backgroundColor === accent;
          return [...document.querySelectorAll("#case button")]
            .filter(one => one.checkVisibility() && isFilled(one))
            .map(one => one.textContent.trim());
        }"""
    )
    return [str(text).replace("\u00a0", " ") for text in found]


def test_on_paper_the_case_is_a_report(buyer: Visitor, house: House) -> None:
    complaint = house.case(9)
    house.offer(complaint, 4000)
    buyer.arrive(f"/c/{complaint}")
    page = buyer.page
    assert page.locator("#windows table").is_hidden()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for shown in ("#windows table", "#flow-figures table", "svg.lanes.on-wide", "svg.flow"):
        expect(page.locator(shown)).to_be_visible()
    expect(page.locator("main")).to_contain_text(f"{house.service.url}/c/{complaint}")
    assert page.locator("button:visible").count() == 0
    assert page.locator("header.top").is_hidden()
    after = page.evaluate(
        "getComputedStyle(document.querySelector('#case a[href$=proof]'), '::after').content"
    )
    assert re.sub(r"\s", "", after) in (f'"(/c/{complaint}/proof)"', '"("attr(href)")"')
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#windows table").is_hidden()
