"""`redress keeper run`, as a command; and an index that was made before there were keepers."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dapp.store.schema import migrations
from tests import every_case
from tests.api_player import environment, redress, until
from tests.indexing import Indexed
from tests.keeping_scene import Yard, indexed, yard
from tests.patience import PATIENCE_SECONDS
from tests.sending_scene import keystore
from tests.world import HOURS

__all__ = ["indexed", "yard"]


@pytest.fixture
def env(yard: Yard, tmp_path: Path) -> dict[str, str]:
    world = yard.world
    for _ in range(2):
        world.file(world.pay(world.register()))
    world.warp(72 * HOURS)
    yard.indexed.index()
    url, deployments = yard.indexed.database_url, yard.indexed.deployments
    made = environment(world.url, url, deployments, tmp_path / "data")
    password = tmp_path / "password"
    password.write_text("word\n")
    made["REDRESS_SENDER_KEYSTORE"] = str(keystore(tmp_path, yard.account, "word"))
    return made | {"REDRESS_SENDER_PASSWORD_FILE": str(password)}


def keeper(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dapp", "keeper", "run", *words]
    return subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )


def said(env: dict[str, str], *words: str) -> dict[str, Any]:
    done = keeper(env, *words, "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_it_says_what_it_would_do_and_what_it_did(yard: Yard, env: dict[str, str]) -> None:
    assert said(env, "--dry-run")["steps"] == []
    found = said(env, "--all", "--dry-run")
    assert (found["keeper"], found["mode"]) == (yard.address, "all")
    assert [one["outcome"] for one in found["steps"]] == ["ready", "ready"]
    assert all(int(one["cost"]) > 0 and one["bounty"] == "0" for one in found["steps"])
    assert yard.count() == 0
    done = said(env, "--all", "--once")
    assert [one["outcome"] for one in done["steps"]] == ["sent", "sent"]
    assert (done["done"], done["lost"]) == (2, {"unsent": 0, "reverted": 0})
    assert int(done["paid"]) > 0
    assert yard.count() == 2


def test_in_words(env: dict[str, str]) -> None:
    done = keeper(env, "--all", "--once", "--gas-budget", "0")
    assert done.returncode == 0
    assert "over-budget" in done.stdout
    assert "raise --gas-budget" in " ".join(done.stdout.split())


@pytest.mark.needs("any_balance")
def test_without_money_or_key_it_says_so(yard: Yard, env: dict[str, str]) -> None:
    yard.endow(0)
    found = said(env, "--all", "--once")
    assert {one["outcome"] for one in found["steps"]} == {"balance-too-low"}
    assert "not enough money" in found["warnings"][0]
    del env["REDRESS_SENDER_KEYSTORE"]
    done = keeper(env, "--all", "--once", "--json")
    assert done.returncode != 0
    assert "(signer-unusable)" in done.stderr


def test_json_is_of_one_look_only(env: dict[str, str]) -> None:
    done = keeper(env, "--json")
    assert done.returncode != 0
    assert "--once or --dry-run" in done.stderr


def test_one_account_is_no_two_keepers(env: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "keeper.log"
    with redress(log, env, "keeper", "run") as running:
        until(lambda: "the keeper is at work" in log.read_text(), "the first keeper")
        until(lambda: "sender-running" in keeper(env, "--once", "--json").stderr, "a refusal")
        assert running.poll() is None


def test_an_index_of_before_needs_no_rebuild(indexed: Indexed) -> None:
    every_case.play(indexed.world)
    indexed.index()
    before = indexed.read_model()
    indexed.sql(
        "ALTER TABLE paid_order DROP COLUMN version, DROP COLUMN is_held;"
        "ALTER TABLE public_dispute DROP COLUMN is_open"
    )
    (statements,) = (text for version, text in migrations() if version == 9)
    indexed.sql(statements)
    columns = "is_held, version, key"
    assert indexed.sql(f"SELECT {columns} FROM paid_order ORDER BY key")  # noqa: S608
    told = indexed.sql(f"SELECT {columns} FROM paid_order ORDER BY key")  # noqa: S608
    disputes = indexed.sql("SELECT is_open, id FROM public_dispute ORDER BY id")
    assert {held for held, *_ in told} == {True, False}
    indexed.rebuild()
    assert indexed.sql(f"SELECT {columns} FROM paid_order ORDER BY key") == told  # noqa: S608
    assert indexed.sql("SELECT is_open, id FROM public_dispute ORDER BY id") == disputes
    assert {name: len(rows) for name, rows in indexed.read_model().items()} == {
        name: len(rows) for name, rows in before.items()
    }
