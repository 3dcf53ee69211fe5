"""Help, drafts and posted mail through the running service."""

import re
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from dapp.service.help.library import LANGUAGES, library
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import Person, Service, environment, redress, running, until
from tests.api_scene import is_problem
from tests.integration.test_api_session import Browser, browser
from tests.integration.test_mail_door import letter
from tests.messaging import MailServer, bodies, mail_server
from tests.patience import PATIENCE_SECONDS
from tests.world import World

MAIL = "/v1/drafts/email"
TOKEN = "a-token-of-the-gateway"
PAGE = re.compile(r'name="answer" value="([^"]+)"')


@dataclass(frozen=True)
class Stage:
    service: Service
    world: World
    env: dict[str, str]
    folder: Path
    mail: MailServer

    @property
    def http(self) -> httpx.Client:
        return self.service.http

    def post(self, raw: bytes, token: str = TOKEN, kind: str = "message/rfc822") -> httpx.Response:
        headers = {b"Authorization": f"Bearer {token}".encode(), b"Content-Type": kind.encode()}
        return self.http.post(MAIL, content=raw, headers=headers)

    def draft(self, number: int, **headers: str) -> str:
        """What opens the draft of a message that was just posted."""
        before = len(self.mail.raw)
        response = self.post(letter(number, **headers))
        assert response.json() == {"state": "draft", "reason": None}
        until(lambda: len(self.mail.raw) > before, "the answer")
        return bodies(self.mail.mails[-1])[0].partition("/file?draft=")[2].split()[0]


@pytest.fixture(scope="module")
def stage(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("help")
    (folder / "token").write_text(TOKEN + "\n")
    with (
        mail_server() as mail,
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        env = {
            **environment(node.url, url, folder / "deployments", folder / "data"),
            "REDRESS_SMTP_HOST": "127.0.0.1",
            "REDRESS_SMTP_PORT": str(mail.port),
            "REDRESS_SMTP_SECURITY": "none",
            "REDRESS_SMTP_SENDER": "Redress <messages@redress.example>",
            "REDRESS_MAIL_TOKEN_FILE": str(folder / "token"),
            "REDRESS_MAIL_MAX_BYTES": "100000",
            "REDRESS_TRUSTED_PROXIES": "1",
        }
        with running(world, env, folder) as service:
            yield Stage(service, world, env, folder, mail)


@pytest.fixture
def anne(stage: Stage) -> Iterator[Browser]:
    with browser(stage.service.url) as found:
        found.sign_in(Person())
        yield found


def test_help_by_words_kind_and_diagnosis(stage: Stage) -> None:
    found = stage.service.get("/v1/help", q="手续费太低", lang="en")
    assert found["automatic"] is True
    first = found["articles"][0]
    assert (first["slug"], first["language"]) == ("low-fee", "zh")
    assert any(part["match"] for part in first["snippet"])
    (only,) = stage.service.get("/v1/help", diagnosis="failed", lang="ru")["articles"]
    assert (only["slug"], only["language"]) == ("transaction-failed", "ru")
    assert stage.service.get("/v1/help", kind="security")["articles"][0]["slug"] == "phishing"
    is_problem(stage.http.get("/v1/help?kind=nonsense"), 422, "kind-unknown")
    is_problem(stage.http.get("/v1/help?diagnosis=x"), 422, "diagnosis-unknown")
    is_problem(stage.http.get("/v1/help", params={"q": "x" * 301}), 422, "invalid-request")
    is_problem(stage.http.get("/v1/help/nothing"), 404, "article-unknown")
    assert stage.http.get("/v1/help", params={"q": "%00' OR <script>"}).status_code == 200


def test_an_answer_counts_once_by_api_and_by_page(stage: Stage) -> None:
    article = stage.service.get("/v1/help/offers", kind="order")
    said = {"helped": True, "answer": article["answer"], "kind": "order"}
    place = "/v1/help/offers/helped"
    assert stage.http.post(place, json=said).json() == {"counted": True}
    assert stage.http.post(place, json=said).json() == {"counted": False}
    shown = stage.http.get("/help/offers?kind=order").text
    (answer,) = PAGE.findall(shown)
    data = {"helped": "no", "answer": answer, "kind": "order"}
    done = stage.http.post("/help/offers", data=data)
    assert done.status_code == 200
    assert "Report a problem" in done.text
    found = stage.service.get("/v1/help/stats")
    assert {"slug": "offers", "helped": 1, "not_helped": 1} in found["articles"]
    assert {"kind": "order", "helped": 1, "not_helped": 1} in found["kinds"]
    assert found["deflected"] >= 1


def test_behind_a_proxy_each_reader_answers_for_himself(stage: Stage) -> None:
    def counts(reader: str) -> bool:
        answer = stage.service.get("/v1/help/phishing")["answer"]
        said = {"helped": True, "answer": answer}
        there = {"X-Forwarded-For": reader}
        response = stage.http.post("/v1/help/phishing/helped", json=said, headers=there)
        return bool(response.json()["counted"])

    until(lambda: not counts("203.0.113.7"), "it is too much from one place")
    assert counts("203.0.113.8")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_article_is_a_page(stage: Stage, language: str) -> None:
    with httpx.Client(base_url=stage.service.url, timeout=PATIENCE_SECONDS) as http:
        for slug, article in library()[language].items():
            page = http.get(f"/help/{slug}", params={"lang": language})
            assert page.status_code == 200
            assert f'<div class="narrow" lang="{language}">' in page.text
            assert article.title in page.text
            for place in re.findall(r'<a href="(/[^"]*)"', page.text):
                assert not place.startswith("//")


def test_the_search_works_without_script_and_shows_what_was_asked_as_text(stage: Stage) -> None:
    page = stage.http.get("/help", params={"q": '"><script>alert(1)</script> refund'})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<mark>refund</mark>" in page.text
    part = stage.http.get("/help", params={"q": "refund"}, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "refund-not-arrived" in part.text
    assert stage.http.get("/help?q=zzzzz").text.count("No article has these words") == 1
    chinese = stage.http.get("/help", headers={"Accept-Language": "zh-CN"})
    assert "手续费太低" in chinese.text


def test_articles_are_suggested_before_filing(stage: Stage) -> None:
    part = stage.http.get("/help/suggested?category=1")
    assert "/help/low-fee?kind=transaction" in part.text
    assert "Chosen by a program, not by a person." in part.text
    assert stage.http.get("/help/suggested?category=7").status_code == 422


def test_posted_mail_becomes_a_draft_that_fills_the_form_in(stage: Stage) -> None:
    customer = stage.world.customer
    organisation = stage.world.register()
    paid = stage.world.pay(organisation)
    stage.service.wait_for(stage.world.block_number())
    text = 'The parcel </textarea><script>alert(1)</script> "never" came.'
    raw = letter(1, Subject="Broken", To=f"complaints+{organisation}@redress.example")
    before = len(stage.mail.raw)
    assert stage.post(raw.replace(b"The parcel never came.", text.encode())).status_code == 202
    until(lambda: len(stage.mail.raw) > before, "the answer")
    link = bodies(stage.mail.mails[-1])[0].partition("/file?draft=")[2].split()[0]
    unconnected = stage.http.get("/file", params={"draft": link})
    assert f'name="draft" value="{link}"' in unconnected.text
    page = stage.http.get("/file", params={"draft": link, "account": customer})
    assert (page.headers["referrer-policy"], page.headers["cache-control"]) == (
        "no-referrer",
        "no-store",
    )
    assert "The parcel &lt;/textarea&gt;&lt;script&gt;" in page.text
    assert f'data-draft="mail.{link}"' in page.text
    assert '"name": "parcel.png"' in page.text
    assert re.search(rf'value="{paid.key}"[^>]* checked', page.text)
    mine = {"Authorization": f"Bearer {link}"}
    shown = stage.http.get(MAIL, headers=mine).json()
    assert (shown["text"], shown["organisation"]) == (text, organisation)
    file = stage.http.get(f"{MAIL}/files/0", headers=mine)
    assert (file.content, file.headers["content-type"]) == (b"PNG", "application/octet-stream")
    assert file.headers["content-disposition"] == "attachment"
    is_problem(stage.http.get(f"{MAIL}/files/1", headers=mine), 404, "draft-unknown")
    assert stage.http.delete(MAIL, headers=mine).status_code == 204
    is_problem(stage.http.get(MAIL, headers=mine), 404, "draft-unknown")
    assert stage.http.get("/file", params={"draft": link}).status_code == 404


def test_only_the_gateway_posts_and_only_messages(stage: Stage) -> None:
    is_problem(stage.http.post(MAIL, content=letter()), 401, "token-missing")
    is_problem(stage.post(letter(), token="x"), 401, "token-wrong")
    is_problem(stage.post(letter(), token="ы"), 401, "token-wrong")
    is_problem(stage.post(letter(), kind="text/plain"), 422, "media-type-wrong")
    is_problem(stage.post(b"x" * 100_001), 413, "body-too-large")
    is_problem(stage.post(b"nonsense"), 422, "mail-sender-invalid")
    is_problem(stage.post(letter(5, X_Long="x" * 70_000)), 422, "mail-too-complex")
    link = stage.draft(6)
    is_problem(stage.post(letter(), token=link), 401, "token-wrong")
    for other in ("x", TOKEN, link[:-2]):
        headers = {"Authorization": f"Bearer {other}"}
        is_problem(stage.http.get(MAIL, headers=headers), 404, "draft-unknown")
        is_problem(stage.http.delete(MAIL, headers=headers), 404, "draft-unknown")
    assert stage.http.get(MAIL, headers={"Authorization": f"Bearer {link}"}).status_code == 200


def test_the_process_answers_what_the_web_could_not(stage: Stage) -> None:
    stage.mail.refusals = [b"451 later"]
    assert stage.post(letter(7, From="late@example.org")).json()["state"] == "draft"
    until(lambda: not stage.mail.refusals, "the first try")
    with psycopg.connect(stage.env["DATABASE_URL"], autocommit=True) as connection:

        def waits() -> bool:
            found = connection.execute("SELECT max(due_at) FROM mail_draft").fetchone()
            return found is not None and found[0] - time.time() < 31

        until(waits, "the second try to be set")
        connection.execute("UPDATE mail_draft SET due_at = 0")
    log = stage.folder / "mail.log"
    with redress(log, stage.env, "mail", "run", "--poll-seconds", "1") as child:
        until(lambda: "mail is taken" in log.read_text(), "the process")
        until(lambda: any(one["To"] == "late@example.org" for one in stage.mail.mails), "it")
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE_SECONDS) == 0
    assert "late@example.org" not in log.read_text()


def test_drafts_of_an_account_are_its_own(stage: Stage, anne: Browser) -> None:
    place = "/v1/me/drafts/order-17"
    is_problem(stage.http.get("/v1/me/drafts"), 401, "sign-in-required")
    put = anne.http.put(place, json={"text": "\u0000 never <b>came</b>", "n": 10**30})
    assert put.status_code == 200, put.text
    assert anne.http.get(place).json() == put.json()
    with browser(stage.service.url) as ben:
        ben.sign_in(Person())
        is_problem(ben.http.get(place), 404, "draft-unknown")
        assert ben.http.delete(place).status_code == 204
    evil = {"Origin": "https://evil.example"}
    is_problem(anne.http.put(place, json={}, headers=evil), 403, "cross-site")
    for number in range(19):
        assert anne.http.put(f"/v1/me/drafts/{number}", json={}).status_code == 200
    is_problem(anne.http.put("/v1/me/drafts/more", json={}), 507, "drafts-full")
    assert anne.http.put(place, json={"text": "again"}).status_code == 200
    kept = {one["id"]: one["draft"] for one in anne.http.get("/v1/me/drafts").json()["drafts"]}
    assert (len(kept), kept["order-17"], kept["0"]) == (20, {"text": "again"}, {})
    assert anne.http.delete(place).status_code == 204
    is_problem(anne.http.get(place), 404, "draft-unknown")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"x": NaN}', "draft-invalid"),
        (b'{"x": "\\ud800"}', "draft-invalid"),
        (b'{"x": "' + b"x" * 70_000 + b'"}', "draft-too-large"),
        (b"[1]", "invalid-request"),
        (b"{", "json-invalid"),
    ],
)
def test_drafts_are_small_json_that_everybody_can_read(
    anne: Browser, body: bytes, code: str
) -> None:
    headers = {"Content-Type": "application/json"}
    response = anne.http.put("/v1/me/drafts/a", content=body, headers=headers)
    is_problem(response, 400 if code == "json-invalid" else 422, code)
    is_problem(anne.http.get("/v1/me/drafts/a"), 404, "draft-unknown")


def test_a_bad_name_or_a_deep_draft_is_refused(anne: Browser) -> None:
    is_problem(anne.http.put("/v1/me/drafts/a%20b", json={}), 422, "invalid-request")
    headers = {"Content-Type": "application/json"}
    deep = b'{"x":' * 20_000 + b"1" + b"}" * 20_000
    response = anne.http.put("/v1/me/drafts/a", content=deep, headers=headers)
    assert 400 <= response.status_code < 500, response.text
