"""One page in a real browser: as somebody sees it, and what axe-core says of it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright, expect

from scripts.toolchain import browser as browser_tool
from scripts.toolchain.paths import NODE_MODULES
from tests.e2e.visitor import LAUNCH, PATIENCE_MS
from tests.screens.places import Place
from tests.screens.scene import Reader, Scene

PHONE, DESKTOP, SMALLEST = (360, 740), (1280, 900), (320, 640)
"""Width and height in CSS pixels; the smallest is a desktop of 1280 at 400 %, too."""
PAPER = (718, 1047)
"""A4 at 96 dpi, without its margins."""
THEMES = ("light", "dark")
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_COLOURS = ["color-contrast", "link-in-text-block"]
"""All that a theme can change."""
_AXE = NODE_MODULES / "axe-core" / "axe.min.js"
_QUIET_SECONDS = 0.06
_MOST_LOOKS = 300

# A wallet that gives its account and its chain, and asks its node for the pages that check for
# themselves: from outside of the page, as an extension does. Nothing is signed here. EIP-6963.
_WALLET = """(([account, chain]) => {
  localStorage.setItem("redress.wallet", "test.redress");
  localStorage.setItem("redress.account", account.toLowerCase());
  const said = { eth_chainId: chain, eth_accounts: [account], eth_requestAccounts: [account] };
  const request = async ({ method, params }) =>
    method === "eth_call" ? redressTestNode(method, params) : said[method] ?? null;
  const provider = { on: () => {}, request };
  const info = { uuid: "9e0c7f0e-6f0f-4d6e-8a53-5c0ad1cbd5cd", name: "Test wallet",
    icon: "data:image/svg+xml,", rdns: "test.redress" };
  const detail = Object.freeze({ info, provider });
  window.addEventListener("eip6963:requestProvider", () =>
    window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail })));
})"""
_CHECKING = ":is([data-proof], [data-leaf]) .verdict[data-verdict=busy]"
_UNFOLD = "document.querySelectorAll('details').forEach(one => { one.open = true; })"
_JUDGE = """([within, tags, rules]) => axe.run(within ? { include: [[within]] } : document, {
  runOnly: rules ? { type: "rule", values: rules } : { type: "tag", values: tags },
  rules: rules ? {} : { "target-size": { enabled: true } },
  resultTypes: ["violations"],
}).then(({ violations }) => violations.map(({ id, impact, help, nodes }) => ({
  rule: id, impact, help,
  nodes: nodes.map(({ html, target, failureSummary }) => ({
    html: html.slice(0, 300), target: target.join(" "), why: failureSummary })),
})))"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        path = browser_tool.find()
        browser = await playwright.chromium.launch(executable_path=path, args=list(LAUNCH))
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Eye:
    """A browser's profile with one page in it: one reader, one language."""

    scene: Scene
    who: str
    language: str
    page: Page
    outside: list[str] = field(default_factory=list)
    """Whatever was asked of another server."""
    problems: list[str] = field(default_factory=list)
    """What the scripts threw."""
    weights: dict[str, int] = field(default_factory=dict)
    """Compressed bytes of what was loaded, by its address."""
    _under_way: set[Request] = field(default_factory=set)

    async def open(self, place: Place) -> None:
        """Until nothing is fetched any more and the wallet is known."""
        answer = await self.page.goto(self.scene.path(place.path, place.who))
        assert answer is not None
        assert answer.status == place.status, f"{place.name}: {answer.status}"
        await self.settle()
        if self.scene.readers[self.who].account:
            button = self.page.locator("[data-connect]")
            await expect(button).to_have_attribute("title", re.compile("0x"))
        await expect(self.page.locator(_CHECKING)).to_have_count(0)

    async def unfold(self) -> None:
        """Everything that can be."""
        await self.page.evaluate(_UNFOLD)

    async def settle(self) -> None:
        for _ in range(_MOST_LOOKS):
            await asyncio.sleep(_QUIET_SECONDS)
            if not self._under_way:
                return
        raise AssertionError(f"still fetching {[one.url for one in self._under_way]}")

    async def size(self, size: tuple[int, int]) -> None:
        await self.page.set_viewport_size({"width": size[0], "height": size[1]})

    async def theme(self, theme: str) -> None:
        scheme: Any = theme
        await self.page.emulate_media(color_scheme=scheme)

    async def violations(
        self, *, of_colours_only: bool = False, within: str = ""
    ) -> list[dict[str, Any]]:
        """What axe finds, by rule, with the nodes that break it; of one element, if it is named."""
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(_AXE.read_text("utf-8"))
        asked = [within, _TAGS, _COLOURS if of_colours_only else None]
        found: list[dict[str, Any]] = await self.page.evaluate(_JUDGE, asked)
        return found

    def _begun(self, request: Request) -> None:
        if not request.url.startswith((self.scene.url, "data:", "blob:")):
            self.outside.append(request.url)
        if "/v1/stream" not in request.url:
            self._under_way.add(request)

    def _ended(self, request: Request) -> None:
        self._under_way.discard(request)


@asynccontextmanager
async def eye(
    browser: Browser, scene: Scene, who: str, language: str, **more: Any
) -> AsyncIterator[Eye]:
    """`more`: as Playwright's `new_context` takes it."""
    context = await browser.new_context(
        base_url=scene.url,
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
        **more,
    )
    await _prepare(context, scene, scene.readers[who], language)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    found = Eye(scene, who, language, page)
    page.on("request", found._begun)
    page.on("requestfinished", found._ended)
    page.on("requestfailed", found._ended)
    page.on("pageerror", lambda error: found.problems.append(str(error)))
    try:
        yield found
    finally:
        await context.close()


async def _prepare(context: BrowserContext, scene: Scene, reader: Reader, language: str) -> None:
    """Language, wallet and session, as if the reader had been here before."""
    cookies = {"lang": language, "redress-session": reader.session}
    await context.add_cookies(
        [
            {"name": name, "value": value, "url": scene.url}
            for name, value in cookies.items()
            if value
        ]
    )
    if reader.account:

        async def ask(method: str, params: list[Any]) -> Any:
            body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            answer = await context.request.post(scene.node, data=body)
            return (await answer.json()).get("result")

        await context.expose_function("redressTestNode", ask)
        told = json.dumps([reader.account, hex(scene.chain_id)])
        await context.add_init_script(f"{_WALLET}({told})")
    if reader.session:
        account = json.dumps(reader.account.lower())
        await context.add_init_script(f"localStorage.setItem('redress.session', {account})")
