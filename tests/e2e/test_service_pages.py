"""What the service says of itself, and a report about a person."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from tests.api_player import Person, Service
from tests.e2e.test_pages import AMOUNT, POLICY
from tests.e2e.visitor import Visitor


@dataclass(frozen=True)
class Scene:
    service: Service
    shop: Person
    buyer: Person
    complaint: int


@pytest.fixture(scope="module")
def scene(service: Service) -> Scene:
    """A complaint about how somebody behaved."""
    shop, buyer = service.person(), service.person()
    agreement = service.digest(shop, "We answer within two days.")
    service.act(shop, "register", policy=POLICY, agreement=agreement)
    service.act(buyer, "pay", organisation=1, version=1, ref=f"0x{1:064x}", amount=AMOUNT)
    order = service.open_order(buyer.address)
    digest = service.digest(buyer, "They shouted at me.")
    service.act(buyer, "file", order=order, demand=10000, category=5, digest=digest)
    return Scene(service, shop, buyer, service.get("/v1/cases")["cases"][0]["id"])


@pytest.fixture
def reader(browser: Browser, scene: Scene) -> Iterator[Visitor]:
    visitor = Visitor(browser, scene.service)
    yield visitor
    visitor.close()


def test_the_status_is_what_the_index_says(reader: Visitor) -> None:
    reader.open("/status")
    reader.shows("All is well")
    found = reader.service.get("/v1/status")
    reader.shows(f"{found['events']:,}")
    expect(reader.page.locator("li.check")).to_have_count(5)
    expect(reader.page.locator("li.check[data-state=right]")).to_have_count(5)


def test_the_contracts_are_compared_and_a_pause_is_told(reader: Visitor) -> None:
    service = reader.service
    reader.open("/security")
    deployed = service.get("/v1/deployments")["contracts"]
    matching = reader.page.locator("h3 + .check[data-state=right]")
    expect(matching).to_have_count(len(deployed))
    for one in deployed.values():
        reader.shows(one["address"])
        reader.shows(one["code_hash"])
    reader.shows("New orders are accepted")
    world = service.chain
    guardian = world.accounts[0]
    world.send(guardian, "OrderEscrow", "setPaused", (True,))
    try:
        reader.open("/security")
        reader.shows("New orders are refused for now")
        reader.shows("New stakes are accepted")
    finally:
        world.send(guardian, "OrderEscrow", "setPaused", (False,))


def test_each_link_of_the_frame_and_for_developers_leads_somewhere(reader: Visitor) -> None:
    for page in ("/developers", "/security", "/status"):
        reader.open(page)
        places = reader.page.locator("a[href^='/']").evaluate_all(
            "links => links.map((one) => one.getAttribute('href'))"
        )
        for place in set(places):
            assert reader.service.http.get(place, follow_redirects=True).status_code == 200, place


def test_whom_a_report_names_can_no_longer_answer_it(browser: Browser, scene: Scene) -> None:
    visitor = Visitor(browser, scene.service, scene.buyer)
    visitor.open("/report-staff")
    visitor.connect()
    page = visitor.page
    page.get_by_label("Number of your case").first.fill(str(scene.complaint))
    page.get_by_label("Their account").fill(scene.shop.address)
    visitor.press("Report, without the name")
    page.wait_for_url(f"**/c/{scene.complaint}")
    visitor.shows("without a name yet")
    assert scene.shop.address.lower() not in page.locator("ol.timeline").inner_html().lower()
    visitor.open("/report-staff")
    visitor.shows("Nobody is named.")
    visitor.unfold("Name them")
    page.locator("#name-complaint").fill(str(scene.complaint))
    visitor.press("Name them")
    page.wait_for_url(f"**/c/{scene.complaint}")
    visitor.open("/report-staff")
    visitor.shows("can neither answer it nor judge it")
    refused = scene.service.http.post(
        "/v1/actions/acknowledge",
        json={"actor": scene.shop.address, "complaint": scene.complaint},
    )
    assert refused.json()["code"] == "accused-cannot-act"
    visitor.close()
