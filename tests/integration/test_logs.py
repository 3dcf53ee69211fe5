"""Logs say what happened, and nothing that must stay secret."""

import json
import re
from contextlib import closing
from pathlib import Path

import pytest

from dapp.cli.logging import Redaction, secrets_of
from dapp.settings import Settings
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain import process
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import environment, running, until
from tests.world import World

KEY, PASSWORD, TOKEN, QUERY = (
    "nodekey1234567890",
    "databasepw98765",
    "feedtoken4711",
    "querytoken0815",
)


def lines(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def test_no_secret_reaches_a_log(postgres: Postgres, tmp_path: Path) -> None:
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, tmp_path / "deployments")) as world,
    ):
        env = environment(node.url, url, tmp_path / "deployments", tmp_path / "data")
        env["REDRESS_NODE_URL"] = f"{node.url.replace('//', f'//user:{KEY}@')}/?token={KEY}"
        env["DATABASE_URL"] = url.replace("postgres@", f"postgres:{PASSWORD}@")
        world.register()
        with running(world, env, tmp_path) as service:
            http = service.http
            headers = {"X-Request-Id": "ask-1", "Authorization": f"Bearer {TOKEN}"}
            answer = http.get(f"/v1/organisations/1?token={QUERY}", headers=headers)
            assert (answer.status_code, answer.headers["X-Request-Id"]) == (200, "ask-1")
            assert re.fullmatch("[0-9a-f]{32}", http.get("/v1/clerk").headers["X-Request-Id"])
            forged = http.get("/v1/clerk", headers={"X-Request-Id": 'a"b'})
            assert re.fullmatch("[0-9a-f]{32}", forged.headers["X-Request-Id"])
            http.get(f"/v1/{TOKEN}/nothing?{QUERY}")
            http.post("/v1/evidence", data={"author": TOKEN, "text": QUERY})
            process.stop(node.process)
            assert http.post("/v1/actions/register", json={"actor": world.customer}).is_error
            until(lambda: "node-unavailable" in (tmp_path / "index.log").read_text(), "an outage")
    told = lines(tmp_path / "serve.log")
    asked = next(one for one in told if one.get("request") == "ask-1")
    assert asked["route"] == "/v1/organisations/{organisation}"
    assert (asked["event"], asked["method"], asked["status"]) == ("request", "GET", 200)
    assert {"route": "unknown", "status": 404}.items() <= next(
        one for one in told if one.get("status") == 404
    ).items()
    for log in (tmp_path / "serve.log", tmp_path / "index.log"):
        text = log.read_text()
        assert len(text) > 100
        found = [one for one in (KEY, PASSWORD, TOKEN, QUERY) if one in text]
        assert found == [], log.name


def test_secrets_in_anybodys_words_are_struck_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("pinning-token-1\n")
    monkeypatch.setenv("REDRESS_NODE_URL", f"https://node.example/v3/{KEY},http://other.example:1")
    monkeypatch.setenv("DATABASE_URL", f"postgresql://u:{PASSWORD}%21@db.example/redress")
    monkeypatch.setenv("REDRESS_PINNING_URL", "https://pin.example/psa")
    monkeypatch.setenv("REDRESS_KUBO_URL", "http://127.0.0.1:5001")
    monkeypatch.setenv("REDRESS_PINNING_TOKEN_FILE", str(token))
    strike = Redaction(secrets_of(Settings()))
    said = {
        "event": f"GET https://node.example/v3/{KEY} failed",
        "exception": f"connection to u:{PASSWORD}! refused",
        "fields": {"of": [f"x {PASSWORD}%21", "pinning-token-1"]},
        "other": "http://someone:else@host/",
        "number": 7,
    }
    clean = json.dumps(strike(None, "info", said), ensure_ascii=False)
    for secret in (KEY, PASSWORD, "pinning-token-1", "someone:else", "node.example"):
        assert secret not in clean
    assert '"number": 7' in clean
    assert "redress" not in secrets_of(Settings())
