"""An arbitrator: on a phone, by keyboard, on another device, and by a browser left to itself."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from scripts.toolchain.paths import ROOT
from tests.api_player import Person, View, until
from tests.e2e.visitor import Visitor
from tests.relaying import RelayHouse, house, one_house

__all__ = ["house", "one_house"]

ARBITRATORS = 6
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]

Enter = Callable[..., Visitor]


@pytest.fixture
def enter(browser: Browser, house: RelayHouse) -> Iterator[Enter]:
    """Opens a browser for somebody; all are closed, and checked, at the end."""
    inside: list[Visitor] = []

    def open_for(person: Person | None, **device: Any) -> Visitor:
        inside.append(Visitor(browser, house.service, person, **device))
        return inside[-1]

    yield open_for
    for visitor in inside:
        visitor.close()


def test_an_arbitrator_votes_and_opens_the_vote(house: RelayHouse, enter: Enter) -> None:
    complaint, people = _case(house)
    first, second, third = (people[one] for one in _panel(house, complaint))
    phone = enter(first, **PHONE)
    _finds_the_case(house, phone, complaint)
    _votes_by_touch(phone, complaint)
    keyboard = enter(second)
    receipt = _votes_by_keyboard(keyboard, complaint)
    alone = enter(third)
    _leaves_it_to_the_browser(house, alone, complaint)
    _is_reminded(phone, complaint)
    _brings_the_receipt(enter(second, **PHONE), complaint, receipt)
    _opens_by_itself(house, alone, complaint)
    votes = [seat["vote"] for seat in _round(house, complaint)["seats"]]
    assert votes == [4500, 5125, 6000]
    phone.open(f"/panel?account={first.address}")
    phone.shows("You have nothing to do.")


def _case(house: RelayHouse) -> tuple[int, dict[str, Person]]:
    world, service = house.world, house.service
    people = [service.person() for _ in range(ARBITRATORS)]
    for person in people:
        service.act(person, "stake", tickets=8)
    organisation = world.register()
    world.bond(organisation)
    order = world.pay(organisation)
    complaint = world.file(order, what=_said(house, world.customer, "The kettle leaks."))
    world.offer(complaint, 4000, _said(house, world.organisation, "It was whole when we sent it."))
    world.escalate(complaint)
    world.mine(5)
    service.wait_for(world.block_number())
    return complaint, {person.address.lower(): person for person in people}


def _said(house: RelayHouse, author: str, text: str) -> Any:
    answer = house.service.http.post("/v1/evidence", data={"author": author, "text": text})
    assert answer.status_code == 201, answer.text
    return answer.json()["digest"]


def _panel(house: RelayHouse, complaint: int) -> list[str]:
    seats = house.service.get(f"/v1/cases/{complaint}/panel")["seats"]
    return [str(seat["owner"]).lower() for seat in seats]


def _round(house: RelayHouse, complaint: int) -> View:
    rounds: list[View] = house.service.get(f"/v1/cases/{complaint}")["case"]["rounds"]
    return rounds[-1]


def _finds_the_case(house: RelayHouse, phone: Visitor, complaint: int) -> None:
    phone.open("/panel")
    phone.connect()
    phone.page.wait_for_url("**/panel?account=*")
    phone.shows(f"Read case {complaint}: you vote from")
    phone.shows("Where you are about to be drawn")
    house.service.pass_time(25 * 3600)
    phone.page.reload()
    phone.shows(f"Vote in case {complaint} by")
    _is_accessible(phone)
    phone.page.get_by_role("link", name="Read it and vote").tap()
    phone.page.wait_for_url(f"**/c/{complaint}/brief#vote")


def _votes_by_touch(phone: Visitor, complaint: int) -> None:
    page = phone.page
    for side, words in (("#customer", "The kettle leaks."), ("#organisation", "It was whole")):
        page.locator(f".anchors a[href='{side}']").tap()
        expect(page.locator(side)).to_contain_text(words)
        expect(page.locator(side)).to_be_in_viewport()
    phone.shows("Promise and clock")
    expect(page.locator("main")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    phone.write("Share of 1 ETH that the customer should get", "45")
    expect(page.locator("[data-money]:visible")).to_have_text("= 0.45\u00a0ETH")
    phone.write("Your reasons", "A leak is a leak.")
    _is_accessible(phone)
    with page.expect_download() as download:
        phone.press("Vote")
    assert download.value.suggested_filename == f"redress-vote-{complaint}-0.json"
    phone.shows("You have voted. Nobody can see how until you open it.")
    phone.shows("This browser holds what opens your vote.")


def _votes_by_keyboard(visitor: Visitor, complaint: int) -> Path:
    """Nothing but keys, once the page knows the wallet."""
    visitor.open("/panel")
    visitor.connect()
    visitor.page.wait_for_url("**/panel?account=*")
    visitor.open(f"/c/{complaint}/brief")
    keys = visitor.page.keyboard
    slider = visitor.page.locator("input[type=range]:visible")
    for _ in range(2):
        slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "52%, 0.52\u00a0ETH")
    slider.press("ArrowLeft")
    keys.press("Shift+Tab")
    number = visitor.page.locator("input[name=vote]:visible")
    expect(number).to_be_focused()
    expect(number).to_have_value("51")
    keys.press("End")
    keys.type(".25")
    expect(slider).to_have_attribute("aria-valuetext", "51.25%, 0.5125\u00a0ETH")
    keys.press("Tab")
    keys.press("Tab")
    keys.type("Both have a point.")
    keys.press("Tab")
    expect(visitor.page.locator("[data-auto]:visible")).to_be_focused()
    keys.press("Tab")
    with visitor.page.expect_download() as download:
        keys.press("Enter")
        visitor.page.locator("#progress[data-tone=done]").wait_for()
    visitor.shows("You have voted.")
    return Path(download.value.path())


def _leaves_it_to_the_browser(house: RelayHouse, visitor: Visitor, complaint: int) -> None:
    """With the last vote the time to open them begins; by its own clock it waits all the same."""
    visitor.open("/panel")
    visitor.connect()
    visitor.page.wait_for_url("**/panel?account=*")
    visitor.open(f"/c/{complaint}/brief")
    visitor.write("Share of 1 ETH that the customer should get", "60")
    visitor.page.get_by_label("Open my vote by itself").locator("visible=true").check()
    with visitor.page.expect_download():
        visitor.press("Vote")
    visitor.open("/help")
    expect(visitor.page.locator("#reminder")).to_contain_text(f"Your vote in case {complaint}")
    assert [seat["vote"] for seat in _round(house, complaint)["seats"]] == [None] * 3
    assert house.rows("SELECT count(*) FROM outgoing") == [(0,)]


def _is_reminded(phone: Visitor, complaint: int) -> None:
    phone.arrive("/help")
    banner = phone.page.locator("#reminder")
    expect(banner).to_contain_text(f"Your vote in case {complaint} can be opened until")
    _is_accessible(phone)
    banner.get_by_role("link", name="Open my vote").tap()
    phone.page.wait_for_url(f"**/c/{complaint}/brief#vote")
    phone.shows("This browser holds what opens your vote.")
    phone.press("Open my vote")
    phone.page.reload()
    expect(phone.page.locator("[data-connect]")).to_contain_text("…")
    expect(banner).to_have_count(0)


def _brings_the_receipt(other: Visitor, complaint: int, receipt: Path) -> None:
    other.open(f"/c/{complaint}/brief")
    other.connect()
    other.shows("This browser does not hold what opens your vote")
    choose = other.page.get_by_label("Receipt of the vote (file)").locator("visible=true")
    choose.set_input_files(
        {"name": "a.json", "mimeType": "application/json", "buffer": b'{"schema":1}'}
    )
    said = other.page.locator("#progress[data-tone=failed]")
    expect(said).to_contain_text("This is no receipt of a vote.")
    choose.set_input_files(receipt)
    other.shows("This browser holds what opens your vote.")
    other.press("Open my vote")


def _opens_by_itself(house: RelayHouse, visitor: Visitor, complaint: int) -> None:
    """No wallet is asked: it is told nothing, and its owner may be asleep."""
    signed = visitor.wallet.signed
    opens = _round(house, complaint)["commit_ends"]["unix"]
    with house.process():
        visitor.page.clock.set_fixed_time(opens + 1)
        visitor.open("/help")
        done = visitor.page.locator("#progress[data-tone=done]")
        expect(done).to_contain_text(f"Your vote in case {complaint} is open.")
    until(lambda: _round(house, complaint)["seats"][2]["vote"] == 6000, "the third vote is indexed")
    assert visitor.wallet.signed == signed


def _is_accessible(visitor: Visitor) -> None:
    visitor.page.evaluate(AXE.read_text())
    found = visitor.page.evaluate(
        "rules => axe.run({ runOnly: rules }).then((r) => r.violations.map((v) =>"
        " `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`))",
        RULES,
    )
    assert found == []


@pytest.mark.parametrize("scripted", [True, False], ids=["with scripts", "without"])
def test_the_practice_case_needs_no_wallet(enter: Enter, scripted: bool) -> None:
    reader = enter(None, java_script_enabled=scripted, **PHONE)
    page = reader.page
    reader.open("/panel/practice")
    page.get_by_label("Share of 0.08 ETH that the customer should get").fill("50")
    if scripted:
        expect(page.locator("[data-money]")).to_have_text("= 0.04\u00a0ETH")
        _is_accessible(reader)
    page.get_by_role("button", name="Vote in secret").tap()
    reader.shows("Your vote is sealed")
    receipt = page.get_by_label("Your receipt")
    kept = receipt.input_value()
    receipt.fill(kept.replace("5000", "5001"))
    page.get_by_role("button", name="Open my vote").tap()
    reader.shows("This does not open the vote")
    reader.problems.clear()  # a browser says of each 422 that it is one
    receipt.fill(kept)
    page.get_by_role("button", name="Open my vote").tap()
    reader.shows("50% for the customer")
    reader.shows("Your vote would have earned")
    if scripted:
        _is_accessible(reader)


def test_what_forgetting_costs_is_shown(enter: Enter) -> None:
    reader = enter(None)
    reader.open("/panel/practice")
    reader.write("Share of 0.08 ETH that the customer should get", "50")
    reader.page.get_by_role("button", name="Vote in secret").click()
    reader.page.get_by_role("button", name="I have lost it").click()
    reader.shows("47.5% for the customer")
    reader.shows("more than the worst vote")
