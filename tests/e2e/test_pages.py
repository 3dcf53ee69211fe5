"""The pages when things are not as usual: wallets that refuse, no script, other languages."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Route, expect

from dapp.web.i18n import LANGUAGES
from tests.api_player import Person, Service
from tests.e2e.visitor import Visitor

AMOUNT = str(10**17)
POLICY = {
    "peak_mask": "0",
    "acknowledge_peak_seconds": 1800,
    "acknowledge_off_peak_seconds": 600,
    "answer_hours": 48,
    "confirm_hours": 72,
    "protection_hours": 336,
    "track": 0,
    "claim_cap": 0,
}


@dataclass(frozen=True)
class Scene:
    """A case that waits for its organisation."""

    service: Service
    shop: Person
    buyer: Person
    complaint: int
    spare_order: str
    """Paid by the buyer, and in escrow."""


@pytest.fixture(scope="module")
def scene(service: Service) -> Scene:
    shop, buyer = service.person(), service.person()
    agreement = service.digest(shop, "We answer within two days.")
    service.act(shop, "register", policy=POLICY, agreement=agreement)
    found = service.get("/v1/organisations")["organisations"][-1]["id"]
    for number in (1, 2):
        ref = f"0x{number:064x}"
        service.act(buyer, "pay", organisation=found, version=1, ref=ref, amount=AMOUNT)
    orders = service.get("/v1/orders", customer=buyer.address)["orders"]
    first, second = orders[0]["key"], orders[1]["key"]
    digest = service.digest(buyer, "It never came. <script>alert(1)</script>")
    service.act(buyer, "file", order=first, demand=10000, category=2, digest=digest)
    cases = service.get("/v1/cases", customer=buyer.address)["cases"]
    return Scene(service, shop, buyer, cases[0]["id"], second)


def at_the_case(browser: Browser, scene: Scene, person: Person) -> Iterator[Visitor]:
    visitor = Visitor(browser, scene.service, person)
    visitor.open(f"/c/{scene.complaint}")
    visitor.connect()
    yield visitor
    visitor.close()


@pytest.fixture
def buyer(browser: Browser, scene: Scene) -> Iterator[Visitor]:
    yield from at_the_case(browser, scene, scene.buyer)


@pytest.fixture
def shop(browser: Browser, scene: Scene) -> Iterator[Visitor]:
    yield from at_the_case(browser, scene, scene.shop)


@pytest.fixture
def passer_by(browser: Browser, scene: Scene) -> Iterator[Visitor]:
    visitor = Visitor(browser, scene.service)
    yield visitor
    visitor.close()


def test_a_refused_signature_sends_nothing_and_can_be_given_later(buyer: Visitor) -> None:
    buyer.unfold("Add evidence")
    buyer.write("What it shows", "The empty box.")
    buyer.wallet.refuses = True
    assert "You refused in the wallet. Nothing was sent." in buyer.failure("Add evidence")
    assert buyer.wallet.signed == 0
    buyer.wallet.refuses = False
    buyer.press("Add evidence")
    buyer.shows("The empty box.")


def test_a_wallet_on_another_chain_is_asked_to_switch(buyer: Visitor, scene: Scene) -> None:
    buyer.wallet.chain_id = 1
    buyer.unfold("Add evidence")
    buyer.write("What it shows", "A letter.")
    buyer.press("Add evidence")
    assert buyer.wallet.chain_id == scene.service.chain.chain_id


def test_what_is_being_written_outlives_the_page_s_news(buyer: Visitor, scene: Scene) -> None:
    buyer.unfold("Add evidence")
    buyer.write("What it shows", "The label on the box.")
    buyer.page.get_by_label("Add files").locator("visible=true").set_input_files(
        {"name": "label.txt", "mimeType": "text/plain", "buffer": b"To: somebody else"}
    )
    before = buyer.page.locator("ol.timeline > li").count()
    digest = scene.service.digest(scene.shop, "Proof of posting.")
    scene.service.act(scene.shop, "evidence", complaint=scene.complaint, digest=digest)
    expect(buyer.page.locator("ol.timeline > li")).to_have_count(before + 1)
    buyer.press("Add evidence")
    buyer.shows("The label on the box.")
    buyer.shows("label.txt")


def test_what_the_rules_forbid_is_said_before_signing(browser: Browser, scene: Scene) -> None:
    """A page that gets no news still shows a form whose time is over."""
    desk = Visitor(browser, scene.service, scene.shop)
    desk.context.route("**/v1/stream*", lambda route: route.abort())
    desk.open(f"/c/{scene.complaint}")
    desk.connect()
    scene.service.act(scene.shop, "acknowledge", complaint=scene.complaint)
    desk.write("What you tell the customer", "Hello.")
    assert "The case has moved on" in desk.failure("Reply")
    assert desk.wallet.signed == 0
    assert any("409" in problem for problem in desk.problems)
    desk.problems.clear()
    desk.close()


def test_a_paid_order_waits_in_the_list_and_can_be_released(browser: Browser, scene: Scene) -> None:
    visitor = Visitor(browser, scene.service, scene.buyer)
    visitor.open("/orders")
    visitor.connect()
    visitor.page.wait_for_url("**/orders?account=*")
    visitor.unfold("All is well")
    visitor.press("Release the money")
    visitor.shows("Released")
    found = scene.service.get(f"/v1/orders/{scene.spare_order}")["order"]
    assert found["state"] == "released"
    visitor.close()


def test_the_organisation_keeps_its_house(browser: Browser, scene: Scene) -> None:
    """Its next policy, its people, an order it gives back of its own will."""
    ref = "0x" + "77" * 32
    scene.service.act(scene.buyer, "pay", organisation=1, version=1, ref=ref, amount=AMOUNT)
    shop = Visitor(browser, scene.service, scene.shop)
    helper = Visitor(browser, scene.service, scene.service.person())
    shop.open("/desk")
    shop.connect()
    shop.page.wait_for_url("**/desk?account=*")
    shop.page.get_by_role("link", name="Money, people, policy").click()
    shop.write("Ask somebody to act for it", helper.wallet.person.address)
    shop.press("Ask")
    helper.open("/desk")
    helper.connect()
    helper.press("Accept")
    helper.shows("To answer, the most urgent first")
    shop.arrive("/desk/organisation")
    shop.page.wait_for_url("**/desk/organisation?account=*")
    shop.press("Remove")
    shop.unfold("Orders in escrow")
    shop.press("Give it back")
    shop.unfold("Publish the next policy")
    shop.write("Answer (hours, 48 to 240)", "60")
    shop.write("Your refund policy and terms, as customers will read them before they pay", "New.")
    shop.press("Publish")
    found = scene.service.get("/v1/organisations/1")["organisation"]
    assert [one["answer_hours"] for one in found["policies"]] == [48, 60]
    assert [one["roles"] for one in found["operators"]] == [7, 0]
    held = scene.service.get("/v1/orders", organisation=1)["orders"][0]
    assert (held["ref"], held["state"]) == (ref, "refunded")
    for visitor in (shop, helper):
        visitor.close()


def test_without_a_wallet_the_page_says_what_to_do(passer_by: Visitor, scene: Scene) -> None:
    passer_by.open(f"/c/{scene.complaint}")
    passer_by.page.locator("[data-connect]").click()
    expect(passer_by.page.locator("#progress")).to_contain_text("No wallet was found")


def test_everything_can_be_read_without_script(browser: Browser, scene: Scene) -> None:
    context = browser.new_context(base_url=scene.service.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/c/{scene.complaint}")
    main = page.locator("main")
    for text in ("The organisation must", "It never came."):
        expect(main).to_contain_text(text)
    assert "Reading works without JavaScript" in (main.text_content() or "")
    page.locator("summary", has_text="What each person may do now").click()
    expect(main).to_contain_text("Take the complaint back")
    for path in (
        "/",
        "/cases",
        "/audit",
        f"/c/{scene.complaint}/proof",
        "/desk",
        "/panel",
        "/orgs",
        "/orgs/1",
        "/policies/1/1",
        "/stats",
    ):
        assert page.goto(path) is not None
        assert page.locator("h1").inner_text()
    context.close()


def test_the_language_that_was_chosen_stays(passer_by: Visitor, scene: Scene) -> None:
    passer_by.open("/")
    passer_by.page.get_by_role("link", name="简体中文").click()
    expect(passer_by.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    passer_by.open(f"/c/{scene.complaint}")
    passer_by.shows("机构须在")
    passer_by.page.get_by_role("link", name="English").click()
    passer_by.shows("The organisation must")


def test_what_people_wrote_stays_text(passer_by: Visitor, scene: Scene) -> None:
    passer_by.open(f"/c/{scene.complaint}")
    passer_by.shows("It never came. <script>alert(1)</script>")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wider_than_a_small_phone(
    buyer: Visitor, shop: Visitor, scene: Scene, language: str
) -> None:
    """With everything unfolded that the reader can see."""
    for visitor in (buyer, shop):
        visitor.page.set_viewport_size({"width": 320, "height": 640})
    for path in pages(scene):
        # Another's page about an account leads to the reader's own.
        visitor = shop if path.startswith("/desk") else buyer
        visitor.arrive(f"{path}{'&' if '?' in path else '?'}lang={language}")
        page = visitor.page
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{path} is {wide} px wide"
    buyer.problems.clear()  # the page that is not there


def test_names_are_unique_and_fields_have_labels(browser: Browser, scene: Scene) -> None:
    context = browser.new_context(base_url=scene.service.url)
    page = context.new_page()
    for path in pages(scene):
        page.goto(path)
        twice = page.evaluate(
            "(all => all.filter((id, at) => all.indexOf(id) !== at))"
            "([...document.querySelectorAll('[id]')].map(one => one.id))"
        )
        assert twice == [], path
        unnamed = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]"
            ".filter(one => !one.labels?.length && !one.ariaLabel).map(one => one.outerHTML)"
        )
        assert unnamed == [], path
    context.close()


def test_a_case_is_found_by_whatever_the_reader_has(passer_by: Visitor, scene: Scene) -> None:
    case = scene.service.get(f"/v1/cases/{scene.complaint}")["case"]
    events = scene.service.get(f"/v1/cases/{scene.complaint}/timeline")["events"]
    names = [str(scene.complaint), case["order"]["key"], *[one["transaction"] for one in events]]
    for name in names:
        passer_by.open(f"/audit?q={name}")
        passer_by.page.wait_for_url(f"**/c/{scene.complaint}")
    for account in (scene.buyer.address, scene.shop.address.lower()):
        passer_by.open(f"/audit?q={account}")
        passer_by.shows(f"Case {scene.complaint}")
    passer_by.open("/audit?q=0x" + "00" * 32)
    passer_by.shows("Nothing here goes by that.")


def test_a_record_that_was_changed_is_found_out(buyer: Visitor, scene: Scene) -> None:
    """What the server says is not believed: neither about the events nor about the files."""

    def lie(route: Route) -> None:
        told = scene.service.http.get(f"/v1/cases/{scene.complaint}/timeline").json()
        filed = next(one for one in told["events"] if one["name"] == "Filed")
        filed["timestamp"]["unix"] -= 3600
        route.fulfill(json=told)

    proof = f"/c/{scene.complaint}/proof"
    buyer.arrive(proof)
    buyer.page.get_by_role("button", name="Check again").click()
    buyer.shows("Verified: this record is genuine and complete")
    buyer.context.route("**/timeline", lie)
    buyer.page.get_by_role("button", name="Check again").click()
    buyer.shows("The record does not give the word on the chain")
    buyer.context.unroute("**/timeline")
    buyer.context.route("**/ipfs/*", lambda route: route.fulfill(body="something else"))
    buyer.page.get_by_role("button", name="Check again").click()
    buyer.shows("is not what was submitted.")


def test_a_case_that_is_not_there_is_said_in_plain_words(passer_by: Visitor) -> None:
    response = passer_by.page.goto("/c/999999?lang=zh-Hans")
    assert response is not None
    assert response.status == 404
    passer_by.shows("这里什么也没有")
    passer_by.problems.clear()  # the 404 itself


def pages(scene: Scene) -> list[str]:
    account = scene.buyer.address
    return [
        "/",
        "/cases",
        f"/c/{scene.complaint}",
        f"/c/{scene.complaint}/proof",
        f"/audit?q={account}",
        "/pay",
        "/pay?organisation=1",
        f"/orders?account={account}",
        f"/file?account={account}",
        f"/desk?account={scene.shop.address}",
        f"/desk/record?account={scene.shop.address}",
        f"/desk/organisation?account={scene.shop.address}",
        f"/panel?account={account}",
        f"/keys?account={account}",
        *(f"/me{part}?account={account}" for part in ("", "/messages", "/developer")),
        "/orgs",
        "/orgs/1",
        "/policies/1/1",
        "/stats",
        "/c/999999",
    ]
