"""pip-audit and npm audit, asking services of the test's own."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from scripts.releasing import audit
from scripts.toolchain import process
from scripts.toolchain.paths import LOCKS

_FOUND = {
    "id": "PYSEC-1",
    "aliases": ["CVE-1"],
    "summary": "Anyone\nmay read it",
    "affected": [{"package": {"name": "uv", "ecosystem": "PyPI"}, "ranges": []}],
}
_ADVISORY = {
    "id": 1,
    "url": "https://github.com/advisories/GHSA-1",
    "title": "Anyone may write it",
    "severity": "low",
    "vulnerable_versions": ">=0",
}


@dataclass
class Advisories:
    """What the services know, and what they were asked about."""

    url: str = ""
    pypi: dict[str, dict[str, Any]] = field(default_factory=dict)
    npm: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    status: int = 200
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str, question: dict[str, Any]) -> dict[str, Any]:
        if path == "/osv":
            name = question["package"]["name"]
            self.asked.append(name)
            return {"vulns": [self.pypi[name]]} if name in self.pypi else {}
        self.asked += question
        return {name: found for name, found in self.npm.items() if name in question}


@pytest.fixture
def advisories() -> Iterator[Advisories]:
    known = Advisories()
    with _served(known) as port:
        known.url = f"http://127.0.0.1:{port}"
        yield known


@contextmanager
def _served(known: Advisories) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            plain = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
            self._end(known.status, known.answer(self.path, json.loads(plain)))

        def do_GET(self) -> None:
            self._end(404, {})

        def _end(self, status: int, answer: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def nobody() -> str:
    """A service that is not there."""
    return f"http://127.0.0.1:{process.free_port()}"


def test_pip_audit_asks_about_each_package_of_a_lock(advisories: Advisories) -> None:
    assert audit.of_python(LOCKS / "bootstrap.txt", f"{advisories.url}/osv") == []
    assert advisories.asked == ["uv"]


def test_pip_audit_finds_what_is_known(advisories: Advisories) -> None:
    advisories.pypi["uv"] = _FOUND
    (found,) = audit.of_python(LOCKS / "bootstrap.txt", f"{advisories.url}/osv")
    assert (found.package, found.names) == ("uv", ("PYSEC-1", "CVE-1"))
    assert (found.what, found.where) == ("Anyone may read it", "bootstrap.txt")


def test_npm_audit_finds_what_is_known(advisories: Advisories) -> None:
    advisories.npm["esbuild"] = [_ADVISORY]
    (found,) = audit.of_node(advisories.url)
    assert (found.package, found.names) == ("esbuild", ("GHSA-1",))
    assert found.version[0].isdigit()
    assert len(advisories.asked) > 100


def test_npm_audit_finds_nothing(advisories: Advisories) -> None:
    assert audit.of_node(advisories.url) == []


@pytest.mark.parametrize("status", [403, 405])
def test_a_service_that_refuses_has_not_answered(advisories: Advisories, status: int) -> None:
    advisories.status = status
    with pytest.raises(audit.Unanswered, match=str(status)):
        audit.of_python(LOCKS / "bootstrap.txt", f"{advisories.url}/osv")
    with pytest.raises(audit.Unanswered, match=str(status)):
        audit.of_node(advisories.url)


def test_without_a_service_nothing_is_audited_and_that_is_said(nobody: str) -> None:
    report = audit.audit(f"{nobody}/osv", nobody)
    everything = {*(lock.name for lock in LOCKS.glob("*.txt")), "package-lock.json"}
    assert set(report.not_audited) == everything
    assert report.findings == ()
    assert "Connection" in report.not_audited["bootstrap.txt"]
    assert "ECONNREFUSED" in report.not_audited["package-lock.json"]
