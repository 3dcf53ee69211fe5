"""The pages of numbers in a browser: from a mark to its cases and back, without any script too."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api_player import Service
from tests.e2e.test_pages import POLICY
from tests.e2e.visitor import Visitor

AMOUNT = str(10**17)


@pytest.fixture(scope="module")
def complaint(service: Service) -> int:
    """One that was replied to at once."""
    shop, buyer = service.person(), service.person()
    agreement = service.digest(shop, "We answer within two days.")
    service.act(shop, "register", policy=POLICY, agreement=agreement)
    found = service.get("/v1/organisations")["organisations"][-1]["id"]
    ref = "0x" + "11" * 32
    service.act(buyer, "pay", organisation=found, version=1, ref=ref, amount=AMOUNT)
    order = service.open_order(buyer.address)
    digest = service.digest(buyer, "It never came.")
    service.act(buyer, "file", order=order, demand=10_000, category=2, digest=digest)
    number = int(service.get("/v1/cases", customer=buyer.address)["cases"][0]["id"])
    service.act(shop, "acknowledge", complaint=number)
    return number


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def page(browser: Browser, service: Service, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(base_url=service.url, java_script_enabled=request.param)
    yield context.new_page()
    context.close()


def test_from_a_mark_to_its_cases_and_back(page: Page, service: Service, complaint: int) -> None:
    told = service.get("/v1/stats/first-answers", organisation=1)["marks"]
    # How long the reply took is this machine's affair.
    (number,) = [at for at, mark in enumerate(told) if any(mark["values"].values())]
    page.goto("/stats?organisation=1")
    page.locator("#first-answers svg a").nth(number).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{told[number]['cases']}")
    expect(page.locator("main")).to_contain_text("Only the cases behind a part of a chart.")
    expect(page.locator("ul.cases a.case-id")).to_have_text(f"Case {complaint}")
    page.get_by_role("link", name="Back to the chart").click()
    page.wait_for_url("**/stats?organisation=1#first-answers")
    expect(page.locator("#organisation")).to_have_value("1")


def test_a_form_chooses_and_the_address_keeps_it(page: Page, complaint: int) -> None:
    page.goto("/stats")
    page.get_by_label("Organisation", exact=True).fill("1")
    page.get_by_label("Filed until").fill("2020-01-31")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/stats?organisation=1&filed_from=&filed_to=2020-01-31")
    expect(page.locator("main")).to_contain_text("Nothing to show yet")
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("dl.strip")).to_contain_text("of 1 complaint")
    page.goto("/orgs")
    page.get_by_label("In this order").select_option("-on-time")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/orgs?sort=-on-time**")
    expect(page.get_by_label("In this order")).to_have_value("-on-time")


def test_the_table_under_a_chart_has_its_numbers(page: Page, complaint: int) -> None:
    page.goto("/stats")
    page.locator("#funnel summary").click()
    row = page.locator("#funnel table tr", has_text="Had a first reply")
    expect(row.locator("td")).to_have_text("1")
    row.get_by_role("link").click()
    page.wait_for_url("**/cases?mark=funnel.answered")
    expect(page.locator("ul.cases a.case-id")).to_have_count(1)


def test_the_agreement_is_read_before_paying(page: Page, complaint: int) -> None:
    page.goto("/")
    page.get_by_role("link", name="Organisations beside each other").click()
    page.get_by_role("rowheader").get_by_role("link", name="Organisation 1").click()
    page.get_by_role("link", name="Version 1").click()
    expect(page.locator("blockquote")).to_have_text("We answer within two days.")
    expect(page.locator("h1")).to_contain_text("in force")


def test_a_reader_is_told_of_each_mark_in_words(
    browser: Browser, service: Service, complaint: int
) -> None:
    """Only the hours in which something was filed are stops of the keyboard; nothing is asked of
    anybody else."""
    reader = Visitor(browser, service)
    reader.open("/stats")
    said = reader.page.get_by_role("link", name="1 complaints filed")
    expect(said).to_have_count(1)
    expect(reader.page.locator("#hours svg a:not([tabindex])")).to_have_count(1)
    expect(reader.page.locator("#hours svg a")).to_have_count(168)
    reader.close()
