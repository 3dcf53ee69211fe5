"""A bundle is checked in a browser: on the page that the service shows, and on the saved one.

Both are under a policy that keeps them from any connection; any error in the console fails.
"""

import json
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dapp.web.i18n import load
from dapp.web.pages.verify import saved_page
from tests.api_player import Service
from tests.e2e.visitor import PATIENCE_MS

BUNDLES = Path(__file__).parents[1] / "vectors" / "bundles"
EXPECTED = json.loads((BUNDLES / "expected.json").read_text())
VERIFIED = "Verified: this record is genuine and complete as of block"


class Auditor:
    """Somebody with a bundle at one of the two pages."""

    def __init__(self, browser: Browser, url: str, lang: str = "en") -> None:
        self.context = browser.new_context(locale="en-GB", timezone_id="UTC", accept_downloads=True)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._console)
        self.page.goto(url)
        self.page.on("request", lambda request: self.requests.append(request.url))
        assert self.page.locator("html").get_attribute("lang") == lang

    def choose(self, path: Path) -> None:
        self.page.locator("[data-file]").set_input_files(path)
        expect(self.page.locator("[data-name]")).to_have_text(path.name)

    def drop(self, path: Path) -> None:
        """As by the mouse."""
        data = self.page.evaluate_handle(
            "([bytes, name]) => { const held = new DataTransfer();"
            "held.items.add(new File([new Uint8Array(bytes)], name)); return held; }",
            [list(path.read_bytes()), path.name],
        )
        self.page.dispatch_event("[data-drop]", "drop", {"dataTransfer": data})
        expect(self.page.locator("[data-name]")).to_have_text(path.name)

    def check(self, block_hash: str) -> str:
        self.page.locator("[data-hash]").fill(block_hash)
        return self.press()

    def press(self) -> str:
        """By the keyboard."""
        self.page.locator("[data-verify] button").focus()
        self.page.keyboard.press("Enter")
        # What was said before is taken back at once.
        said = self.page.locator("[data-verdict]:not([data-verdict=busy])")
        said.wait_for()
        return said.inner_text()

    def close(self) -> None:
        self.context.close()
        assert self.problems == []

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.text} ({message.location.get('url')})")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "redress-verify.html"
    path.write_bytes(saved_page(load("en")))
    return path


@pytest.fixture
def alone(browser: Browser, saved: Path) -> Iterator[Auditor]:
    """At the page on the disk."""
    auditor = Auditor(browser, saved.as_uri())
    yield auditor
    assert auditor.requests == []
    auditor.close()


def bundle(name: str) -> Path:
    return BUNDLES / f"{name}.zip"


def test_the_saved_page_verifies_a_bundle(alone: Auditor) -> None:
    alone.choose(bundle("dispute"))
    expect(alone.page.locator("[data-about]")).to_contain_text("It is about block")
    assert VERIFIED in alone.check(EXPECTED["dispute"]["block_hash"])
    row = alone.page.locator('[data-row="complaint-2"]')
    expect(row).to_contain_text("genuine, complete, consistent")
    expect(row).to_contain_text("ruled: 70%")
    expect(row).to_contain_text("9 of 9 intact")
    alone.page.get_by_text("Details of case 2").click()
    expect(alone.page.locator("[data-report]")).to_contain_text("90%, 65%, 70%. The median is 70%.")
    with alone.page.expect_download() as download:
        alone.page.get_by_role("button", name="Save the verdict").click()
    assert json.loads(download.value.path().read_text())["verdict"] == "verified"


def test_a_verdict_can_be_printed_whole(alone: Auditor) -> None:
    alone.choose(bundle("dispute"))
    alone.check(EXPECTED["dispute"]["block_hash"])
    alone.page.emulate_media(media="print")
    alone.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(alone.page.get_by_text("The median is 70%.")).to_be_visible()
    expect(alone.page.locator("[data-verify]")).to_be_hidden()


def test_lies_get_a_verdict(alone: Auditor, tmp_path: Path) -> None:
    alone.drop(bundle("dispute"))
    assert "not made at the block" in alone.check("0x" + "11" * 32)
    alone.drop(changed(tmp_path))
    assert "1 of 1 records do not hold" in alone.check(EXPECTED["default"]["block_hash"])
    expect(alone.page.locator("[data-report]")).to_contain_text("something is missing or changed")
    torn = tmp_path / "torn.zip"
    torn.write_bytes(bundle("history").read_bytes()[:-700])
    alone.drop(torn)
    assert "not a bundle" in alone.check(EXPECTED["history"]["block_hash"])


def changed(folder: Path) -> Path:
    """The default's bundle with another time of its filing, hashes and all else in order."""
    import hashlib

    with zipfile.ZipFile(bundle("default")) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    claims = json.loads(parts["bundle.json"])
    record = json.loads(parts["records.jsonl"])
    for event in record["events"]:
        if event["contract"] == "ComplaintDesk":
            event["time"] += 1
    line = canonical(record) + b"\n"
    said = claims["members"]["records.jsonl"]
    said |= {"sha256": "0x" + hashlib.sha256(line).hexdigest(), "size": len(line)}
    parts |= {"records.jsonl": line, "bundle.json": canonical(claims)}
    path = folder / "changed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return path


def canonical(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def test_an_increment_needs_the_earlier_verdict(alone: Auditor) -> None:
    alone.choose(bundle("increment"))
    assert "not changed since an earlier bundle" in alone.check(EXPECTED["increment"]["block_hash"])
    alone.page.locator("[data-previous]").set_input_files(BUNDLES / "history.verdict.json")
    assert VERIFIED in alone.press()


def test_what_is_missing_is_said(alone: Auditor) -> None:
    alone.choose(bundle("erased"))
    said = alone.check(EXPECTED["erased"]["block_hash"])
    assert "some evidence is not in this bundle" in said
    expect(alone.page.locator("tbody")).to_contain_text("evidence is missing")


@pytest.mark.parametrize(
    ("language", "verified", "amount"),
    [("zh-Hans", "已核实", "0.722875\u00a0ETH"), ("ru", "Проверено", "0,722875\u00a0ETH")],
)
def test_the_saved_page_speaks_other_languages(
    browser: Browser, tmp_path: Path, language: str, verified: str, amount: str
) -> None:
    path = tmp_path / "verify.html"
    path.write_bytes(saved_page(load(language)))
    auditor = Auditor(browser, path.as_uri(), language)
    auditor.choose(bundle("history"))
    assert verified in auditor.check(EXPECTED["history"]["block_hash"])
    assert amount in auditor.page.locator("[data-report]").inner_text()
    auditor.close()


def test_the_saved_page_can_ask_nobody(alone: Auditor) -> None:
    """Its policy stops even a script that would try."""
    alone.page.evaluate("fetch('http://127.0.0.1:1/').catch(() => { document.title = 'stopped'; })")
    expect(alone.page).to_have_title("stopped")
    assert any("Content Security Policy" in problem for problem in alone.problems)
    alone.problems.clear()
    alone.requests.clear()


def test_the_served_page_verifies_a_bundle(browser: Browser, service: Service) -> None:
    auditor = Auditor(browser, service.url + "/verify")
    auditor.drop(bundle("appeal"))
    assert VERIFIED in auditor.check(EXPECTED["appeal"]["block_hash"])
    # The page's icon may come late; of the bundle nobody hears.
    own = service.url + "/static/"
    assert [url for url in auditor.requests if not url.startswith(own)] == []
    auditor.close()


def test_the_served_page_gives_itself_away(browser: Browser, service: Service) -> None:
    auditor = Auditor(browser, service.url + "/verify")
    with auditor.page.expect_download() as download:
        auditor.page.get_by_role("link", name="Save this page as one file").click()
    assert download.value.path().read_bytes() == saved_page(load("en"))
    auditor.close()


class Nodes:
    """Nodes that say what hash a block has."""

    def __init__(self, *hashes: str) -> None:
        self.asked: list[str] = []
        # A browser opens connections that it does not use.
        self._servers = [
            ThreadingHTTPServer(("127.0.0.1", 0), self._handler(one)) for one in hashes
        ]
        for server in self._servers:
            Thread(target=server.serve_forever, daemon=True).start()
        self.urls = [f"http://127.0.0.1:{server.server_port}/" for server in self._servers]

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _handler(self, block_hash: str) -> type[BaseHTTPRequestHandler]:
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_OPTIONS(self) -> None:
                self.send_response(204)
                self._end()

            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                request = json.loads(self.rfile.read(size))
                asked.append(request["method"])
                is_chain = request["method"] == "eth_chainId"
                result = "0x7a69" if is_chain else {"hash": block_hash}
                body = json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self._end(body)

            def _end(self, body: bytes = b"") -> None:
                for name in ("Origin", "Headers", "Methods"):
                    self.send_header(f"Access-Control-Allow-{name}", "*")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.mark.parametrize("where", ["saved", "served"])
def test_nodes_are_asked_where_they_are_named(
    browser: Browser, saved: Path, request: pytest.FixtureRequest, where: str
) -> None:
    right = EXPECTED["default"]["block_hash"]
    nodes = Nodes(right, right, "0x" + "22" * 32)
    page = (
        saved.as_uri() if where == "saved" else request.getfixturevalue("service").url + "/verify"
    )
    auditor = Auditor(browser, page)
    auditor.page.get_by_role("link", name="Ask nodes instead").click()
    expect(auditor.page.locator("[data-nodes]")).to_be_visible()
    auditor.requests.clear()
    auditor.choose(bundle("default"))
    auditor.page.locator("[data-nodes]").fill("\n".join(nodes.urls[:2]))
    assert VERIFIED in auditor.press()
    assert set(nodes.asked) == {"eth_chainId", "eth_getBlockByNumber"}
    auditor.page.locator("[data-nodes]").fill("\n".join(nodes.urls))
    assert "The nodes gave different hashes" in auditor.press()
    # A browser fetches the mark of the page when it pleases.
    asked = {one for one in auditor.requests if not one.endswith("/mark.svg")}
    assert asked == set(nodes.urls)
    auditor.close()
    nodes.close()
