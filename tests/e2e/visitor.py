"""Somebody at the pages, with a browser of their own and a wallet whose key the test holds."""

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from eth_account.messages import SignableMessage, encode_defunct, encode_typed_data
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.api_player import Person, Service
from tests.patience import PATIENCE_SECONDS

PATIENCE_MS = int(PATIENCE_SECONDS * 1000)
_CONNECTED = re.compile("0x")
LAUNCH = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# EIP-6963: announces itself, and again whenever a page asks. Requests go to the test.
_PROVIDER = """(() => {
  const listeners = {};
  const provider = {
    on: (event, listener) => { listeners[event] = listener; },
    request: async ({ method, params }) => {
      const { result, error } = await window.redressTestWallet(method, params ?? []);
      if (error) throw Object.assign(new Error(error.message), error);
      return result;
    },
  };
  const info = { uuid: "9e0c7f0e-6f0f-4d6e-8a53-5c0ad1cbd5cd", name: "Test wallet",
    icon: "data:image/svg+xml,", rdns: "test.redress" };
  const detail = Object.freeze({ info, provider });
  const announce = () =>
    window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
})();"""


@dataclass
class Wallet:
    """Signs what the page asks for, unless it is told to refuse.

    Attributes:
        asks: the methods for which a person had to decide, in order.
        knows_typed_data: some wallets do not sign it.
        sent: the transaction that was signed last.
        passed_on: what pages asked the node through it.
    """

    service: Service
    person: Person
    chain_id: int
    refuses: bool = False
    signed: int = 0
    knows_typed_data: bool = True
    asks: list[str] = field(default_factory=list)
    sent: dict[str, Any] = field(default_factory=dict)
    passed_on: set[str] = field(default_factory=set)

    def answer(self, method: str, params: list[Any]) -> dict[str, Any]:
        """What EIP-1193 asks for; errors as the wallet's codes."""
        if method in ("eth_accounts", "eth_requestAccounts"):
            return {"result": [self.person.address]}
        if method == "eth_chainId":
            return {"result": hex(self.chain_id)}
        if method == "wallet_switchEthereumChain":
            self.chain_id = int(params[0]["chainId"], 16)
            return {"result": None}
        if method in ("personal_sign", "eth_signTypedData_v4", "eth_sendTransaction"):
            return self._decided(method, params)
        found = self.service.chain.rpc(method, *params)
        self.passed_on.add(method)
        return {"result": found}

    def _decided(self, method: str, params: list[Any]) -> dict[str, Any]:
        if method == "eth_signTypedData_v4" and not self.knows_typed_data:
            return {"error": {"code": 4200, "message": "The method is not supported."}}
        self.asks.append(method)
        if self.refuses:
            return {"error": {"code": 4001, "message": "User rejected the request."}}
        self.signed += 1
        if method == "eth_sendTransaction":
            return {"result": self._send(params[0])}
        if method == "personal_sign":
            return {"result": self._sign(encode_defunct(hexstr=params[0]))}
        assert params[0].lower() == self.person.address.lower()
        return {"result": self._sign(encode_typed_data(full_message=json.loads(params[1])))}

    def _sign(self, message: SignableMessage) -> str:
        return "0x" + self.person.account.sign_message(message).signature.hex()

    def _send(self, transaction: dict[str, Any]) -> str:
        asked = {
            **transaction,
            "value": str(int(transaction["value"], 16)),
            "chainId": self.chain_id,
        }
        self.sent = asked
        return self.service.hand_in(self.person, asked)


class Visitor:
    """One person's browser: fresh profile, one page."""

    def __init__(
        self, browser: Browser, service: Service, person: Person | None = None, **device: Any
    ) -> None:
        """Without a person there is no wallet; `device` is what Playwright says of a screen."""
        self.service = service
        self.context: BrowserContext = browser.new_context(
            base_url=service.url,
            locale="en-GB",
            timezone_id="UTC",
            accept_downloads=True,
            **device,
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._console)
        self.outside: list[str] = []
        self.page.on("request", self._request)
        if person is not None:
            self.wallet = Wallet(service, person, service.chain.chain_id)
            self.context.expose_function("redressTestWallet", self.wallet.answer)
            self.context.add_init_script(_PROVIDER)

    def open(self, path: str) -> None:
        self.page.goto(path)

    def connect(self) -> None:
        """Through the button in the header; later pages know the wallet by themselves."""
        button = self.page.locator("[data-connect]")
        button.click()
        expect(button).to_have_attribute("title", _CONNECTED)

    def arrive(self, path: str) -> None:
        """Opens a page and waits until it knows the wallet."""
        self.open(path)
        expect(self.page.locator("[data-connect]")).to_have_attribute("title", _CONNECTED)

    def press(self, button: str) -> str:
        """Presses a form's button, signs, and waits for the end; what the page then says."""
        self.dismiss()
        self.page.get_by_role("button", name=button, exact=True).click()
        said = self.page.locator("#progress:is([data-tone=done], [data-tone=failed])")
        said.wait_for()
        text = said.inner_text()
        assert said.get_attribute("data-tone") == "done", text
        return text

    def failure(self, button: str) -> str:
        """As `press`, for what must fail."""
        self.dismiss()
        self.page.get_by_role("button", name=button, exact=True).click()
        said = self.page.locator("#progress[data-tone=failed]")
        said.wait_for()
        return said.inner_text()

    def dismiss(self) -> None:
        line = self.page.locator("#progress")
        if line.is_visible():
            line.get_by_role("button").click()

    def unfold(self, summary: str) -> None:
        self.page.locator("summary:visible", has_text=summary).click()

    def write(self, label: str, text: str) -> None:
        self.page.locator("label:visible", has_text=label).first.wait_for()
        self.page.get_by_label(label, exact=True).locator("visible=true").fill(text)

    def shows(self, text: str) -> None:
        """Waits until the page says so; by itself, without a reload."""
        expect(self.page.locator("main")).to_contain_text(text, timeout=PATIENCE_MS)

    def close(self) -> None:
        """Also checks that nothing broke and that nobody else was asked for anything."""
        with suppress(Exception):
            self.context.close()
        assert self.problems == [], self.problems
        assert self.outside == []

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.problems.append(f"{message.text} ({message.location.get('url')})")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.service.url, "data:", "blob:")):
            self.outside.append(request.url)
