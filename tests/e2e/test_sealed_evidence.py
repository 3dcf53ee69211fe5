"""Private evidence through the pages: keys, filing, reading, handing over, erasing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, expect

from evidence import back_up, key_of, new_identity, recipient_of
from tests.api_player import Person, Service
from tests.e2e.test_dispute import picture
from tests.e2e.test_pages import AMOUNT, POLICY
from tests.e2e.visitor import Visitor

ARBITRATORS = 4
HOUR = 3600
PASSPHRASE = "correct horse battery staple"
WORDS = "My doctor says that I must not lift it."

Enter = Callable[[Person | None], Visitor]


@pytest.fixture
def enter(browser: Browser, service: Service) -> Iterator[Enter]:
    """Opens a browser for somebody; all are closed, and checked, at the end."""
    inside: list[Visitor] = []

    def open_for(person: Person | None) -> Visitor:
        inside.append(Visitor(browser, service, person))
        return inside[-1]

    yield open_for
    for visitor in inside:
        visitor.close()


@pytest.fixture(scope="module")
def shop(service: Service) -> Person:
    """An organisation with orders enough to complain about."""
    person = service.person()
    agreement = service.digest(person, "We answer within two days.")
    service.act(person, "register", policy=POLICY, agreement=agreement)
    return person


def pay(service: Service, number: int) -> Person:
    """A customer with one order."""
    buyer = service.person()
    ref = f"0x{number:064x}"
    service.act(buyer, "pay", organisation=1, version=1, ref=ref, amount=AMOUNT)
    return buyer


def register(service: Service, person: Person, folder: Path) -> Path:
    """A key made elsewhere: on chain, and as a backup."""
    identity = new_identity()
    service.act(person, "encryption-key", key="0x" + key_of(recipient_of(identity)).hex())
    path = folder / f"{person.address}.age"
    path.write_bytes(back_up(identity, PASSPHRASE))
    return path


PICTURE: FilePayload = {"name": "diagnosis.png", "mimeType": "image/png", "buffer": picture()}
PUBLIC: FilePayload = {"name": "box.txt", "mimeType": "text/plain", "buffer": b"The box was torn."}


def file(customer: Visitor) -> int:
    """Private words, a private picture and a public file; the key is made on the way."""
    page = customer.page
    customer.open("/file")
    customer.connect()
    customer.write("What happened", WORDS)
    page.get_by_label("Keep these words private").check()
    page.get_by_label("Add files").set_input_files([PICTURE, PUBLIC])
    rows = page.locator("[data-files] li")
    rows.nth(0).get_by_label("Private").check()
    expect(page.locator("dd[data-of-sealed]")).to_have_text("What happened, diagnosis.png")
    expect(page.locator("[data-of-files]")).to_have_text("box.txt")
    customer.shows("You have no key of your own yet")
    with page.expect_download() as backup:
        page.get_by_role("button", name="Make my key").locator("visible=true").click()
        fill_passphrases(page.locator("#make-key"))
        page.locator("#make-key").get_by_role("button", name="Make my key").click()
    assert backup.value.suggested_filename.startswith("redress-key-")
    expect(page.locator("#progress[data-tone=done]")).to_contain_text("Done: Make my key.")
    expect(page.get_by_text("You have no key of your own yet")).to_be_hidden()
    customer.press("File the complaint")
    page.wait_for_url("**/c/*")
    return int(page.url.rsplit("/", 1)[1])


def fill_passphrases(form: Locator) -> None:
    form.get_by_label("Passphrase, at least 12 characters").fill(PASSPHRASE)
    form.get_by_label("The same once more").fill(PASSPHRASE)


def open_file(visitor: Visitor, number: int, backup: Path | None = None) -> Locator:
    """Through the passphrase's dialog, where the key is not open yet."""
    exhibit = visitor.page.locator("[data-sealed]").nth(number)
    exhibit.get_by_role("button", name="Open").click()
    dialog = visitor.page.locator("dialog#unlock")
    dialog.wait_for()
    if backup is not None:
        dialog.get_by_label("Backup of the key (file)").set_input_files(backup)
    dialog.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    dialog.get_by_role("button", name="Open the key").click()
    return exhibit


def sign_in(visitor: Visitor) -> None:
    visitor.page.locator("[data-session]").click()
    expect(visitor.page.locator("[data-session]")).to_have_text("Sign out")


def test_what_is_private_is_read_by_the_two_sides_alone(
    service: Service, shop: Person, enter: Enter, tmp_path: Path
) -> None:
    backup = register(service, shop, tmp_path)
    customer = enter(pay(service, 1))
    complaint = file(customer)
    shown = open_file(customer, 0)
    expect(shown).to_contain_text("Opened in your browser: it is what its author bound")
    expect(shown.locator("blockquote")).to_have_text(WORDS)
    desk = enter(shop)
    desk.open(f"/c/{complaint}")
    desk.connect()
    image = open_file(desk, 1, backup)
    expect(image).to_contain_text("diagnosis.png")
    expect(image.locator("[data-shown] img")).to_be_visible()
    with desk.page.expect_download() as saved:
        image.get_by_role("link", name="Save it").click()
    assert saved.value.suggested_filename == "diagnosis.png"
    assert Path(saved.value.path()).read_bytes() == picture()
    stranger = enter(service.person())
    stranger.open(f"/c/{complaint}")
    stranger.connect()
    stranger.shows("Private. Its digest is on chain; the two sides can read it.")
    stranger.shows("box.txt")
    expect(stranger.page.get_by_role("button", name="Open")).to_have_count(0)
    assert WORDS not in stranger.page.content()
    assert "diagnosis" not in stranger.page.content()


def test_nothing_private_is_kept_in_the_clear(
    service: Service, shop: Person, enter: Enter
) -> None:
    customer = enter(pay(service, 2))
    file(customer)
    kept = customer.page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")
    for secret in (WORDS, PASSPHRASE, "AGE-SECRET-KEY", "diagnosis"):
        assert secret not in kept
    assert "YWdlLWVuY3J5cHRpb24ub3Jn" in kept, "the key, under its passphrase"
