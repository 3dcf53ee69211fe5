"""The reader's own pages in a real browser, by keyboard alone."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import httpx
import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, Locator, Page, expect

from scripts.toolchain import anvil as anvil_tool
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests.api_player import Person, Service, environment, redress, running, until
from tests.e2e.test_pages import AMOUNT, POLICY
from tests.e2e.visitor import Visitor
from tests.messaging import MailServer, Receiver, link_of, mail_server
from tests.world import World

MOST_TABS = 150


@dataclass(frozen=True)
class Scene:
    """A customer with an offer to answer and another order, and somebody who sends messages."""

    service: Service
    buyer: Person
    complaint: int
    mail: MailServer


@pytest.fixture(scope="module")
def scene(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("me")
    with (
        mail_server() as mail,
        anvil_tool.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        env = {
            **environment(node.url, url, folder / "deployments", folder / "data"),
            "REDRESS_MESSAGES_LOCAL": "1",
            "REDRESS_SMTP_HOST": "127.0.0.1",
            "REDRESS_SMTP_PORT": str(mail.port),
            "REDRESS_SMTP_SECURITY": "none",
            "REDRESS_SMTP_SENDER": "Redress <messages@redress.example>",
        }
        with (
            running(world, env, folder) as service,
            redress(folder / "notify.log", env, "notify", "run"),
        ):
            yield Scene(service, *_case(service), mail)


def _case(service: Service) -> tuple[Person, int]:
    shop, buyer = service.person(), service.person()
    agreement = service.digest(shop, "We answer within two days.")
    service.act(shop, "register", policy=POLICY, agreement=agreement)
    for number in (1, 2):
        ref = f"0x{number:064x}"
        service.act(buyer, "pay", organisation=1, version=1, ref=ref, amount=AMOUNT)
    order = service.open_order(buyer.address)
    digest = service.digest(buyer, "It never came.")
    service.act(buyer, "file", order=order, demand=10000, category=2, digest=digest)
    digest = service.digest(shop, "Half of it back.")
    service.act(shop, "offer", complaint=1, share=5000, digest=digest)
    return buyer, 1


@pytest.fixture
def buyer(browser: Browser, scene: Scene) -> Iterator[Visitor]:
    visitor = Visitor(browser, scene.service, scene.buyer)
    yield visitor
    visitor.close()


def focus(page: Page, target: Locator) -> None:
    """By the tabulator key, as often as it takes."""
    target.wait_for()
    for _ in range(MOST_TABS):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} cannot be reached by keyboard")


def use(page: Page, target: Locator, key: str = "Enter") -> None:
    focus(page, target)
    page.keyboard.press(key)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def follow(page: Page, name: str) -> None:
    use(page, page.get_by_role("link", name=name, exact=True).first)


def says(page: Page, text: str) -> None:
    expect(page.locator("#progress[data-tone=done]")).to_contain_text(text)


def enter(visitor: Visitor) -> None:
    """Connects and signs in, on the page that it has reached through the header."""
    page = visitor.page
    visitor.open("/cases")
    use(page, page.locator("[data-connect]"))
    follow(page, "My page")
    page.wait_for_url("**/me?account=*")
    use(page, button(page, "Sign in with your wallet"))
    expect(page.locator("[data-own]")).to_have_attribute("data-signed", "in")


def test_everything_of_ones_own_by_keyboard_alone(buyer: Visitor, scene: Scene) -> None:
    page = buyer.page
    enter(buyer)
    buyer.shows(f"Case {scene.complaint}: answer the offer")
    buyer.shows("Times on this page are those of UTC.")
    _calendar(buyer, scene)
    follow(page, "Messages")
    _mailbox(buyer, scene)
    _wishes(buyer)
    with Receiver() as receiver:
        _webhook(buyer, receiver)
    follow(page, "For programs")
    _api_key(buyer, scene)
    follow(page, "Overview")
    use(page, button(page, "Sign out everywhere"))
    expect(page.locator("[data-own]")).to_have_attribute("data-signed", "out")
    expect(page.locator("main")).not_to_contain_text("In my calendar")


def _calendar(visitor: Visitor, scene: Scene) -> None:
    page = visitor.page
    use(page, page.locator("summary", has_text="In my calendar"))
    use(page, button(page, "Make the address"))
    says(page, "The address was made.")
    shown = page.get_by_label("Address of your calendar")
    expect(shown).to_be_focused()
    address = shown.input_value()
    use(page, button(page, "Copy"))
    says(page, "It is copied.")
    feed = Calendar.from_ical(httpx.get(address).text)
    (event,) = feed.walk("VEVENT")
    assert event["SUMMARY"] == f"Case {scene.complaint}: answer the offer"
    use(page, button(page, "End the address"))
    says(page, "The address opens nothing any more.")
    assert httpx.get(address).status_code == 404


def _mailbox(visitor: Visitor, scene: Scene) -> None:
    page, address = visitor.page, "anne@example.org"
    focus(page, page.get_by_label("E-mail address"))
    page.keyboard.type(address)
    page.keyboard.press("Enter")
    says(page, "We have sent a message there.")
    visitor.shows("Waits for you to follow the link in our message")
    until(lambda: bool(scene.mail.mails), "the question")
    with visitor.context.expect_page() as opened:
        link = link_of(scene.mail.mails[0], "confirm")
        page.evaluate("link => open(link, '_blank')", f"/messages/confirm?link={link}")
    use(opened.value, button(opened.value, "Confirm"))
    expect(opened.value.locator("main")).to_contain_text("Your address is confirmed")
    opened.value.close()
    use(page, button(page, "Look again"))
    expect(page.locator("#mailboxes .badge")).to_have_text("On")


def _wishes(visitor: Visitor) -> None:
    page = visitor.page
    # The browser's own language has twelve hours, whatever the page's is.
    for label, keys in (("From", "1000PM"), ("Until", "0700AM")):
        focus(page, page.get_by_label(label, exact=True))
        page.keyboard.type(keys)
    use(page, page.get_by_label("I can vote"), "Space")
    use(page, button(page, "Keep these wishes"))
    says(page, "Your wishes are kept.")
    kept = page.evaluate("async () => (await fetch('/v1/me/notifications')).json()")
    assert kept["quiet_hours"] == {"from": "22:00", "to": "07:00"}
    assert set(kept["all_kinds"]) - set(kept["kinds"]) == {"voting-opens"}


def _webhook(visitor: Visitor, receiver: Receiver) -> None:
    page = visitor.page
    focus(page, page.get_by_label("Address of the webhook"))
    page.keyboard.type(receiver.url)
    page.keyboard.press("Enter")
    says(page, "The webhook was added.")
    secret = page.get_by_label("Secret of the webhook")
    expect(secret).to_be_focused()
    use(page, button(page, "Send a test message"))
    says(page, "A test message is on its way.")
    until(lambda: bool(receiver.posts), "the test")
    assert receiver.posts[0].signed_with(secret.input_value())
    use(page, button(page, "Look again"))
    expect(page.locator("#deliveries")).to_contain_text(f"Test message → {receiver.url}")
    use(page, button(page, f"Remove {receiver.url}"))
    says(page, "Nothing is sent there any more.")
    expect(page.locator("#webhooks")).to_contain_text("None yet.")
    expect(page.locator("#webhooks")).to_be_focused()


def _api_key(visitor: Visitor, scene: Scene) -> None:
    page = visitor.page
    focus(page, page.get_by_label("What it is for"))
    page.keyboard.type("my desk")
    use(page, button(page, "Make a key"))
    says(page, "The key was made.")
    key = page.get_by_label("Your new key").input_value()
    wishes = f"{scene.service.url}/v1/me/notifications"
    headers = {"Authorization": f"Bearer {key}"}
    assert httpx.get(wishes, headers=headers).json()["account"] == scene.buyer.address
    use(page, page.locator("summary", has_text="Take it away"))
    use(page, button(page, "Take the key my desk away"))
    says(page, "The key opens nothing any more.")
    assert httpx.get(wishes, headers=headers).status_code == 401


def test_what_is_wrong_is_said_at_its_field(buyer: Visitor, scene: Scene) -> None:
    page = buyer.page
    enter(buyer)
    buyer.arrive(f"/me/messages?account={scene.buyer.address}")
    zone, until_ = page.get_by_label("Time zone"), page.get_by_label("Until", exact=True)
    zone.fill("Mars/Olympus")
    button(page, "Keep these wishes").click()
    expect(zone).to_be_focused()
    expect(zone).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".fault")).to_contain_text("We know no such time zone.")
    zone.fill("Asia/Shanghai")
    page.get_by_label("From", exact=True).fill("22:00")
    until_.fill("")
    button(page, "Keep these wishes").click()
    expect(page.locator(".fault")).to_have_text(
        "Give two different times, such as 22:00 and 07:00."
    )
    assert zone.get_attribute("aria-invalid") is None
    page.get_by_label("Address of the webhook").fill("ftp://desk.example/")
    button(page, "Add the webhook").click()
    webhook = page.locator("form", has=page.get_by_label("Address of the webhook"))
    expect(webhook.locator(".fault")).to_contain_text("that begins with https://")
    assert all(re.search("422", problem) for problem in buyer.problems)
    buyer.problems.clear()  # the answers themselves


def test_whoever_signs_in_in_the_header_finds_the_page_open(buyer: Visitor, scene: Scene) -> None:
    page = buyer.page
    buyer.open("/me/developer")
    buyer.connect()
    page.wait_for_url("**/me/developer?account=*")
    session = page.locator("[data-session]")
    session.click()
    expect(button(page, "Make a key")).to_be_visible()
    session.click()
    expect(page.locator("#signed-out")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_nothing_is_wider_than_a_small_phone(buyer: Visitor, scene: Scene, language: str) -> None:
    enter(buyer)
    buyer.page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/me", "/me/messages", "/me/developer"):
        buyer.arrive(f"{path}?account={scene.buyer.address}&lang={language}")
        buyer.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert buyer.page.evaluate("document.documentElement.scrollWidth") <= 320
        link = buyer.page.locator("header a[href='/me']")
        expect(link).to_be_in_viewport()


def test_it_can_be_read_without_script(browser: Browser, scene: Scene) -> None:
    context = browser.new_context(base_url=scene.service.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/me?account={scene.buyer.address}")
    expect(page.locator("main")).to_contain_text(f"Case {scene.complaint}: answer the offer")
    expect(page.locator("main")).to_contain_text("Times on this page are those of UTC.")
    assert "Reading works without JavaScript" in (page.locator("main").text_content() or "")
    context.close()
