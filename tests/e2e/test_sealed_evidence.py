"""Private evidence through the pages: keys, filing, reading, handing over, erasing."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, expect

from evidence import key_of, new_identity, recipient_of, recover
from tests.api_player import Person, Service
from tests.e2e.test_dispute import picture
from tests.e2e.test_pages import AMOUNT, POLICY
from tests.e2e.visitor import Visitor

ARBITRATORS = 4
HOUR = 3600
PASSPHRASE = "correct horse battery staple"
WORDS = "My doctor says that I must not lift it."
ROOT = Path(__file__).parents[2]
_BACK_UP = """
import { Encrypter } from "age-encryption";
const [passphrase, identity] = process.argv.slice(1);
const age = new Encrypter();
age.setPassphrase(passphrase);
age.setScryptWorkFactor(10);
process.stdout.write(await age.encrypt(`${identity}\\n`));
"""

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


def pay(service: Service, number: int, organisation: int = 1) -> Person:
    """A customer with one order."""
    buyer = service.person()
    ref = f"0x{number:064x}"
    service.act(buyer, "pay", organisation=organisation, version=1, ref=ref, amount=AMOUNT)
    return buyer


def register(service: Service, person: Person) -> str:
    """A key made elsewhere, and put on chain: its secret."""
    identity = new_identity()
    service.act(person, "encryption-key", key="0x" + key_of(recipient_of(identity)).hex())
    return identity


PICTURE: FilePayload = {"name": "diagnosis.png", "mimeType": "image/png", "buffer": picture()}
PUBLIC: FilePayload = {"name": "box.txt", "mimeType": "text/plain", "buffer": b"The box was torn."}


def file(customer: Visitor, told: str = "You have no key of your own yet") -> int:
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
    expect(page.locator("[data-sealed-for] p:visible", has_text=told)).to_be_visible()
    with page.expect_download() as backup:
        page.get_by_role("button", name="Make my key").locator("visible=true").click()
        fill_passphrases(page.locator("#make-key"))
        page.locator("#make-key").get_by_role("button", name="Make my key").click()
    assert backup.value.suggested_filename.startswith("redress-key-")
    expect(page.locator("#progress[data-tone=done]")).to_contain_text("Your key is made")
    expect(page.get_by_text("You have no key of your own yet")).to_be_hidden()
    customer.press("File the complaint")
    page.wait_for_url("**/c/*")
    return int(page.url.rsplit("/", 1)[1])


def fill_passphrases(form: Locator) -> None:
    form.get_by_label("Passphrase, at least 12 characters").fill(PASSPHRASE)
    form.get_by_label("The same once more").fill(PASSPHRASE)


def back_up(identity: str) -> bytes:
    """Under the passphrase, with little work: opening it is to take a moment, not a minute."""
    command = ["node", "--input-type=module", "-e", _BACK_UP, PASSPHRASE, identity]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout


def open_file(visitor: Visitor, number: int, identity: str = "") -> Locator:
    """Through the passphrase's dialog; with a backup where the browser does not hold the key."""
    exhibit = visitor.page.locator("[data-sealed]").nth(number)
    exhibit.get_by_role("button", name="Open").click()
    dialog = visitor.page.locator("dialog#unlock")
    dialog.wait_for()
    if identity:
        backup = FilePayload(name="key.age", mimeType="", buffer=back_up(identity))
        dialog.get_by_label("Backup of the key (file)").set_input_files(backup)
    dialog.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    dialog.get_by_role("button", name="Open the key").click()
    return exhibit


def sign_in(visitor: Visitor) -> None:
    visitor.page.locator("[data-session]").click()
    expect(visitor.page.locator("[data-session]")).to_have_text("Sign out")


def test_what_is_private_is_read_by_the_two_sides_alone(
    service: Service, shop: Person, enter: Enter
) -> None:
    secret = register(service, shop)
    customer = enter(pay(service, 1))
    complaint = file(customer)
    shown = open_file(customer, 0)
    expect(shown).to_contain_text("Opened in your browser: it is what its author bound")
    expect(shown.locator("blockquote")).to_have_text(WORDS)
    desk = enter(shop)
    desk.open(f"/c/{complaint}")
    desk.connect()
    image = open_file(desk, 1, secret)
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


def test_nothing_private_is_kept_in_the_clear(service: Service, shop: Person, enter: Enter) -> None:
    customer = enter(pay(service, 2))
    file(customer)
    kept = customer.page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")
    for secret in (WORDS, PASSPHRASE, "AGE-SECRET-KEY", "diagnosis"):
        assert secret not in kept
    assert "YWdlLWVuY3J5cHRpb24ub3Jn" in kept, "the key, under its passphrase"


def test_what_waits_for_readers_is_handed_over(service: Service, enter: Enter) -> None:
    """First to the other side, which gets its key late; then to the panel, one of whom cannot."""
    other = service.person()
    service.act(other, "register", policy=POLICY)
    number = service.get("/v1/organisations")["organisations"][-1]["id"]
    arbitrators = [service.person() for _ in range(ARBITRATORS)]
    for person in arbitrators:
        service.act(person, "stake", tickets=2)
    secrets = {one.address: register(service, one) for one in arbitrators}
    buyer = pay(service, 3, number)
    customer = enter(buyer)
    complaint = file(customer, "The other side has no key yet.")
    secrets[other.address] = register(service, other)
    sign_in(customer)
    hand_over(customer, complaint, "Let 1 person read the private evidence")
    desk = enter(other)
    desk.open(f"/c/{complaint}")
    desk.connect()
    expect(open_file(desk, 0, secrets[other.address]).locator("blockquote")).to_have_text(WORDS)

    service.act(other, "acknowledge", complaint=complaint)
    service.act(other, "offer", complaint=complaint, share=1000)
    service.act(buyer, "escalate", complaint=complaint, offer_number=1, demand=10000)
    service.chain.mine(5)
    service.act(other, "draw", complaint=complaint)
    seats = service.get(f"/v1/cases/{complaint}/panel")["seats"]
    owners = {str(seat["owner"]).lower() for seat in seats}
    judge = next(one for one in arbitrators if one.address.lower() in owners)
    bench = enter(judge)
    bench.open(f"/c/{complaint}")
    bench.connect()
    sign_in(bench)
    bench.page.locator("[data-sealed]").first.get_by_role("button", name="Open").click()
    bench.shows("Nobody has handed it to you yet.")
    bench.problems.clear()  # 404
    bench.unfold("I cannot open it")
    bench.write("What happens when you try", "Nothing was given to me.")
    bench.page.get_by_role("button", name="Say it").click()
    bench.shows("cannot open it: Nothing was given to me.")
    customer.arrive(f"/c/{complaint}")
    customer.shows("it is up to you to seal it to them again")
    many = f"Let {len(owners)} people read the private evidence"
    hand_over(customer, complaint, many if len(owners) > 1 else "Let 1 person")
    bench.arrive(f"/c/{complaint}")
    bench.shows("and got it sealed again")
    expect(open_file(bench, 0, secrets[judge.address]).locator("blockquote")).to_have_text(WORDS)


def hand_over(visitor: Visitor, complaint: int, button: str) -> None:
    visitor.arrive(f"/c/{complaint}")
    visitor.page.get_by_role("button", name=button).click()
    dialog = visitor.page.locator("dialog#unlock")
    dialog.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    dialog.get_by_role("button", name="Open the key").click()
    said = visitor.page.locator("#progress[data-tone=done]")
    expect(said).to_contain_text("Done: they can read the private evidence.")
    expect(visitor.page.locator("[data-hand-over]")).to_be_hidden()


def test_what_was_only_private_can_be_erased(service: Service, shop: Person, enter: Enter) -> None:
    buyer = pay(service, 4)
    customer = enter(buyer)
    complaint = file(customer, "The other side")
    customer.unfold("Add evidence")
    customer.write("What it shows", "More about my back.")
    customer.page.get_by_label("Keep these words private").locator("visible=true").check()
    customer.press("Add evidence")
    expect(customer.page.locator("[data-sealed]")).to_have_count(3)
    expect(customer.page.get_by_text("Erase these private files")).to_have_count(0)
    service.act(buyer, "withdraw", complaint=complaint, offer_number=0)
    customer.arrive(f"/c/{complaint}")
    customer.unfold("Erase these private files")
    customer.page.get_by_role("button", name="Erase for good").click()
    customer.shows("the digest stays in the record.")
    expect(customer.page.locator("[data-sealed]")).to_have_count(2)


def test_a_key_is_brought_back_and_replaced(service: Service, enter: Enter, tmp_path: Path) -> None:
    person = service.person()
    owner = enter(person)
    owner.open("/keys")
    owner.connect()
    owner.page.wait_for_url("**/keys?account=*")
    owner.shows("This account has no key")
    fill_passphrases(owner.page.locator("section.panel:visible form"))
    owner.page.get_by_label("The same once more").locator("visible=true").fill("another one here")
    assert "two different passphrases" in owner.failure("Make my key")
    fill_passphrases(owner.page.locator("section.panel:visible form"))
    owner.wallet.refuses = True
    with owner.page.expect_download() as download:
        assert "You refused in the wallet" in owner.failure("Make my key")
    backup = tmp_path / "backup.age"
    download.value.save_as(backup)
    owner.wallet.refuses = False
    owner.arrive("/keys")
    owner.press("Put the key on chain")
    owner.shows("Your key is in this browser")
    assert recipient_of(recover(backup.read_bytes(), PASSPHRASE)) in owner.page.content()

    elsewhere = enter(person)
    elsewhere.open("/keys")
    elsewhere.connect()
    elsewhere.page.wait_for_url("**/keys?account=*")
    elsewhere.shows("This browser does not hold your key")
    elsewhere.page.get_by_label("Backup of the key (file)").set_input_files(backup)
    elsewhere.write("Passphrase", "not the passphrase")
    assert "passphrase is wrong" in elsewhere.failure("Bring the key back")
    elsewhere.write("Passphrase", PASSPHRASE)
    elsewhere.press("Bring the key back")
    elsewhere.unfold("Replace it by a new key")
    fill_passphrases(elsewhere.page.locator("details form"))
    before = service.get(f"/v1/keys/{person.address}")
    elsewhere.press("Replace my key")
    after = service.get(f"/v1/keys/{person.address}")
    assert after["version"] == before["version"] + 1
    assert after["key"] != before["key"]


def test_what_was_changed_says_which_check_failed(
    service: Service, shop: Person, enter: Enter
) -> None:
    customer = enter(pay(service, 5))
    file(customer)
    exhibit = customer.page.locator("[data-sealed]").first
    cid = exhibit.get_attribute("data-cid")
    customer.page.route(f"**/ipfs/{cid}", lambda route: route.fulfill(body=b"age-encryption.org"))
    open_file(customer, 0)
    expect(exhibit).to_contain_text("The sealed bytes are not those that were submitted.")
    customer.page.unroute(f"**/ipfs/{cid}")
    customer.page.reload()
    customer.page.route("**/envelope?skip=0", lambda route: route.fulfill(body=b"nonsense"))
    open_file(customer, 0)
    expect(exhibit).to_contain_text("The sealed bytes are damaged or cut off.")
    customer.problems.clear()  # There is no second envelope: 404.


def test_without_script_it_is_said_that_nothing_is_private(
    browser: Browser, service: Service, shop: Person
) -> None:
    context = browser.new_context(base_url=service.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/file?account={pay(service, 6).address}")
    assert "Without JavaScript nothing can be made private." in page.locator("main").inner_text()
    expect(page.get_by_label("Keep these words private")).to_be_hidden()
    page.goto(f"/keys?account={shop.address}")
    expect(page.locator("main")).to_contain_text("What is lost without it")
    context.close()
