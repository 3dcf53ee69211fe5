"""What waits for whom, what a judge reads, and cases as files: read from a service elsewhere."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyarrow import parquet

from tests.api_player import until
from tests.lying_service import lying
from tests.patience import PATIENCE_SECONDS
from tests.terminal import Terminal, refusal, run
from tests.town import Town, paid, shop, town
from tests.world import HOURS

__all__ = ["shop", "town"]


class Scene:
    """A shop with a case that has an offer and one that has no answer; people of all parts."""

    def __init__(self, town: Town, shop: Terminal) -> None:
        self.town, self.shop = town, shop
        self.customer, self.bystander = town.terminal(), town.terminal()
        self.arbitrators = [town.terminal() for _ in range(5)]
        for one in self.arbitrators:
            one.act("stake", "--tickets", 1)
        self.offered = self.file("The lamp is broken.")
        shop.act("offer", self.offered, "--share", "40%")
        self.filed = self.file("=The chair, too.")

    def file(self, text: str) -> int:
        words = ("--demand", "80%", "--category", "order", "--text", text)
        done = self.customer.act("file", paid(self.town, self.customer), *words)
        return int(done["complaint"])


@pytest.fixture(scope="module")
def scene(town: Town, shop: Terminal) -> Scene:
    return Scene(town, shop)


def waiting(who: Terminal) -> list[tuple[int, str, list[str]]]:
    rows = who.read("inbox", who.address)["cases"]
    assert rows == sorted(rows, key=lambda one: one["until"]["unix"])
    return [(one["complaint"], one["role"], one["awaits"]) for one in rows]


def test_an_inbox_holds_what_waits_for_its_owner(scene: Scene) -> None:
    (found,) = waiting(scene.customer)
    assert found[:2] == (scene.offered, "customer")
    assert found[2][:2] == ["accept", "escalate"]
    assert [row[:2] for row in waiting(scene.shop)] == [(scene.filed, "organisation")]
    assert waiting(scene.bystander) == []
    shown = scene.bystander.run("inbox", scene.bystander.address)
    assert shown.stdout == b"nothing waits for you\n"


def test_a_queue_has_first_what_the_organisation_must_do(scene: Scene) -> None:
    rows = scene.shop.read("queue", 1)["cases"]
    assert [one["complaint"] for one in rows] == [scene.filed, scene.offered]
    assert b"acknowledge" in scene.shop.run("queue", 1).stdout


def test_the_files_of_cases_hold_the_same(scene: Scene, tmp_path: Path) -> None:
    files = {kind: tmp_path / f"cases.{kind}" for kind in ("csv", "jsonl", "parquet")}
    for kind, path in files.items():
        done = scene.customer.run("export", "--format", kind, "--output", path)
        assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in files["jsonl"].read_text().splitlines()]
    assert [one["id"] for one in lines] == [scene.filed, scene.offered]
    assert lines[1]["offer_bps"] == 4000
    assert lines == parquet.read_table(files["parquet"]).to_pylist()
    with files["csv"].open(newline="") as file:
        rows = list(csv.DictReader(file))
    as_text = [
        {name: "" if value is None else str(value) for name, value in one.items()} for one in lines
    ]
    assert rows == as_text
    taken = scene.customer.run("export", "--format", "csv", "--output", files["csv"])
    assert "exists already" in refusal(taken, "invalid-input")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        path.name for path in files.values()
    )


def test_an_export_has_the_filters_of_the_list(scene: Scene) -> None:
    done = scene.customer.run("export", "--format", "jsonl", "--state", "offered")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [scene.offered]
    refusal(scene.customer.run("export", "--state", "lost"), "invalid-input")
    refusal(scene.customer.run("export", "--format", "parquet"), "usage", 2)
    refusal(
        scene.customer.run("export", "--format", "bundle", "-o", "x", "--state", "x"), "usage", 2
    )


def test_the_same_is_read_here_and_elsewhere(scene: Scene) -> None:
    town = scene.town
    here = {
        "REDRESS_NODE_URL": town.world.url,
        "REDRESS_DEPLOYMENTS": str(town.folder / "deployments"),
        "REDRESS_DATA_DIR": str(town.folder / "data"),
        "DATABASE_URL": town.database_url,
    }
    for words in (
        ("case", "list"), ("case", "timeline", str(scene.offered)), ("queue", "1"),
        ("case", "panel", str(scene.offered)), ("inbox", scene.customer.address),
    ):  # fmt: skip
        local = run(here, *words, "--json")
        assert local.returncode == 0, local.stderr
        assert json.loads(local.stdout) == scene.customer.read(*words)


def test_a_brief_says_whose_bytes_are_whose(scene: Scene) -> None:
    found = scene.customer.read("brief", scene.offered)
    (exhibit,) = found["evidence"]
    assert (exhibit["state"], exhibit["text"]) == ("verified", "The lamp is broken.")
    shown = scene.customer.run("brief", scene.offered).stdout.decode()
    for words in ("80 %", "40 %", "The lamp is broken.", "verified", scene.customer.address):
        assert words in shown
    with lying(scene.town.service.url) as liar:
        liar.lies["/ipfs"] = lambda told: b"{}"
        forging = ("brief", scene.offered, "--service", liar.url)
        (forged,) = scene.customer.read(*forging)["evidence"]
        assert (forged["state"], forged["text"]) == ("false", None)


def test_evidence_from_elsewhere_is_checked_here(scene: Scene, tmp_path: Path) -> None:
    picture, out = tmp_path / "lamp.bin", tmp_path / "out.bin"
    picture.write_bytes(bytes(range(256)) * 10_000)
    words = ("evidence", "submit", scene.filed, "--text", "See.", "--attach", picture)
    scene.customer.act(*words)
    digest = scene.town.case(scene.filed)["evidence"][-1]["digest"]
    item = scene.customer.read("evidence", "show", digest)["items"][0]
    assert scene.customer.run("evidence", "get", item["cid"], "-o", out).returncode == 0
    assert out.read_bytes() == picture.read_bytes()
    assert scene.customer.read("evidence", "verify", digest)["verified"] is True
    with lying(scene.town.service.url) as liar:
        liar.lies[f"/ipfs/{item['cid']}"] = lambda told: b"\x00" * 100
        forged = scene.customer.run("evidence", "verify", digest, "--service", liar.url)
        assert forged.returncode == 1
        assert b"NOT verified" in forged.stdout
        get = ("evidence", "get", item["cid"], "--service", liar.url, "-o", tmp_path / "forged")
        assert scene.customer.run(*get).returncode == 1
        assert not (tmp_path / "forged").exists()


def test_a_case_is_watched_until_somebody_ends_it(scene: Scene, tmp_path: Path) -> None:
    log = tmp_path / "watch.jsonl"
    words = ("case", "watch", str(scene.offered), "--every", "0.1", "--json")
    env = {**os.environ, **scene.customer.env, "REDRESS_SERVICE_URL": scene.town.service.url}
    command = [sys.executable, "-m", "dapp", *words]
    with log.open("wb") as file, _ended(subprocess.Popen(command, stdout=file, env=env)) as child:
        until(lambda: b"Offered" in log.read_bytes(), "what was there")
        scene.customer.act("evidence", "submit", scene.offered, "--text", "And this.")
        until(lambda: b"EvidenceSubmitted" in log.read_bytes(), "what happens")
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=PATIENCE_SECONDS) == 0
    told = [json.loads(line) for line in log.read_text().splitlines()]
    assert [one["name"] for one in told][-1] == "EvidenceSubmitted"
    assert {one["what"] for one in told} == {"happened"}
    refusal(scene.customer.run("case", "watch", 999), "complaint-unknown")


@contextmanager
def _ended(child: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def test_a_vote_waits_for_whoever_was_drawn(scene: Scene) -> None:
    """The last test: it takes the case to court."""
    town, case = scene.town, scene.offered
    scene.customer.act("escalate", case, "--offer", 1, "--demand", "80%")
    town.world.mine(5)
    town.service.wait_for(town.world.block_number())
    panel = town.service.get(f"/v1/cases/{case}/panel")["seats"]
    (first, *_) = [one for one in scene.arbitrators if one.address == panel[0]["owner"]]
    assert (case, "arbitrator", ["commit"]) in waiting(first)
    town.service.pass_time(25 * HOURS)
    seat = panel[0]["number"]
    first.act("vote", case, "--share", "50%", "--seat", seat)
    assert (case, "arbitrator", ["reveal"]) in waiting(first)
    shown = first.run("brief", case).stdout.decode()
    assert f"redress vote {case}" in shown


def test_doctor_looks_at_the_service(scene: Scene, tmp_path: Path) -> None:
    done = scene.customer.run("doctor", "--json")
    assert done.returncode == 0, done.stdout
    checks = {one["name"]: one for one in json.loads(done.stdout)["checks"]}
    assert "answers" in checks["service"]["detail"]
    password = tmp_path / "password"
    password.write_text("hunter2")
    password.chmod(0o644)
    sick = scene.customer.run("doctor", "--json", REDRESS_PASSWORD_FILE=str(password))
    assert sick.returncode == 1
    checks = {one["name"]: one for one in json.loads(sick.stdout)["checks"]}
    assert "chmod 600" in checks["REDRESS_PASSWORD_FILE"]["detail"]
