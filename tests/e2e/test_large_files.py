"""Files over a bad line: chosen too early, sent again in parts, and not begun anew by a reload."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.api_player import Person, Service
from tests.e2e.test_pages import AMOUNT, POLICY
from tests.e2e.visitor import Visitor

MIB = 1 << 20
FILM = random.Random(3).randbytes(20 * MIB)


@pytest.fixture
def customer(browser: Browser, service: Service) -> Iterator[Visitor]:
    shop, buyer = service.person(), service.person()
    agreement = service.digest(shop, "We answer within two days.")
    service.act(shop, "register", policy=POLICY, agreement=agreement)
    pay(service, buyer)
    visitor = Visitor(browser, service, buyer)
    yield visitor
    visitor.close()


def pay(service: Service, buyer: Person) -> None:
    ref = f"0x{7:064x}"
    service.act(buyer, "pay", organisation=1, version=1, ref=ref, amount=AMOUNT)


class Line:
    """Notes where each part begins; breaks the one that it is told to, and all that follow."""

    def __init__(self) -> None:
        self.began: list[int] = []
        self.breaks_once = {8 * MIB}
        self.is_cut_from: int | None = 16 * MIB

    def __call__(self, route: Route) -> None:
        if route.request.method != "PATCH":
            route.continue_()
            return
        offset = int(route.request.headers["upload-offset"])
        self.began.append(offset)
        is_cut = self.is_cut_from is not None and offset >= self.is_cut_from
        if is_cut or offset in self.breaks_once:
            self.breaks_once.discard(offset)
            route.abort("connectionreset")
        else:
            route.continue_()


def choose(customer: Visitor, film: Path) -> None:
    customer.page.get_by_label("Add files").set_input_files(film)
    expect(customer.page.locator("[data-files] [data-cid]", has_text="baf")).to_have_count(1)


def test_a_file_chosen_before_the_scripts_have_come_is_kept(
    customer: Visitor, tmp_path: Path
) -> None:
    held: list[Route] = []
    customer.context.route("**/built/statement-*.js", lambda route: held.append(route))
    customer.open("/file")
    customer.connect()
    customer.page.wait_for_url("**/file?account=*")
    photo = tmp_path / "photo.png"
    photo.write_bytes(FILM[:MIB])
    chooser = customer.page.get_by_label("Add files")
    with customer.page.expect_event("request", lambda one: "/built/statement-" in one.url):
        customer.page.reload()
    chooser.set_input_files(photo)
    listed = customer.page.locator("[data-files] [data-cid]", has_text="baf")
    expect(listed).to_have_count(0)
    held[-1].continue_()
    expect(listed).to_have_count(1)


def test_a_large_file_goes_on_after_a_reload(customer: Visitor, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(FILM)
    line = Line()
    customer.context.route("**/v1/uploads/*", line)
    customer.open("/file")
    customer.connect()
    customer.page.wait_for_url("**/file?account=*")
    customer.write("What happened", "It fell apart; I filmed it.")
    customer.page.get_by_label("How much of the payment do you want back?").fill("80")
    choose(customer, film)
    customer.page.get_by_role("button", name="File the complaint", exact=True).click()
    with customer.page.expect_request(
        lambda request: (
            request.method == "PATCH" and request.headers["upload-offset"] == str(16 * MIB)
        )
    ):
        pass
    assert line.began[:3] == [0, 8 * MIB, 8 * MIB]
    customer.page.reload()
    line.is_cut_from = None
    line.began.clear()
    choose(customer, film)
    customer.press("File the complaint")
    assert line.began == [16 * MIB]
    customer.page.wait_for_url("**/c/*")
    number = int(customer.page.url.rsplit("/", 1)[1])
    (exhibit,) = customer.service.get(f"/v1/cases/{number}")["case"]["evidence"]
    (item,) = customer.service.get(f"/v1/evidence/{exhibit['digest']}")["items"]
    assert (item["name"], item["size"]) == ("film.mp4", len(FILM))
    assert customer.service.http.get(f"/ipfs/{item['cid']}").content == FILM
    kept = "Object.keys(localStorage).filter((key) => key.includes('upload'))"
    assert customer.page.evaluate(kept) == []
    assert all("ERR_CONNECTION_RESET" in one for one in customer.problems)
    customer.problems.clear()
