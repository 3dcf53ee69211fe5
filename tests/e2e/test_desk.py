"""The operator's day: many first replies with one signature, a template, a policy by keyboard."""

# ruff: noqa: RUF001 (the page says ranges with a dash)

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.api_player import Service
from tests.e2e.test_promises import Shop
from tests.e2e.visitor import Visitor


@pytest.fixture(scope="module")
def shop(service: Service) -> Shop:
    return Shop(service)


@pytest.fixture
def desk(browser: Browser, shop: Shop) -> Iterator[Visitor]:
    visitor = Visitor(browser, shop.service, shop.shop)
    visitor.open("/desk")
    visitor.connect()
    visitor.page.wait_for_url("**/desk?account=*")
    yield visitor
    visitor.close()


def test_three_cases_are_acknowledged_with_one_signature(desk: Visitor, shop: Shop) -> None:
    page = desk.page
    first, second = shop.complaint(), shop.complaint()
    # New cases come by themselves, and so does their number in the title.
    expect(page.locator(f"#case-{second}")).to_be_visible()
    expect(page).to_have_title(f"(2) Organisation {shop.number} · Redress")
    page.get_by_label(f"Choose case {first}").check()
    page.get_by_label(f"Choose case {second}").focus()
    third = shop.complaint()
    expect(page.locator(f"#case-{third}")).to_be_visible()
    expect(page.get_by_label(f"Choose case {first}")).to_be_checked()
    expect(page.get_by_label(f"Choose case {second}")).to_be_focused()
    page.keyboard.press("Space")
    page.get_by_label("All on this page that wait for a first reply (3)").check()
    page.get_by_role("button", name="Acknowledge the chosen (3)").click()
    expect(page.get_by_role("heading", name="Cases to acknowledge: 3")).to_be_focused()
    desk.shows(f"These are cases {first}, {second}, {third}.")
    desk.write("What you tell these customers", "We have it, and look at it today.")
    desk.press("Sign once for all of them")
    assert desk.wallet.signed == 1
    expect(page.locator("[data-pick]")).to_have_count(0)
    replies = [
        shop.service.get(f"/v1/cases/{one}")["case"]["acknowledgement"]
        for one in (first, second, third)
    ]
    assert all(one["on_time"] for one in replies)
    assert len({one["digest"] for one in replies}) == 1


def test_what_somebody_else_answered_meanwhile_is_named_and_left_out(
    desk: Visitor, shop: Shop
) -> None:
    page = desk.page
    one, other = shop.complaint(), shop.complaint()
    expect(page.locator(f"#case-{other}")).to_be_visible()
    page.context.route("**/desk?*", lambda route: route.abort())  # the page gets no news
    for complaint in (one, other):
        page.get_by_label(f"Choose case {complaint}").check()
    page.get_by_role("button", name="Acknowledge the chosen (2)").click()
    desk.write("What you tell these customers", "Hello.")
    shop.service.act(shop.shop, "acknowledge", complaint=one)
    assert "left out" in desk.failure("Sign once for all of them")
    desk.shows(f"Case {one}: The case has moved on")
    desk.shows(f"These are cases {other}.")
    page.context.unroute("**/desk?*")
    desk.press("Sign once for all of them")
    assert desk.wallet.signed == 1
    found = shop.service.get(f"/v1/cases/{other}")["case"]
    assert found["acknowledgement"] is not None
    desk.problems.clear()  # the 409, and what was aborted


def test_a_template_is_kept_taken_along_and_used(desk: Visitor, shop: Shop, tmp_path: Path) -> None:
    page, complaint = desk.page, shop.complaint()
    page.get_by_role("link", name="Money, people, policy").click()
    desk.write("Name", "Part refund")
    desk.write("Text", "For order {order} we give back {share} of {amount}. {unknown}")
    page.get_by_role("button", name="Keep this template").click()
    desk.shows("Kept: Part refund")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save all as a file").click()
    kept = json.loads(saved.value.path().read_text())
    assert kept["schema"] == "redress-templates/1"
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"schema": "redress-templates/1", "templates": [{"name": 1}]}')
    page.get_by_label("Take from a file").set_input_files(wrong)
    expect(page.locator("#progress")).to_contain_text("This is no file of templates")
    more = tmp_path / "more.json"
    kept["templates"].append({"name": "Hello", "text": "Hello {customer}"})
    more.write_text(json.dumps(kept))
    page.get_by_label("Take from a file").set_input_files(more)
    desk.shows("Templates taken from the file: 2")
    desk.arrive(f"/c/{complaint}")
    desk.unfold("Make an offer")
    offer = page.locator("form[data-act=offer]")
    offer.get_by_label("Start from a template").select_option("Part refund")
    desk.write("Share of 1 ETH that the customer gets back", "40")
    words = offer.get_by_label("Reasons", exact=True)
    text = words.input_value()
    assert "we give back 40% of 1 ETH. {unknown}" in text.replace("\u00a0", " ")
    assert "{order}" not in text
    desk.press("Make the offer")
    desk.shows("we give back 40%")


def test_the_policy_is_changed_by_keyboard_alone(desk: Visitor, shop: Shop) -> None:
    page = desk.page
    page.goto(f"/desk/organisation?account={shop.shop.address}")
    expect(page.locator("[data-connect]")).to_contain_text("…")
    page.locator("summary", has_text="Publish the next policy").focus()
    page.keyboard.press("Enter")
    form = page.locator("form[data-act=publish-policy]")
    said = form.locator("[data-peak-said]")
    expect(said).to_have_text("none")
    form.get_by_label("Answer (hours, 48 to 240)").focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("60")
    # One stop for Tab; the arrow keys do the rest: the morning of Monday, then of Tuesday.
    form.get_by_label("Claims without an order: at most, each").focus()
    page.keyboard.press("Tab")
    expect(form.get_by_label("Mon 0:00")).to_be_focused()
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(said).to_have_text("Mon 09–12")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    expect(said).to_have_text("Mon–Tue 09–12")
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    expect(form.get_by_label("All hours of Tue")).to_be_focused()
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(said).to_have_text("Mon–Tue 09–12; Sun 00–24")
    changes = form.locator("[data-difference] li")
    expect(changes).to_have_text(
        [
            "Answer (hours, 48 to 240): 48 → 60",
            "Peak hours from now on: Mon–Tue 09–12; Sun 00–24",
        ]
    )
    page.keyboard.press("Tab")
    expect(form.locator("textarea")).to_be_focused()
    page.keyboard.type("As before.")
    form.get_by_role("button", name="Publish", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator("#progress[data-tone=done]").wait_for()
    found = shop.service.get(f"/v1/organisations/{shop.number}/policies")["policies"][-1]
    morning = sum(1 << day * 24 + hour for day in (0, 1) for hour in (9, 10, 11))
    assert int(found["peak_mask"]) == morning | ((1 << 24) - 1) << 6 * 24
    assert found["answer_hours"] == 60
    desk.shows("A next version was published already")
