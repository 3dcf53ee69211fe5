"""What strangers write is shown as they wrote it and does nothing; what they send is bounded."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from dapp.domain.types import Digest
from scripts.toolchain.postgres import Postgres
from tests.api_scene import NOBODY, is_problem
from tests.patience import PATIENCE_SECONDS
from tests.sealing_scene import Someone, Stage, staged

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>{{ 6917 * 7829 }}{% raw %}"
OVERRIDE = "price: \u202e0001\u202c wei"
NAME = "<img src=x onerror=alert(3)>&quot;.txt"


@dataclass(frozen=True)
class Cast:
    stage: Stage
    customer: Someone


@pytest.fixture(scope="module")
def cast(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    with staged(postgres, tmp_path_factory.mktemp("hostile")) as stage:
        yield Cast(stage, stage.someone(stage.world.customer))


def test_markup_in_any_text_is_text(cast: Cast) -> None:
    stage, world = cast.stage, cast.stage.world
    stored = stage.service.http.post(
        "/v1/evidence",
        data={"author": world.customer, "text": MARKUP + OVERRIDE},
        files={"files": (NAME, b"<html><script>alert(4)</script>")},
    )
    assert stored.status_code == 201, stored.text
    digest = Digest(stored.json()["digest"])
    world.stake(6)
    organisation = world.register(what=digest)
    world.bond(organisation)
    complaint = world.file(world.pay(organisation), what=digest)
    world.offer(complaint, 4000, digest)
    world.escalate(complaint, what=digest)
    world.draw(complaint)
    stage.indexed()
    judge = stage.someone(world.seat_owner(complaint, 0))
    judge.http.post(f"/v1/evidence/{digest}/unopened", json={"reason": MARKUP})
    for path in (
        f"/c/{complaint}",
        f"/c/{complaint}/proof",
        f"/orgs/{organisation}",
        f"/policies/{organisation}/1",
        "/cases",
    ):
        page = stage.service.http.get(path, headers={"Accept": "text/html"})
        assert "script-src" not in page.headers["Content-Security-Policy"]
        for live in ("<script>alert", "<img src=x", "onerror=alert(3)>", "54153193"):
            assert live not in page.text, f"{path}: {live}"
    shown = stage.service.http.get(f"/c/{complaint}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    # What turns the writing around is shut in with the text that has it.
    inside = shown.partition("\u202e")[0].rpartition("<blockquote")[2]
    assert inside.startswith(' dir="auto">')
    assert "</blockquote>" not in inside


@pytest.mark.parametrize(
    "path",
    ["/cases?state=", "/orgs?sort=", "/stats?filed_to=", "/v1/cases?state=", "/c/", "/ipfs/"],
)
def test_what_is_asked_for_is_not_echoed_as_markup(cast: Cast, path: str) -> None:
    answer = cast.stage.service.http.get(path + "%3Cscript%3Ealert(1)%3C/script%3E")
    if answer.headers["content-type"].startswith("text/html"):
        assert "<script>alert" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_each_fault_of_a_body_is_named(cast: Cast) -> None:
    body = {"recipients": [NOBODY, 7, "x" * 99], "envelope": {"not": "text"}}
    path = f"/v1/evidence/0x{'11' * 32}/envelopes"
    problem = is_problem(cast.customer.http.post(path, json=body), 422, "invalid-request")
    named = {fault["field"] for fault in problem["fields"]["faults"]}
    assert named == {"body.recipients.1", "body.recipients.2", "body.envelope"}


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("path", ["/v1/actions/file", "/v1/session", "/nothing"])
def test_a_body_of_gigabytes_is_not_waited_for(cast: Cast, path: str, announced: bool) -> None:
    place = urlsplit(cast.stage.service.url)
    length = "Content-Length: 4294967296" if announced else "Transfer-Encoding: chunked"
    piece = b"a" * 65_536
    part = piece if announced else b"10000\r\n" + piece + b"\r\n"
    sent = 0
    with socket.create_connection(
        (place.hostname or "", place.port or 0), timeout=PATIENCE_SECONDS
    ) as door:
        head = ("POST " + path + " HTTP/1.1", "Host: x", "Content-Type: application/json", length)
        door.sendall("\r\n".join((*head, "", "")).encode())
        door.settimeout(0.2)
        answer = b""
        while not answer and sent < 1 << 28:
            try:
                sent += door.send(part)
            except TimeoutError:
                pass
            except OSError:
                break
            try:
                door.settimeout(0.001)
                answer = door.recv(4_096)
            except TimeoutError:
                pass
            except OSError:
                break
            finally:
                door.settimeout(0.2)
    assert sent < 1 << 27
    assert answer[9:12] in (b"413", b"403", b"404", b"")


def test_a_cursor_is_taken_as_it_was_given_or_not_at_all(cast: Cast) -> None:
    http = cast.stage.service.http
    for path in ("/v1/cases", "/v1/organisations", "/v1/orders", "/v1/arbitrators"):
        for cursor in ("-1", "0x1", "1e3", "9" * 19, "1;--", "' OR 1=1", "\u0661", "1\u202e2"):
            answer = http.get(path, params={"cursor": cursor})
            assert answer.status_code == 422, f"{path} {cursor!r}: {answer.text}"
