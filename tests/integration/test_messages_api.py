"""Messages as people and programs ask for them, and the process that sends them."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from icalendar import Calendar
from standardwebhooks import Webhook

from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from scripts.toolchain.process import free_port
from tests import chains
from tests.api_player import Person, Service, environment, redress, running, until
from tests.api_scene import is_problem
from tests.integration.test_api_session import Browser, browser
from tests.messaging import MailServer, Receiver, bodies, link_of, mail_server
from tests.patience import PATIENCE_SECONDS
from tests.world import World

PATH = "/v1/me/notifications"
NOBODYS = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Stage:
    service: Service
    world: World
    env: dict[str, str]
    folder: Path
    mail: MailServer

    @contextmanager
    def worker(self, name: str = "notify", *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """`redress notify run`, once it is at work."""
        log = self.folder / f"{name}.log"
        log.write_bytes(b"")
        with redress(log, self.env, "notify", "run", *words) as child:

            def is_at_work() -> bool:
                assert child.poll() is None, log.read_text()
                return "messages are sent" in log.read_text()

            until(is_at_work, "the worker")
            yield child

    def sql(self, statement: str) -> list[Any]:
        with psycopg.connect(self.env["DATABASE_URL"], autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def is_settled(self) -> bool:
        """Whether nothing waits but what has failed."""
        waiting = "SELECT FROM letter WHERE state = 'pending' AND error_code IS NULL"
        return self.sql(waiting) == []

    def mails_to(self, address: str) -> list[EmailMessage]:
        return [one for one in self.mail.mails if one["To"] == address]


@pytest.fixture(scope="module")
def stage(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("messages")
    with (
        mail_server() as mail,
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        env = {
            **environment(node.url, url, folder / "deployments", folder / "data"),
            "REDRESS_MESSAGES_LOCAL": "1",
            "REDRESS_SMTP_HOST": "127.0.0.1",
            "REDRESS_SMTP_PORT": str(mail.port),
            "REDRESS_SMTP_SECURITY": "none",
            "REDRESS_SMTP_SENDER": "Redress <messages@redress.example>",
        }
        with running(world, env, folder) as service:
            yield Stage(service, world, env, folder, mail)


@pytest.fixture
def anne(stage: Stage) -> Iterator[Browser]:
    with browser(stage.service.url) as found:
        found.sign_in(Person())
        yield found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


def add(mine: Browser, kind: str, target: str) -> dict[str, Any]:
    response = mine.http.post(f"{PATH}/channels", json={"kind": kind, "target": target})
    assert response.status_code == 201, response.text
    return dict(response.json())


def test_only_who_is_signed_in(stage: Stage) -> None:
    with browser(stage.service.url) as nobody:
        for method, path in (
            ("GET", PATH),
            ("PUT", PATH),
            ("POST", f"{PATH}/channels"),
            ("DELETE", f"{PATH}/channels/{NOBODYS}"),
            ("POST", f"{PATH}/channels/{NOBODYS}/secret"),
            ("POST", f"{PATH}/channels/{NOBODYS}/enable"),
            ("POST", f"{PATH}/test"),
            ("GET", f"{PATH}/failures"),
            ("GET", f"{PATH}/deliveries"),
            ("POST", f"{PATH}/calendar"),
            ("DELETE", f"{PATH}/calendar"),
        ):
            body = {"language": "en", "kind": "email", "target": "a@example.org"}
            is_problem(nobody.http.request(method, path, json=body), 401, "sign-in-required")


def test_another_site_changes_nothing(stage: Stage, anne: Browser) -> None:
    headers = {"Origin": "https://evil.example"}
    url = stage.service.url
    with httpx.Client(
        base_url=url, cookies=anne.http.cookies, headers=headers, timeout=PATIENCE_SECONDS
    ) as evil:
        is_problem(evil.post(f"{PATH}/test"), 403, "cross-site")
        is_problem(evil.put(PATH, json={"language": "en"}), 403, "cross-site")


def test_wishes_are_kept(anne: Browser) -> None:
    assert anne.http.get(PATH).json()["kinds"] is None
    wish = {
        "language": "zh-Hans",
        "time_zone": "Asia/Shanghai",
        "quiet_hours": {"from": "22:00", "to": "07:30"},
        "kinds": ["offer", "ruling"],
        "lead_seconds": 7200,
    }
    put = anne.http.put(PATH, json=wish)
    assert put.status_code == 200, put.text
    shown = anne.http.get(PATH).json()
    assert {name: shown[name] for name in wish} == wish
    assert put.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"language": "xx"},
        {"language": "en", "time_zone": "Mars/Olympus"},
        {"language": "en", "time_zone": "../../etc/passwd"},
        {"language": "en", "time_zone": "UTC\x00"},
        {"language": "en", "quiet_hours": {"from": "22:00"}},
        {"language": "en", "quiet_hours": {"from": "22:00", "to": "24:00"}},
        {"language": "en", "quiet_hours": {"from": "7:0", "to": "22:00"}},
        {"language": "en", "quiet_hours": {"from": "-1:00", "to": "22:00"}},
        {"language": "en", "quiet_hours": {"from": "\u0662\u0662:\u0660\u0660", "to": "07:00"}},
        {"language": "en", "quiet_hours": {"from": "22:00", "to": "22:00"}},
        {"language": "en", "kinds": ["nonsense"]},
        {"language": "en", "kinds": ["correction"]},
        {"language": "en", "kinds": ["offer"] * 41},
        {"language": "en", "lead_seconds": 1},
        {"language": "en", "lead_seconds": 10**30},
        {"language": "\ud800"},
    ],
)
def test_wishes_that_make_no_sense_are_refused(anne: Browser, body: dict[str, Any]) -> None:
    response = anne.http.put(
        PATH, content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 422, response.text
    assert response.json()["code"] in ("invalid-input", "invalid-request")


@pytest.mark.parametrize(
    ("kind", "target", "code"),
    [
        ("webhook", "nonsense", "webhook-invalid"),
        ("webhook", "https://user:pass@desk.example/", "webhook-invalid"),
        ("webhook", "https://no-such-host.invalid/", "name-unknown"),
        ("webhook", "x" * 1001, "invalid-request"),
        ("email", "nonsense", "email-invalid"),
        ("email", "a@example.org\nBcc: b@example.org", "email-invalid"),
        ("chat", "file:///etc/passwd", "chat-invalid"),
        ("fax", "1", "invalid-request"),
    ],
)
def test_channels_that_make_no_sense_are_refused(
    anne: Browser, kind: str, target: str, code: str
) -> None:
    response = anne.http.post(f"{PATH}/channels", json={"kind": kind, "target": target})
    is_problem(response, 422, code)
    assert anne.http.get(PATH).json()["channels"] == []


def test_nobody_touches_anothers_channel(stage: Stage, anne: Browser, receiver: Receiver) -> None:
    channel = add(anne, "webhook", receiver.url)["id"]
    with browser(stage.service.url) as other:
        other.sign_in(Person())
        for method, path in (("DELETE", ""), ("POST", "/secret"), ("POST", "/enable")):
            response = other.http.request(method, f"{PATH}/channels/{channel}{path}")
            is_problem(response, 404, "channel-unknown")
    assert anne.http.delete(f"{PATH}/channels/{channel}").status_code == 204
    assert anne.http.get(PATH).json()["channels"] == []


def test_there_are_only_so_many_channels(anne: Browser, receiver: Receiver) -> None:
    for number in range(10):
        add(anne, "webhook", f"{receiver.url}/{number}")
    response = anne.http.post(f"{PATH}/channels", json={"kind": "webhook", "target": receiver.url})
    is_problem(response, 409, "channels-full")


def test_a_test_message_comes_by_itself(stage: Stage, anne: Browser, receiver: Receiver) -> None:
    added = add(anne, "webhook", receiver.url)
    with stage.worker():
        assert anne.http.post(f"{PATH}/test").status_code == 202
        until(lambda: len(receiver.posts) == 1, "the test")
    (post,) = receiver.posts
    assert Webhook(added["secret"]).verify(post.body, dict(post.headers))["type"] == "test"
    is_problem(anne.http.post(f"{PATH}/test"), 409, "test-too-soon")


def test_what_happens_on_the_chain_comes_by_itself(
    stage: Stage, anne: Browser, receiver: Receiver
) -> None:
    world, service = stage.world, stage.service
    shop = world.register()
    with browser(service.url) as mine:
        person = service.person()
        mine.sign_in(person)
        secret = add(mine, "webhook", receiver.url)["secret"]
        # An account of the node's, whose channel is put there by hand.
        stage.sql(
            f"UPDATE subscriber SET account = '{world.customer}'"  # noqa: S608
            f" WHERE account = '{person.address}'"
        )
        stage.sql(
            f"UPDATE channel SET account = '{world.customer}'"  # noqa: S608
            f" WHERE account = '{person.address}'"
        )
        with stage.worker():
            complaint = world.file(world.pay(shop))
            world.offer(complaint, 4000)
            until(lambda: len(receiver.posts) == 1, "the offer")
    said = Webhook(secret).verify(receiver.posts[0].body, dict(receiver.posts[0].headers))
    assert (said["type"], said["data"]["complaint"]) == ("case.offer", complaint)
    assert said["data"]["finality"] in ("latest", "finalized")


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(
    stage: Stage, anne: Browser, receiver: Receiver
) -> None:
    """It is killed while the other side has the message and has not answered."""
    secret = add(anne, "webhook", receiver.url)["secret"]
    with stage.worker() as first:

        def kill() -> None:
            receiver.before = lambda: None
            os.kill(first.pid, signal.SIGKILL)

        receiver.before = kill
        anne.http.post(f"{PATH}/test")
        until(lambda: first.poll() is not None, "the end of the worker")
    assert len(receiver.posts) == 1
    # Its lease is over.
    stage.sql("UPDATE channel SET next_at = 0")
    stage.sql("UPDATE letter SET next_try_at = 0 WHERE state = 'pending'")
    with stage.worker():
        until(lambda: len(receiver.posts) == 2, "the message again")
        until(stage.is_settled, "settled")
    once, again = receiver.posts
    assert once.headers["webhook-id"] == again.headers["webhook-id"]
    assert once.body == again.body
    assert once.signed_with(secret)
    assert again.signed_with(secret)


def test_a_worker_shows_how_much_there_is_to_do(
    stage: Stage, anne: Browser, receiver: Receiver
) -> None:
    port = free_port()
    receiver.answers = [500]
    add(anne, "webhook", receiver.url)
    anne.http.post(f"{PATH}/test")
    with stage.worker("measured", "--metrics-port", str(port)):

        def shown() -> str:
            return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE_SECONDS).text

        tried = 'redress_messages_tries_total{channel="webhook",outcome="status-500"} 1.0'
        until(lambda: tried in shown(), "the failure")
        assert "redress_messages_pending" in shown()
        assert "redress_messages_oldest_seconds" in shown()


def test_several_workers_send_each_message_once(stage: Stage) -> None:
    with stage.worker("one"), stage.worker("two"), Receiver() as receiver:
        for _ in range(12):
            with browser(stage.service.url) as mine:
                mine.sign_in(Person())
                add(mine, "webhook", receiver.url)
                assert mine.http.post(f"{PATH}/test").status_code == 202
        until(lambda: len(receiver.posts) >= 12, "all tests")
        until(stage.is_settled, "settled")
        assert len({post.headers["webhook-id"] for post in receiver.posts}) == 12
        assert len(receiver.posts) == 12


def test_an_address_is_confirmed_on_a_page_and_not_by_a_robot(stage: Stage, anne: Browser) -> None:
    address = "anne@example.org"
    add(anne, "email", address)
    with stage.worker():
        until(lambda: bool(stage.mails_to(address)), "the question")
        link = link_of(stage.mails_to(address)[0], "confirm")
        assert stage.service.url.split(":")[0] in bodies(stage.mails_to(address)[0])[0]
        page = f"/messages/confirm?link={link}"
        with httpx.Client(base_url=stage.service.url, timeout=PATIENCE_SECONDS) as robot:
            shown = robot.get(page)
            assert shown.status_code == 200
            assert '<form method="post">' in shown.text
            assert shown.headers["referrer-policy"] == "no-referrer"
            (channel,) = anne.http.get(PATH).json()["channels"]
            assert channel["state"] == "unconfirmed"
            assert robot.post(page).status_code == 200
            (channel,) = anne.http.get(PATH).json()["channels"]
            assert (channel["state"], channel["target"]) == ("active", address)
            anne.http.post(f"{PATH}/test")
            until(lambda: len(stage.mails_to(address)) == 2, "the test")
            stop = link_of(stage.mails_to(address)[1], "unsubscribe")
            one_click = robot.post(
                f"/messages/unsubscribe?link={stop}", data={"List-Unsubscribe": "One-Click"}
            )
            assert one_click.status_code == 200
    assert anne.http.get(PATH).json()["channels"] == []


@pytest.mark.parametrize("page", ["confirm", "unsubscribe", "refuse"])
@pytest.mark.parametrize("link", ["", "x", "a.b.c", "<script>alert(1)</script>", "%00", "é"])
def test_a_link_that_is_not_ours_opens_nothing(stage: Stage, page: str, link: str) -> None:
    with httpx.Client(base_url=stage.service.url, timeout=PATIENCE_SECONDS) as http:
        for method in ("GET", "POST"):
            response = http.request(method, f"/messages/{page}", params={"link": link})
            assert response.status_code == 404
            assert "<script>alert" not in response.text
        assert http.get(f"/messages/{page}", params={"link": "x" * 300}).status_code == 422


def test_a_calendar_opens_with_its_token_alone(stage: Stage, anne: Browser) -> None:
    url = anne.http.post(f"{PATH}/calendar").json()["url"]
    with httpx.Client(timeout=PATIENCE_SECONDS) as stranger:
        found = stranger.get(url)
        assert found.status_code == 200
        assert found.headers["content-type"] == "text/calendar; charset=utf-8"
        assert Calendar.from_ical(found.content)["version"] == "2.0"
        assert "no-store" in found.headers["cache-control"]
        is_problem(stranger.get(url + "x"), 404, "calendar-unknown")
        anew = anne.http.post(f"{PATH}/calendar").json()["url"]
        is_problem(stranger.get(url), 404, "calendar-unknown")
        assert stranger.get(anew).status_code == 200
        assert anne.http.get(PATH).json()["calendar"] is True
        assert anne.http.delete(f"{PATH}/calendar").status_code == 204
        is_problem(stranger.get(anew), 404, "calendar-unknown")


def test_every_operation_has_an_example(stage: Stage) -> None:
    paths = stage.service.http.get("/v1/openapi.json").json()["paths"]
    starts = ("/v1/me/notifications", "/v1/me/deadlines")
    ours = {path: found for path, found in paths.items() if path.startswith(starts)}
    assert len(ours) == 10
    for operations in ours.values():
        for operation in operations.values():
            assert operation["description"]
            contents = [
                one
                for answer in operation["responses"].values()
                for one in answer.get("content", {}).values()
            ]
            statuses = set(operation["responses"])
            assert "204" in statuses or any("example" in one for one in contents)
