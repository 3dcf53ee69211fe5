"""The bundle that pages load, in a real browser: what it seals Python opens, and the reverse.

No service behind it: the files of the bundle, under the headers that every page has.
"""

import io
import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from dapp.web.limits import SECURITY_HEADERS
from evidence import CID, digest, new_identity, open_envelope, open_item, recipient_of, recover
from evidence.unixfs import import_file
from tests.seal_script import ROOT, b64, unb64
from tests.sealed_vectors import FILES, PASSPHRASE, manifest_of_sealing

BUILT = ROOT / "dapp" / "web" / "static" / "built"
VECTOR = json.loads((ROOT / "tests" / "vectors" / "sealed" / "python.json").read_text())
LARGE = bytes(range(256)) * (5 << 12)
"""5 MiB: several blocks, and many of age's pieces."""
FIRST_LINE = """
  const seal = await import("/seal.js");
  const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const text = async (data) => new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
    reader.readAsDataURL(new Blob([data]));
  });
"""


class Handler(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        for name, value in SECURITY_HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("site")
    for path in BUILT.glob("*.js"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "index.html").write_text("<!doctype html><title>Seal</title>")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    yield page
    context.close()
    server.shutdown()
    server.server_close()


def run(page: Page, body: str, given: object = None) -> Any:
    """A refusal is `{"code": …}`."""
    return page.evaluate(
        "async (given) => { try {" + FIRST_LINE + body + "} catch (error) {"
        "return { code: error.code ?? String(error) }; } }",
        given,
    )


OPEN = """
  const encoder = new TextEncoder();
  const envelope = await seal.openEnvelope(bytes(given.envelope), given.identity);
  const items = [];
  for (const [number, sealed] of given.sealed.entries()) {
    const blob = new Blob([bytes(sealed)]);
    const item = await seal.openItem(encoder.encode(given.manifest), envelope, number, blob);
    items.push({ name: item.name, data: await text(item.file) });
  }
  return items;
"""


def test_the_browser_opens_what_python_sealed(page: Page) -> None:
    items = run(page, OPEN, VECTOR)
    assert [(item["name"], unb64(item["data"])) for item in items] == [
        (name, data) for name, (_, _, data) in FILES.items()
    ]


def test_the_browser_refuses_what_was_changed(page: Page) -> None:
    first, *others = VECTOR["sealed"]
    changed = bytearray(unb64(first))
    changed[-1] ^= 1
    refused = {
        "block_mismatch": {**VECTOR, "sealed": [b64(bytes(changed)), *others]},
        "identity_wrong": {**VECTOR, "identity": new_identity()},
        "sealed_invalid": {**VECTOR, "envelope": b64(unb64(VECTOR["envelope"])[:-1])},
    }
    for code, given in refused.items():
        assert run(page, OPEN, given) == {"code": code}


SEAL = """
  const file = new File([bytes(given.data)], given.name, { type: "image/png" });
  const told = [];
  const sealing = await seal.sealFiles([{ file, kind: "transcript" }],
    (done, of) => told.push([done, of]));
  window.sealing = sealing;
  const items = [];
  for (const item of sealing.items) items.push({ ...item, bytes: await text(item.bytes) });
  return { recipient: sealing.recipient, items, told: told.at(-1) };
"""
ENVELOPE = """
  const manifest = new TextEncoder().encode(given.manifest);
  return text(await seal.makeEnvelope(manifest, window.sealing, given.recipients));
"""


def test_python_opens_what_the_browser_sealed(page: Page, tmp_path: Path) -> None:
    identity = new_identity()
    sealing = run(page, SEAL, {"data": b64(LARGE), "name": "诊断 🙂.png"})
    assert sealing["told"] == [len(LARGE), len(LARGE)]
    manifest = manifest_of_sealing(sealing)
    given = {"manifest": manifest.decode(), "recipients": [recipient_of(identity)]}
    envelope = open_envelope(unb64(run(page, ENVELOPE, given)), identity)
    blocks: dict[CID, bytes] = {}
    stored = import_file(io.BytesIO(unb64(sealing["items"][0]["bytes"])), blocks.__setitem__)
    assert str(stored.cid) == sealing["items"][0]["cid"]
    path = open_item(manifest, envelope, 0, blocks.__getitem__, tmp_path)
    assert path.name == "诊断 🙂.png"
    assert digest(path.read_bytes()) == digest(LARGE)


def test_keys_are_made_and_recovered(page: Page) -> None:
    made = run(
        page,
        "const key = await seal.newKey();"
        "return { key, backup: await text(await seal.backUp(key.identity, given)) };",
        PASSPHRASE,
    )
    assert recover(unb64(made["backup"]), PASSPHRASE) == made["key"]["identity"]
    assert recipient_of(made["key"]["identity"]) == made["key"]["recipient"]
    recovered = run(
        page,
        "return seal.recover(bytes(given.backup), given.passphrase);",
        {"backup": VECTOR["backup"], "passphrase": PASSPHRASE},
    )
    assert recovered["identity"] == VECTOR["identity"]
    assert recovered["key"] == VECTOR["key"]
