"""Help, and a draft that came by e-mail, in a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from scripts.toolchain import anvil as anvil_tool
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests.api_player import Service, environment, running, until
from tests.e2e.test_pages import AMOUNT, POLICY
from tests.e2e.visitor import Visitor
from tests.integration.test_mail_door import letter
from tests.messaging import MailServer, bodies, mail_server
from tests.world import World

TOKEN = "a-token-of-the-gateway"


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


@pytest.fixture(scope="module")
def stack(
    postgres: Postgres, mail: MailServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("stack")
    deployments = folder / "deployments"
    (folder / "token").write_text(TOKEN)
    with (
        anvil_tool.running() as anvil,
        postgres_tool.database(postgres) as database_url,
        World.deployed(anvil.url, deployments) as world,
    ):
        env = {
            **environment(anvil.url, database_url, deployments, folder),
            "REDRESS_SMTP_HOST": "127.0.0.1",
            "REDRESS_SMTP_PORT": str(mail.port),
            "REDRESS_SMTP_SECURITY": "none",
            "REDRESS_SMTP_SENDER": "Redress <messages@redress.example>",
            "REDRESS_MAIL_TOKEN_FILE": str(folder / "token"),
        }
        with running(world, env, folder) as service:
            yield service


def test_a_draft_that_came_by_mail_is_looked_at_and_signed(
    browser: Browser, stack: Service, mail: MailServer
) -> None:
    shop, buyer = stack.person(), stack.person()
    stack.act(shop, "register", policy=POLICY, agreement=stack.digest(shop, "Fair."))
    found = stack.get("/v1/organisations")["organisations"][-1]["id"]
    stack.act(buyer, "pay", organisation=found, version=1, ref=f"0x{1:064x}", amount=AMOUNT)
    raw = letter(1, To=f"complaints+{found}@redress.example")
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "message/rfc822"}
    assert stack.http.post("/v1/drafts/email", content=raw, headers=headers).status_code == 202
    until(lambda: bool(mail.raw), "the answer")
    link = bodies(mail.mails[0])[0].partition("/file?draft=")[2].split()[0]
    visitor = Visitor(browser, stack, buyer)
    page = visitor.page
    visitor.open(f"/file?draft={link}")
    visitor.connect()
    page.wait_for_url("**account=*")
    expect(page.get_by_label("What happened", exact=True)).to_have_value("The parcel never came.")
    expect(page.locator("input[name=order]")).to_be_checked()
    expect(page.locator("[data-files] [data-name]")).to_have_text("parcel.png")
    expect(page.locator("[data-of-files]")).to_contain_text("parcel.png")
    expect(page.get_by_role("link", name="My refund has not arrived")).to_be_visible()
    page.get_by_label("Kind of problem").select_option("1")
    expect(page.get_by_role("link", name="My transaction failed")).to_be_visible()
    visitor.press("File the complaint")
    page.wait_for_url("**/c/*")
    mine = {"Authorization": f"Bearer {link}"}

    def is_dropped() -> bool:
        return stack.http.get("/v1/drafts/email", headers=mine).status_code == 404

    # Asked of the service: the page that told it to is left before the answer comes.
    until(is_dropped, "the draft is dropped")
    visitor.shows("parcel.png")
    visitor.close()


def test_help_is_found_while_it_is_typed_and_is_no_wider_than_a_phone(
    browser: Browser, stack: Service
) -> None:
    visitor = Visitor(browser, stack)
    page = visitor.page
    page.set_viewport_size({"width": 360, "height": 640})
    visitor.open("/help")
    page.get_by_label("What happened").press_sequentially("seed phrase")
    expect(page.locator("#found li").first).to_contain_text("recovery words")
    page.locator("#found a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Somebody asks for your key")
    for place in ("/help", "/help/costs-and-deadlines", "/help/costs-and-deadlines?lang=ru"):
        visitor.open(place)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Да").click()
    visitor.shows("Хорошо. Ничего не подано.")
    visitor.close()
