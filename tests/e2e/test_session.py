"""Signing in and out in a real browser, with a wallet that the test holds."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, Response, expect

from tests.api_player import Person, Service
from tests.e2e.visitor import Visitor


@pytest.fixture
def visitor(browser: Browser, service: Service) -> Iterator[Visitor]:
    found = Visitor(browser, service, Person())
    found.open("/cases")
    found.connect()
    yield found
    found.close()


def button(page: Page) -> Locator:
    return page.locator("[data-session]")


def account(visitor: Visitor) -> str | None:
    """Who is signed in, as the server knows it by this browser's cookies."""
    found: str | None = visitor.page.evaluate(
        "async () => (await (await fetch('/v1/session')).json()).account"
    )
    return found


def sign_in(visitor: Visitor) -> None:
    button(visitor.page).click()
    expect(button(visitor.page)).to_have_text("Sign out")


def test_in_and_out_through_the_header(visitor: Visitor) -> None:
    page, person = visitor.page, visitor.wallet.person
    expect(button(page)).to_have_text("Sign in")
    assert account(visitor) is None
    sign_in(visitor)
    expect(page.locator("#progress[data-tone=done]")).to_contain_text("You are signed in.")
    assert account(visitor) == person.address
    assert page.evaluate("document.cookie") == "", "no script sees the session"
    visitor.arrive("/audit")
    expect(button(page)).to_have_text("Sign out")
    visitor.dismiss()
    button(page).click()
    expect(button(page)).to_have_text("Sign in")
    expect(page.locator("#progress[data-tone=done]")).to_contain_text("You are signed out.")
    assert account(visitor) is None
    assert visitor.wallet.signed == 1


def test_without_a_wallet_one_can_still_sign_out(visitor: Visitor) -> None:
    sign_in(visitor)
    visitor.page.locator("[data-connect]").click()
    expect(visitor.page.locator("[data-connect]")).to_have_text("Connect wallet")
    expect(button(visitor.page)).to_have_text("Sign out")
    button(visitor.page).click()
    expect(button(visitor.page)).to_be_hidden()
    assert account(visitor) is None


def test_another_account_signs_in_for_itself(visitor: Visitor) -> None:
    sign_in(visitor)
    visitor.wallet.person = Person()
    visitor.arrive("/cases")
    expect(button(visitor.page)).to_have_text("Sign in")
    sign_in(visitor)
    assert account(visitor) == visitor.wallet.person.address


def test_a_refusal_in_the_wallet_changes_nothing(visitor: Visitor) -> None:
    visitor.wallet.refuses = True
    button(visitor.page).click()
    said = visitor.page.locator("#progress[data-tone=failed]")
    expect(said).to_contain_text("You refused in the wallet.")
    expect(button(visitor.page)).to_have_text("Sign in")
    assert account(visitor) is None


def test_who_has_no_wallet_is_not_asked(browser: Browser, service: Service) -> None:
    reader = Visitor(browser, service)
    reader.open("/cases")
    expect(button(reader.page)).to_be_hidden()
    reader.close()


def test_it_is_said_in_the_readers_language(visitor: Visitor) -> None:
    visitor.arrive("/cases?lang=zh-Hans")
    expect(button(visitor.page)).to_have_text("登录")
    button(visitor.page).click()
    expect(button(visitor.page)).to_have_text("退出登录")


_EVIL = """<!doctype html><title>Evil</title><script>
const target = new URLSearchParams(location.search).get("target");
async function attack() {
  const init = { credentials: "include", mode: "no-cors" };
  const body = JSON.stringify({ address: "0x" + "11".repeat(20) });
  await fetch(target + "/v1/session/message", { ...init, method: "POST", body });
  await fetch(target + "/v1/session", { ...init, method: "DELETE", mode: "cors" }).catch(() => 0);
  const form = Object.assign(document.createElement("form"),
    { method: "POST", action: target + "/v1/session", enctype: "text/plain" });
  document.body.append(form);
  form.submit();
}
</script><body></body>"""


@contextmanager
def _evil_site() -> Iterator[str]:
    """A page at `localhost`, which to a browser is another site than 127.0.0.1."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(_EVIL.encode())

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


def _is_form(response: Response) -> bool:
    return response.url.endswith("/v1/session") and response.request.method == "POST"


def test_another_sites_page_cannot_sign_anybody_out(visitor: Visitor) -> None:
    sign_in(visitor)
    with _evil_site() as evil:
        page = visitor.context.new_page()
        page.goto(f"{evil}/?target={visitor.service.url}")
        with page.expect_response(_is_form) as answer:
            page.evaluate("attack()")
        page.wait_for_url(f"{visitor.service.url}/v1/session")
        assert answer.value.status == 403
        assert answer.value.headers.get("set-cookie") is None
        page.close()
    assert account(visitor) == visitor.wallet.person.address
