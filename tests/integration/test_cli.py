"""The `redress` command: what it reads, what it refuses, and by which exit code it says so."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dapp.audit.verify import verify
from dapp.domain.types import Hash32
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain import process
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import environment, redress, until
from tests.terminal import Done, refusal, run, spawn
from tests.world import World

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(3 * 1024 * 1024)


@dataclass(frozen=True)
class Desk:
    """A command line with an index behind it."""

    world: World
    env: dict[str, str]
    folder: Path
    complaint: int

    def run(self, *words: str, **variables: str) -> Done:
        """In this process, which is quicker."""
        return run({**self.env, **variables}, *words)

    def spawn(self, *words: str, **variables: str) -> Done:
        """In a process of its own: a long-running command sets up logs and signals."""
        return spawn({**self.env, **variables}, *words)

    def read(self, *words: str) -> dict[str, Any]:
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def desk(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("cli")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        world.stake()
        complaint = world.dispute(world.register(), [5000, 5500, 7000])
        env = environment(node.url, url, folder / "deployments", folder / "data")
        with redress(folder / "index.log", env, "index", "run"):
            found = Desk(world, env, folder, complaint)
            until(lambda: indexed(found), "the index has caught up")
            yield found


def indexed(desk: Desk) -> bool:
    done = desk.run("index", "status", "--json")
    if done.returncode:
        return False
    return bool(json.loads(done.stdout)["as_of_block"] == desk.world.block_number())


def test_a_case_is_shown_in_words_and_in_json(desk: Desk) -> None:
    case = desk.read("case", "show", str(desk.complaint))["case"]
    assert case["ruling"]["share"] == 5500
    shown = desk.run("case", "show", str(desk.complaint)).stdout.decode()
    assert "55 %" in shown
    assert case["trail"] in "".join(shown.split())


def test_cases_are_listed(desk: Desk) -> None:
    listed = desk.read("case", "list", "--customer", desk.world.customer)["cases"]
    assert [one["id"] for one in listed] == [desk.complaint]
    assert desk.read("case", "list", "--state", "filed")["cases"] == []
    assert b"confirmed" in desk.run("case", "list").stdout


def test_the_timeline_names_who_and_what(desk: Desk) -> None:
    events = desk.read("case", "timeline", str(desk.complaint))["events"]
    names = [event["name"] for event in events]
    assert names[:2] == ["Paid", "Filed"]
    assert names[-2:] == ["Rated", "Rated"]
    table = desk.run("case", "timeline", str(desk.complaint), COLUMNS="200").stdout.decode()
    assert "InformationRequested" in table
    assert events[-1]["transaction"] in table


def test_an_action_is_prepared_for_a_wallet_of_ones_own(desk: Desk) -> None:
    words = ("stake", "--actor", desk.world.bystander, "tickets=2")
    prepared = desk.read("prepare", *words)
    assert prepared["transaction"]["from"] == desk.world.bystander
    assert prepared["typed_data"]["message"]["tickets"] == "2"
    shown = desk.run("prepare", *words).stdout.decode()
    assert prepared["transaction"]["data"] in "".join(shown.split())
    refusal(desk.run("prepare", "stake", "--actor", desk.world.bystander), "parameter-missing")
    refusal(
        desk.run("prepare", "stake", "--actor", desk.world.bystander, "tickets"),
        "parameter-invalid",
    )


def test_the_panel_of_a_case_is_shown(desk: Desk) -> None:
    panel = desk.read("case", "panel", str(desk.complaint))
    assert (panel["drawn"], len(panel["seats"])) == (True, 3)
    shown = desk.run("case", "panel", str(desk.complaint)).stdout.decode()
    assert panel["seats"][0]["owner"] in shown


def test_the_index_says_where_it_stands(desk: Desk) -> None:
    status = desk.read("index", "status")
    assert status["chain"] == "eip155:31337"
    assert status["complaints"] == 1
    assert status["mismatches"] == []
    assert b"eip155:31337" in desk.run("index", "status").stdout


def test_the_index_is_compared_with_the_chain(desk: Desk) -> None:
    (found,) = desk.read("index", "verify").values()
    assert found["faults"] == []
    assert found["blocks"] == found["proven"] > 0
    assert (found["logs"] > 0, found["complaints"]) == (True, 1)


def test_evidence_comes_out_as_it_went_in(desk: Desk, tmp_path: Path) -> None:
    picture = tmp_path / "lamp.png"
    picture.write_bytes(PICTURE)
    author = desk.world.customer
    stored = desk.read("evidence", "add", str(picture), "--author", author, "--text", "Broken.")
    assert stored["items"][0]["media_type"] == "image/png"
    target = tmp_path / "out.png"
    got = desk.run("evidence", "get", stored["items"][0]["cid"], "--output", str(target))
    assert got.returncode == 0
    assert target.read_bytes() == PICTURE
    manifest = desk.run("evidence", "get", stored["digest"]).stdout
    assert "0x" + hashlib.sha256(manifest).hexdigest() == stored["digest"]
    assert desk.read("evidence", "verify", stored["digest"])["verified"] is True
    again = desk.run("evidence", "get", stored["items"][0]["cid"], "--output", str(target))
    assert "exists already" in refusal(again, "invalid-input")


def test_sealed_evidence_is_opened_with_its_envelope(desk: Desk, tmp_path: Path) -> None:
    picture, backup, envelope = tmp_path / "lamp.png", tmp_path / "me.age", tmp_path / "envelope"
    picture.write_bytes(PICTURE)
    words = {"REDRESS_PASSPHRASE": "several random words"}
    made = desk.run("keys", "new", "-o", str(backup), "--json", **words)
    sealed = ("--sealed", "--to", json.loads(made.stdout)["recipient"], "--envelope", str(envelope))
    author = desk.world.customer
    stored = desk.read("evidence", "add", str(picture), "--author", author, *sealed)
    assert b"lamp" not in desk.run("evidence", "get", stored["digest"]).stdout
    keys = ("--envelope", str(envelope), "--identity", str(backup))
    opening = ("evidence", "open", stored["digest"], *keys, "-o", str(tmp_path / "out"))
    assert desk.run(*opening, **words).returncode == 0
    assert (tmp_path / "out" / "lamp.png").read_bytes() == PICTURE
    refusal(desk.run(*opening, REDRESS_PASSPHRASE="other random words"), "passphrase-wrong")


def test_damaged_evidence_does_not_verify(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "talk.txt"
    file.write_bytes(b"A: it is broken")
    author = desk.world.customer
    stored = desk.read("evidence", "add", str(file), "--author", author)
    for block in (desk.folder / "data" / "vault" / "blocks").rglob("*"):
        if block.is_file() and block.read_bytes() == b"A: it is broken":
            block.write_bytes(b"A: it is perfect")
    found = desk.run("evidence", "verify", stored["digest"], "--json")
    assert found.returncode == 1
    assert json.loads(found.stdout)["verified"] is False
    assert b"NOT verified" in desk.run("evidence", "verify", stored["digest"]).stdout


def test_a_healthy_service_is_said_to_be_healthy(desk: Desk) -> None:
    found = desk.read("doctor")
    assert found["healthy"] is True
    names = {check["name"] for check in found["checks"]}
    assert names == {
        "disk", "data folder", "clock", "vault", "deployment", "database", "index"
    }  # fmt: skip


def test_where_evidence_is_held_is_said(desk: Desk, tmp_path: Path) -> None:
    """A node that is away refuses nothing; a server will send it later."""
    file = tmp_path / "talk.txt"
    file.write_bytes(b"A: where is it?")
    away = f"http://127.0.0.1:{process.free_port()}"
    words = ("evidence", "add", str(file), "--author", desk.world.customer)
    stored = json.loads(desk.run(*words, "--json", REDRESS_KUBO_URL=away).stdout)
    assert stored["stored"] == ["vault"]
    (replica,) = stored["items"][0]["replicas"]
    assert (replica["target"], replica["state"]) == ("kubo", "pending")
    with psycopg.connect(desk.env["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT root, target, state FROM replication").fetchall()
    assert {stored["cid"], stored["items"][0]["cid"]} <= {root for root, _, _ in rows}
    shown = desk.run("evidence", "show", stored["digest"], "--json", REDRESS_KUBO_URL=away)
    assert json.loads(shown.stdout) == stored
    table = desk.run("evidence", "show", stored["digest"], REDRESS_KUBO_URL=away).stdout.decode()
    assert table.count("kubo pending") == 2
    gone = desk.read("evidence", "show", stored["digest"])
    assert gone["replicas"][0]["state"] == "removed"
    sick = desk.run("doctor", "--json", REDRESS_KUBO_URL=away)
    assert sick.returncode == 1
    (check,) = [c for c in json.loads(sick.stdout)["checks"] if c["name"] == "replicas: kubo"]
    assert check["ok"] is False
    assert "pending" in check["detail"]
    asked = desk.run("pin", "check", "--json", REDRESS_KUBO_URL=away)
    assert asked.returncode == 1
    missing = {one["cid"]: one["problem"] for one in json.loads(asked.stdout)["missing"]}
    assert missing[stored["cid"]] == "kubo_unreachable"
    assert desk.read("pin", "check")["targets"] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("evidence", "show", "0x" + "11" * 32), "evidence-not-here"),
        (("case", "show", "999"), "complaint-unknown"),
        (("case", "list", "--state", "lost"), "invalid-input"),
        (("case", "list", "--customer", "me"), "invalid-input"),
        (("case", "list", "--cursor", "x"), "invalid-input"),
        (("evidence", "get", "nonsense"), "cid-invalid"),
        (("evidence", "get", "0x" + "11" * 32), "block-missing"),
        (("evidence", "verify", "0x12"), "invalid-input"),
        (("evidence", "add", "--author", "0x" + "11" * 20), "evidence-empty"),
        (("index", "rebuild", "--yes"), "indexer-running"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_1(
    desk: Desk, words: tuple[str, ...], code: str
) -> None:
    refusal(desk.run(*words), code)


@pytest.mark.parametrize(
    "words",
    [
        ("bogus",),
        ("case", "show"),
        ("case", "show", "0"),
        ("case", "show", "x"),
        ("case", "list", "--bogus"),
        ("case", "list", "--limit", "0"),
        ("serve", "--port", "70000"),
        ("evidence", "add", "/nowhere/at/all", "--author", "0x" + "11" * 20),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(words: tuple[str, ...]) -> None:
    refusal(run(os.environ, *words), "usage", 2)


def test_a_node_that_is_away_is_said_to_be_away(desk: Desk, database_url: str) -> None:
    away = f"http://127.0.0.1:{process.free_port()}"
    done = desk.spawn("index", "run", REDRESS_NODE_URL=away, DATABASE_URL=database_url)
    assert "REDRESS_NODE_URL" in refusal(done, "node-unavailable")
    sick = desk.run("doctor", REDRESS_NODE_URL=away, DATABASE_URL=database_url)
    assert sick.returncode == 1
    assert b"node-unavailable" in sick.stdout


def test_reads_need_no_node(desk: Desk) -> None:
    away = f"http://127.0.0.1:{process.free_port()}"
    done = desk.run("case", "show", str(desk.complaint), "--json", REDRESS_NODE_URL=away)
    assert json.loads(done.stdout)["case"]["id"] == desk.complaint


def test_another_chain_is_refused(desk: Desk) -> None:
    line = refusal(desk.spawn("index", "run", REDRESS_CHAIN_ID="1"), "wrong-chain")
    assert "eip155:31337, not eip155:1" in line


def test_a_missing_deployment_is_refused(desk: Desk, tmp_path: Path) -> None:
    done = desk.spawn("serve", "--port", "0", REDRESS_DEPLOYMENTS=str(tmp_path))
    refusal(done, "deployment-missing")


def test_a_deployment_of_other_code_is_refused(desk: Desk, tmp_path: Path) -> None:
    known = desk.folder / "deployments" / "31337.json"
    content = json.loads(known.read_text())
    content["contracts"]["ComplaintDesk"]["codeHash"] = "0x" + "11" * 32
    (tmp_path / "31337.json").write_text(json.dumps(content))
    done = desk.spawn("index", "run", REDRESS_DEPLOYMENTS=str(tmp_path))
    assert "ComplaintDesk" in refusal(done, "deployment-mismatch")


def test_a_database_that_is_not_ours_is_refused_and_left_alone(
    desk: Desk, database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE wages (amount int)")
        for words in (("serve", "--port", "0"), ("index", "run")):
            refusal(desk.spawn(*words, DATABASE_URL=database_url), "database-foreign")
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    assert tables == [("wages",)]


def test_a_database_that_is_away_is_one_line_without_its_url(desk: Desk) -> None:
    url = "postgresql://somebody:hunter2@127.0.0.1:1/redress"
    assert "hunter2" not in refusal(
        desk.run("case", "list", DATABASE_URL=url), "database-unavailable"
    )


def test_a_wrong_setting_is_named(desk: Desk) -> None:
    line = refusal(desk.run("case", "list", REDRESS_PORT="many"), "setting-invalid")
    assert "REDRESS_PORT" in line


def test_what_nobody_foresaw_is_one_line_and_a_way_to_see_more(desk: Desk, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    words = ("evidence", "get", "0x" + "11" * 32)
    refusal(desk.run(*words, REDRESS_VAULT=str(blocked)), "vault-io")
    broken = spawn({**desk.env, "PYTHONPATH": broken_rich(tmp_path)}, "case", "list")
    assert "--debug" in refusal(broken, "internal-error")
    shown = spawn({**desk.env, "PYTHONPATH": broken_rich(tmp_path)}, "--debug", "case", "list")
    assert b"Traceback" in shown.stderr


def broken_rich(folder: Path) -> str:
    """A folder that makes one call of a library fail in a way that no code of ours expects."""
    place = folder / "broken"
    place.mkdir(exist_ok=True)
    (place / "sitecustomize.py").write_text(
        "import rich.table\n"
        "def fail(*_, **__):\n"
        "    raise RuntimeError('the table broke')\n"
        "rich.table.Table.add_row = fail\n"
    )
    return str(place)


def test_the_index_is_rebuilt_from_the_log(desk: Desk, postgres: Postgres) -> None:
    with postgres_tool.database(postgres) as url:
        log = desk.folder / "rebuilt.log"
        env = {**desk.env, "DATABASE_URL": url}
        other = Desk(desk.world, env, desk.folder, desk.complaint)
        with redress(log, env, "index", "run"):
            until(lambda: indexed(other), "another index")
        before = other.read("case", "show", str(desk.complaint))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DELETE FROM complaint")
        refusal(other.run("case", "show", str(desk.complaint)), "complaint-unknown")
        assert other.spawn("index", "rebuild", "--yes").returncode == 0
        after = other.read("case", "show", str(desk.complaint))
        assert after["case"]["trail"] == before["case"]["trail"]
        assert after["case"]["rounds"] == before["case"]["rounds"]


def test_a_pinning_service_that_is_set_wrongly_is_named(desk: Desk, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("two words")
    given = {
        "REDRESS_KUBO_URL": f"http://127.0.0.1:{process.free_port()}",
        "REDRESS_PINNING_URL": "https://pin.example.com",
    }
    line = refusal(desk.run("doctor", **given), "setting-invalid")
    assert "REDRESS_PINNING_TOKEN_FILE" in line
    given["REDRESS_PINNING_TOKEN_FILE"] = str(token)
    line = refusal(desk.spawn("serve", "--port", "0", **given), "pinning-misconfigured")
    assert "two words" not in line
    token.write_text("secret-token")
    given["REDRESS_PINNING_URL"] = "http://pin.example.com"
    line = refusal(desk.spawn("serve", "--port", "0", **given), "pinning-misconfigured")
    assert "secret-token" not in line


def test_bundles_are_made_whole_or_not_at_all(desk: Desk) -> None:
    number = str(desk.complaint)
    kinds = (("case", number), ("organisation", "1"), ("history",), ("history", "--since", "1"))
    for place, words in enumerate(kinds):
        output = desk.folder / f"{place}.zip"
        made = desk.read("bundle", *words, "-o", str(output), "--block", "latest")
        assert made["scope"]["kind"] == words[0]
        assert made["size"] == output.stat().st_size
        assert made["evidence"]["missing"]
        trusted = Hash32(made["block"]["hash"])
        with output.open("rb") as file:
            verdict = verify(file, trusted)
        assert verdict.verdict == "evidence-missing", verdict.message
    again = desk.folder / "again.zip"
    shown = desk.run("bundle", "case", number, "-o", str(again), COLUMNS="200").stdout.decode()
    assert "the newest indexed block, since" in shown
    assert f"missing evidence  {made['evidence']['missing'][0]}" in shown
    words = ("bundle", "case", number, "-o", str(again))
    assert "exists already" in refusal(desk.run(*words), "invalid-input")
    for more, code in (
        (("--block", "yesterday"), "invalid-input"),
        (("--block", "999999"), "block-not-indexed"),
    ):
        output = desk.folder / "refused.zip"
        refusal(desk.run("bundle", "case", number, "-o", str(output), *more), code)
    refusal(desk.run("bundle", "case", "99", "-o", str(output)), "complaint-unknown")
    refusal(desk.run("bundle", "history", "-o", str(desk.folder / "no" / "x")), "invalid-input")
    left = {path.name for path in desk.folder.iterdir() if "zip" in path.name}
    assert left == {"0.zip", "1.zip", "2.zip", "3.zip", "again.zip"}


def test_a_report_says_what_was_promised_and_what_was_kept(desk: Desk) -> None:
    found = desk.read("sla", "report", "--organisation", "1")["scorecard"]
    assert found["promises"]["acknowledged_in_time"]["share"] == 10_000
    shown = desk.run("sla", "report", "--organisation", "1").stdout.decode()
    assert "100 % (1 of 1)" in shown
    assert "4 of 5" in shown
    assert desk.world.organisation[:10] in shown
    beside = desk.run("sla", "report").stdout.decode().splitlines()
    assert [line.split()[0] for line in beside] == ["organisation", "1"]
    table = desk.run("sla", "report", "--csv").stdout.decode().splitlines()
    assert len(table) == 2
    row = dict(zip(table[0].split(","), table[1].split(","), strict=True))
    assert (row["organisation"], row["rulings.ruled"]) == ("1", "1")
    assert desk.run("sla", "report", "--filed-to", "5", "--csv").returncode == 0


def test_a_report_refuses_what_makes_no_sense(desk: Desk) -> None:
    refusal(desk.run("sla", "report", "--organisation", "9"), "organisation-unknown")
    refusal(desk.run("sla", "report", "--csv", "--json"), "invalid-input")
    assert desk.run("sla", "report", "--organisation", "0").returncode == 2
