"""Filing as a new customer would, with nothing but the page; what it takes is counted."""

import re
from collections.abc import Callable, Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from evidence import key_of, new_identity, recipient_of
from tests.api_player import Person, Service
from tests.e2e.test_dispute import picture
from tests.e2e.test_pages import AMOUNT, POLICY
from tests.e2e.visitor import Visitor
from tests.relaying import RelayHouse, house, one_house

__all__ = ["house", "one_house"]

PASSPHRASE = "correct horse battery staple"
PHOTO: FilePayload = {"name": "diagnosis.png", "mimeType": "image/png", "buffer": picture()}
WORDS = "The kettle arrived with a broken handle."

Enter = Callable[[Person | None], Visitor]


@pytest.fixture
def enter(browser: Browser, house: RelayHouse) -> Iterator[Enter]:
    inside: list[Visitor] = []

    def open_for(person: Person | None) -> Visitor:
        inside.append(Visitor(browser, house.service, person))
        return inside[-1]

    yield open_for
    for visitor in inside:
        visitor.close()


@pytest.fixture(scope="module")
def shop(one_house: RelayHouse) -> Person:
    service = one_house.service
    person = service.person()
    agreement = service.digest(person, "We answer within two days.")
    service.act(person, "register", policy=POLICY, agreement=agreement)
    register(service, person)
    return person


def register(service: Service, person: Person) -> None:
    key = "0x" + key_of(recipient_of(new_identity())).hex()
    service.act(person, "encryption-key", key=key)


def paid(service: Service, shop: Person) -> tuple[Person, str]:
    """A customer with one order, and the transaction that paid it."""
    found = service.get("/v1/organisations")["organisations"]
    mine = {shop.address}
    number = next(one["id"] for one in found if {o["account"] for o in one["operators"]} == mine)
    buyer = service.person()
    ref = "0x" + buyer.address[2:].lower().rjust(64, "0")
    receipt = service.act(buyer, "pay", organisation=number, version=1, ref=ref, amount=AMOUNT)
    return buyer, str(receipt["transactionHash"])


def balance(service: Service, person: Person) -> int:
    return int(service.chain.rpc("eth_getBalance", person.address, "latest"), 16)


def fill(customer: Visitor, transaction: str) -> int:
    """From the front page to the last look, with a private photo; how many steps it took."""
    page = customer.page
    customer.open("/")
    steps = 0
    page.locator("main").get_by_role("link", name="I have a problem").click()
    steps += 1
    customer.connect()
    steps += 1
    page.wait_for_url("**account=*")
    # The only order is chosen already; the kind and the whole of the payment are, too.
    expect(page.locator("input[name=order]")).to_be_checked()
    customer.write("What happened", WORDS)
    steps += 1
    page.get_by_label("Add files").set_input_files([PHOTO])
    steps += 1
    page.locator("[data-files] li").get_by_label("Private").check()
    steps += 1
    expect(page.locator("dd[data-of-sealed]")).to_have_text("diagnosis.png")
    return steps


def test_a_private_photo_takes_one_signature_and_no_fee(
    house: RelayHouse, shop: Person, enter: Enter
) -> None:
    buyer, transaction = paid(house.service, shop)
    register(house.service, buyer)
    before = balance(house.service, buyer)
    customer = enter(buyer)
    with house.process():
        steps = fill(customer, transaction)
        customer.shows("Nothing: you sign, and this service sends it")
        customer.shows("Sent by yourself it would cost about 0.")
        said = customer.press("File the complaint")
        steps += 1
        customer.page.wait_for_url("**/c/*")
    assert said.startswith("Done: File the complaint.")
    assert customer.wallet.asks == ["eth_signTypedData_v4"]
    assert steps <= 6
    assert balance(house.service, buyer) == before
    customer.shows("The organisation must reply by")
    customer.shows(WORDS)
    expect(customer.page.locator("[data-sealed]")).to_have_count(1)


def test_without_a_key_of_one_s_own_it_is_one_signature_too(
    house: RelayHouse, shop: Person, enter: Enter
) -> None:
    buyer, transaction = paid(house.service, shop)
    customer = enter(buyer)
    page = customer.page
    with house.process():
        fill(customer, transaction)
        page.get_by_role("button", name="File the complaint").click()
        dialog = page.locator("#make-key")
        dialog.get_by_label("Passphrase, at least 12 characters").fill(PASSPHRASE)
        dialog.get_by_label("The same once more").fill(PASSPHRASE)
        with page.expect_download() as backup:
            dialog.get_by_role("button", name="Make my key").click()
        page.wait_for_url("**/c/*")
    assert backup.value.suggested_filename.startswith("redress-key-")
    assert customer.wallet.asks == ["eth_signTypedData_v4"]
    exhibit = page.locator("[data-sealed]")
    exhibit.get_by_role("button", name="Open").click()
    page.locator("dialog#unlock").get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    page.locator("dialog#unlock").get_by_role("button", name="Open the key").click()
    expect(exhibit).to_contain_text("Opened in your browser: it is what its author bound")
    customer.open("/keys")
    page.wait_for_url("**account=*")
    customer.shows("Your key is in this browser, and not on chain yet")


def test_what_the_relay_refuses_goes_by_a_transaction(
    house: RelayHouse, shop: Person, enter: Enter
) -> None:
    buyer, transaction = paid(house.service, shop)
    register(house.service, buyer)
    spend(house, buyer)
    customer = enter(buyer)
    fill(customer, transaction)
    customer.press("File the complaint")
    customer.page.wait_for_url("**/c/*")
    assert customer.wallet.asks == ["eth_signTypedData_v4", "eth_sendTransaction"]
    assert any("429" in one for one in customer.problems)
    customer.problems.clear()


def spend(house: RelayHouse, person: Person) -> None:
    """All that the relay pays for the account today, and tomorrow, if that begins meanwhile."""
    with psycopg.connect(house.env["DATABASE_URL"]) as connection:
        connection.execute(
            "INSERT INTO relay_budget (chain_id, scope, subject, day, spent)"
            " SELECT %s, 'signer', %s, extract(epoch FROM now())::bigint / 86400 + later, 1e24"
            " FROM generate_series(0, 1) later",
            (house.world.chain_id, person.address),
        )


@pytest.mark.parametrize("why", ["the wallet cannot", "the reader would rather"])
def test_some_send_it_themselves(house: RelayHouse, shop: Person, enter: Enter, why: str) -> None:
    buyer, _ = paid(house.service, shop)
    customer = enter(buyer)
    customer.open("/file")
    customer.connect()
    customer.write("What happened", WORDS)
    if why == "the wallet cannot":
        customer.wallet.knows_typed_data = False
    else:
        customer.page.get_by_label("I would rather send it myself").check()
    customer.press("File the complaint")
    customer.page.wait_for_url("**/c/*")
    assert customer.wallet.asks == ["eth_sendTransaction"]


def test_a_refused_signature_sends_nothing(house: RelayHouse, shop: Person, enter: Enter) -> None:
    buyer, _ = paid(house.service, shop)
    customer = enter(buyer)
    customer.open("/file")
    customer.connect()
    customer.write("What happened", WORDS)
    customer.wallet.refuses = True
    assert "You refused in the wallet. Nothing was sent." in customer.failure("File the complaint")
    assert customer.wallet.asks == ["eth_signTypedData_v4"]
    assert house.rows("SELECT count(*) FROM relay_action") == [(0,)]


def test_what_was_signed_is_waited_for_after_a_reload(
    house: RelayHouse, shop: Person, enter: Enter
) -> None:
    buyer, _ = paid(house.service, shop)
    customer = enter(buyer)
    page = customer.page
    customer.open("/file")
    customer.connect()
    customer.write("What happened", WORDS)
    page.get_by_role("button", name="File the complaint").click()
    expect(page.locator("#progress")).to_contain_text("Waiting for the chain")
    page.reload()
    expect(page.locator("#progress")).to_contain_text("Waiting for the chain")
    with house.process():
        page.wait_for_url("**/c/*")


def test_a_transaction_that_is_pasted_chooses_its_order_without_script_or_wallet(
    browser: Browser, house: RelayHouse, shop: Person
) -> None:
    buyer, transaction = paid(house.service, shop)
    context = browser.new_context(base_url=house.service.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/file")
    page.get_by_label("Transaction or order that it is about").fill(
        f" https://explorer.example/tx/{transaction}#logs"
    )
    page.get_by_role("button", name="Look it up").click()
    main = page.locator("main")
    expect(main).to_contain_text("It was carried out.")
    expect(main).to_contain_text("0.1 ETH to Organisation 1")
    expect(main).to_contain_text("It is chosen below.")
    chosen = page.locator("input[name=order]:checked")
    expect(chosen).to_have_count(1)
    order = chosen.get_attribute("value")
    expect(main).to_contain_text(re.compile(r"the organisation must reply by .* and answer by "))
    page.goto(f"/file?tx={order}")
    expect(main).to_contain_text("This is an order.")
    expect(chosen).to_have_attribute("value", str(order))
    page.goto("/file?tx=0x" + "ab" * 32)
    expect(main).to_contain_text("Nobody on this chain knows this transaction.")
    expect(page.get_by_role("link", name="Nobody knows my transaction")).to_have_count(1)
    page.goto("/file?tx=hello")
    expect(main).to_contain_text("There is no hash in what you pasted.")
    page.goto(f"/help?q={transaction}")
    expect(main).to_contain_text("It was carried out.")
    page.get_by_role("link", name="Report a problem with it").click()
    expect(chosen).to_have_attribute("value", str(order))
    page.goto(f"/file?account={house.service.person().address}&tx={transaction}")
    expect(main).to_contain_text(f"It was paid by {buyer.address}")
    expect(main).to_contain_text("Orders that were paid elsewhere cannot be complained about here")
    context.close()


def test_the_share_is_shown_as_money_by_number_and_by_slider(
    house: RelayHouse, shop: Person, enter: Enter
) -> None:
    buyer, transaction = paid(house.service, shop)
    customer = enter(buyer)
    page = customer.page
    customer.open(f"/file?tx={transaction}")
    share, slider = page.locator("output[data-share]"), page.get_by_label("Share, by a slider")
    expect(share).to_have_text("= 0.1\u00a0ETH")
    page.get_by_label("How much of the payment do you want back?").fill("33.33")
    expect(share).to_have_text("= 0.03333\u00a0ETH")
    expect(slider).to_have_value("33")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("How much of the payment do you want back?")).to_have_value("34")
    expect(share).to_have_text("= 0.034\u00a0ETH")
    expect(page.locator("dd", has_text="34 %")).to_contain_text("= 0.034")


def test_files_that_cannot_be_added_are_named(
    house: RelayHouse, shop: Person, enter: Enter
) -> None:
    customer = enter(None)
    page = customer.page
    buyer, _ = paid(house.service, shop)
    customer.open(f"/file?account={buyer.address}")
    page.get_by_label("Add files").set_input_files([text("a.txt"), text("b.txt")])
    # Until the script is there, the browser has the later choice only.
    expect(page.locator("[data-files] li")).to_have_count(2)
    page.get_by_label("Add files").set_input_files([text("A.TXT"), text("c.txt")])
    refused = page.locator("[data-refused] li")
    expect(refused).to_have_text(["A.TXT was left out: a file of that name is there already."])
    expect(page.locator("[data-files] li")).to_have_count(3)
    page.get_by_label("Add files").set_input_files([text(f"{n}.txt") for n in range(30)])
    expect(refused).to_have_text(["29.txt was left out: 32 files are the most at once."])
    page.evaluate("document.querySelector('[data-statement]').dataset.mostBytes = 1024")
    page.get_by_role("button", name="Remove this file").last.click()
    page.get_by_label("Add files").set_input_files([text("large.txt", 2048)])
    expect(refused).to_have_text(["large.txt was left out: it has 2 kB, and 1 kB is the most."])


def text(name: str, size: int = 4) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": b"x" * size}


def test_a_screenshot_is_pasted(house: RelayHouse, shop: Person, enter: Enter) -> None:
    customer = enter(None)
    buyer, _ = paid(house.service, shop)
    customer.open(f"/file?account={buyer.address}")
    expect(customer.page.locator("[data-fee]")).to_be_visible()  # the script is there
    paste(customer.page, "'image/png'")
    names = customer.page.locator("[data-files] [data-name]")
    expect(names).to_have_text(re.compile(r"^\d{14}-1-image\.png$"))
    paste(customer.page, "'image/png'", also="data.setData('text/plain', 'a cell');")
    expect(names).to_have_count(1)


def paste(page: Page, kind: str, also: str = "") -> None:
    page.evaluate(
        "() => { const data = new DataTransfer();"
        f" data.items.add(new File(['x'], 'image.png', {{ type: {kind} }})); {also}"
        " document.body.dispatchEvent(new ClipboardEvent('paste',"
        " { clipboardData: data, bubbles: true, cancelable: true })); }"
    )


def test_a_draft_outlives_a_reload_and_says_which_files_to_choose_again(
    house: RelayHouse, shop: Person, enter: Enter
) -> None:
    buyer, transaction = paid(house.service, shop)
    second = "0x" + "5e" * 32
    number = house.service.get("/v1/orders", customer=buyer.address)["orders"][0]["organisation"]
    house.service.act(
        buyer, "pay", organisation=number, version=1, ref=second, amount=str(2 * int(AMOUNT))
    )
    customer = enter(buyer)
    page = customer.page
    customer.open("/file")
    customer.connect()
    page.get_by_label("0.2 ETH").check()
    page.get_by_label("Kind of problem").select_option("3")
    page.get_by_label("How much of the payment do you want back?").fill("40")
    customer.write("What happened", WORDS)
    page.get_by_label("Add files").set_input_files([text("bill.txt"), PHOTO])
    page.locator("[data-files] li").nth(1).get_by_label("Private").check()
    page.reload()
    expect(page.get_by_label("0.2 ETH")).to_be_checked()
    expect(page.get_by_label("Kind of problem")).to_have_value("3")
    expect(page.locator("output[data-share]")).to_have_text("= 0.08\u00a0ETH")
    expect(page.get_by_label("What happened", exact=True)).to_have_value(WORDS)
    again = page.locator("[data-again]")
    expect(again.locator("li")).to_have_text(["bill.txt"])  # a private name is not kept
    page.reload()
    expect(again.locator("li")).to_have_text(["bill.txt"])
    page.get_by_label("Add files").set_input_files([text("bill.txt")])
    expect(again).to_be_hidden()
    customer.open(f"/file?account={buyer.address}&tx={transaction}")
    expect(page.get_by_label("0.1 ETH")).to_be_checked()  # what is asked for goes first
