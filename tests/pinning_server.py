"""A pinning service that follows the API's version 1.0.0 to the letter and refuses what does not.

It pins nothing: a test moves its pins from state to state.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "a-token.of_the+test/0=="
STATES = ("queued", "pinning", "pinned", "failed")
DELEGATE = "/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWJ9Lw1Tf2xQZ3s8e6n8bJZ1y4bqHnqYp7pQ1v2Xn3Zk5m"
_MAX_BODY_BYTES = 1 << 20
_CID = re.compile(r"Qm[1-9A-HJ-NP-Za-km-z]{44}|b[a-z2-7]{10,}|z[1-9A-HJ-NP-Za-km-z]{10,}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


class Refused(Exception):
    """`status`, reason and details of a Failure."""


@dataclass
class PinningServer:
    """What it holds, by request id, in the order of the requests."""

    url: str = ""
    pins: dict[str, dict[str, Any]] = field(default_factory=dict)
    first_state: str = "pinned"
    calls: list[str] = field(default_factory=list)
    """Method and path of each request."""
    answer: Callable[[], tuple[int, dict[str, str], bytes]] | None = None
    """Instead of what is right."""

    def cids(self, state: str | None = None) -> list[str]:
        return [one["pin"]["cid"] for one in self.pins.values() if state in (None, one["status"])]

    def move(self, state: str) -> None:
        """All pins to this state."""
        for one in self.pins.values():
            one["status"] = state

    def handle(self, method: str, target: str, headers: Any, body: bytes) -> tuple[int, Any]:
        """Status and body. Raises Refused."""
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refused(401, "UNAUTHORIZED", "Access token is missing or invalid")
        where = urlsplit(target)
        if where.path == "/psa/pins":
            if method == "GET":
                return 200, self._list(parse_qs(where.query, strict_parsing=bool(where.query)))
            if method == "POST":
                return 202, self._add(_pin(headers, body))
        if (found := re.fullmatch(r"/psa/pins/([^/]+)", where.path)) and not where.query:
            return self._one(method, unquote(found[1]), headers, body)
        raise Refused(404, "NOT_FOUND", "no such place")

    def _one(self, method: str, name: str, headers: Any, body: bytes) -> tuple[int, Any]:
        if name not in self.pins:
            raise Refused(404, "NOT_FOUND", "The specified resource was not found")
        if method == "GET":
            return 200, self.pins[name]
        if method == "POST":
            pin = _pin(headers, body)
            del self.pins[name]
            return 202, self._add(pin)
        if method == "DELETE":
            del self.pins[name]
            return 202, None
        raise Refused(405, "BAD_REQUEST", "method")

    def _add(self, pin: dict[str, Any]) -> dict[str, Any]:
        number = len(self.calls)
        created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=number)
        name = f"request/{number} ✓"
        self.pins[name] = {
            "requestid": name,
            "status": self.first_state,
            "created": created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "pin": pin,
            "delegates": [DELEGATE],
            "info": {"status_details": "as the test has it"},
        }
        return self.pins[name]

    def _list(self, query: dict[str, list[str]]) -> dict[str, Any]:
        wanted = _filters(query)
        found = [one for one in reversed(self.pins.values()) if all(w(one) for w in wanted)]
        limit = int(query.get("limit", ["10"])[0])
        if not 1 <= limit <= 1000:
            raise Refused(400, "BAD_REQUEST", "limit")
        return {"count": len(found), "results": found[:limit]}


def _filters(query: dict[str, list[str]]) -> list[Callable[[dict[str, Any]], bool]]:
    known = {"cid", "name", "match", "status", "before", "after", "limit", "meta"}
    if set(query) - known or any(len(values) != 1 for values in query.values()):
        raise Refused(400, "BAD_REQUEST", f"parameters {sorted(query)}")
    one = {key: values[0] for key, values in query.items()}
    cids = one["cid"].split(",") if "cid" in one else None
    states = one.get("status", "pinned").split(",")
    meta = json.loads(one.get("meta", "{}"))
    match = one.get("match", "exact")
    if cids is not None and (len(cids) > 10 or not all(_CID.fullmatch(cid) for cid in cids)):
        raise Refused(400, "BAD_REQUEST", "cid")
    if not set(states) <= set(STATES) or len(set(states)) != len(states):
        raise Refused(400, "BAD_REQUEST", "status")
    if match not in ("exact", "iexact", "partial", "ipartial"):
        raise Refused(400, "BAD_REQUEST", "match")
    for key in ("before", "after"):
        if key in one and not _TIME.fullmatch(one[key]):
            raise Refused(400, "BAD_REQUEST", key)
    return [
        lambda pin: cids is None or pin["pin"]["cid"] in cids,
        lambda pin: pin["status"] in states,
        lambda pin: "name" not in one or _matches(pin["pin"].get("name", ""), one["name"], match),
        lambda pin: "before" not in one or pin["created"] < one["before"],
        lambda pin: "after" not in one or pin["created"] > one["after"],
        lambda pin: meta.items() <= pin["pin"].get("meta", {}).items(),
    ]


def _matches(name: str, wanted: str, match: str) -> bool:
    if match in ("iexact", "ipartial"):
        name, wanted = name.lower(), wanted.lower()
    return name == wanted if match.endswith("exact") else wanted in name


def _pin(headers: Any, body: bytes) -> dict[str, Any]:
    """The Pin of a request's body, as the schema has it. Raises Refused."""
    if headers.get_content_type() != "application/json":
        raise Refused(400, "BAD_REQUEST", "content type")
    pin = json.loads(body)
    origins, meta = pin.get("origins", []), pin.get("meta", {})
    well = (
        set(pin) <= {"cid", "name", "origins", "meta"}
        and _CID.fullmatch(pin["cid"])
        and isinstance(pin.get("name", ""), str)
        and len(pin.get("name", "")) <= 255
        and isinstance(origins, list)
        and len(set(origins)) == len(origins) <= 20
        and all(re.match(r"/.+/p2p/\w+$", one) for one in origins)
        and isinstance(meta, dict)
        and all(isinstance(one, str) for one in meta.values())
    )
    if not well:
        raise Refused(400, "BAD_REQUEST", "not a Pin")
    return dict(pin)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: PinningServer

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(min(length, _MAX_BODY_BYTES))
        self.service.calls.append(f"{self.command} {self.path}")
        extra: dict[str, str] = {}
        if self.service.answer is not None:
            status, extra, data = self.service.answer()
        else:
            try:
                status, said = self.service.handle(self.command, self.path, self.headers, body)
            except Refused as refused:
                status, reason, details = refused.args
                said = {"error": {"reason": reason, "details": details}}
            except (KeyError, TypeError, ValueError) as error:
                status = 400
                said = {"error": {"reason": "BAD_REQUEST", "details": repr(error)}}
            data = b"" if said is None else json.dumps(said).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **extra}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = do_PUT = _serve  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def running() -> Iterator[PinningServer]:
    """On a free port of 127.0.0.1, for as long as the block lasts."""
    service = PinningServer()
    handler = type("Handler", (_Handler,), {"service": service})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        service.url = f"http://127.0.0.1:{server.server_address[1]}/psa"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
