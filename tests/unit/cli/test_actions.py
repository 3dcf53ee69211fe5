"""The commands that sign: real words and units in their help, and no way to type a key."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from dapp.cli import app, fields
from dapp.cli.actions import COMMANDS
from dapp.cli.export import _harmless
from dapp.service.prepare import PLANS
from tests.patience import PATIENCE_SECONDS
from tests.unit.cli.conftest import Shell

SIGNING = [*COMMANDS, "vote", "reveal", "act", "evidence submit"]


def commands(found: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, one in found.commands.items():
        if hasattr(one, "commands"):
            yield from commands(one, f"{path}{name} ")
        else:
            yield f"{path}{name}", one


ALL = dict(commands(typer.main.get_command(app)))


def test_all_that_the_issue_names_is_there() -> None:
    assert {
        "file", "case show", "case list", "case timeline", "case watch", "evidence add",
        "evidence get", "evidence verify", "evidence open", "ack", "ask", "inform", "offer",
        "accept", "refund", "settle", "escalate", "withdraw", "inbox", "brief", "vote", "reveal",
        "stake", "unstake", "appeal", "execute", "confirm", "reopen", "rate", "freeze", "pay",
        "release", "queue", "export", "doctor", "openapi", "act",
    } <= set(ALL)  # fmt: skip


@pytest.mark.parametrize("name", sorted(ALL))
def test_each_command_explains_itself_and_its_options(name: str, shell: Shell) -> None:
    done = shell.run(*name.split(), "--help")
    assert (done.code, done.err) == (0, "")
    assert len((ALL[name].help or "").split()) >= 2
    if name in SIGNING:
        assert [one.name for one in ALL[name].params if not one.help] == []


def test_each_command_is_an_action_of_the_api() -> None:
    assert {one.name for one in COMMANDS.values()} <= set(PLANS)


@pytest.mark.parametrize("name", sorted(ALL))
def test_no_command_takes_a_secret_as_an_argument(name: str) -> None:
    for one in ALL[name].params:
        words = f"{one.name} {' '.join(one.opts)}".lower()
        if any(word in words for word in ("private", "password", "passphrase", "mnemonic")):
            raise AssertionError(f"{name} takes {one.opts}")
        if "key_stdin" in words:
            assert one.is_flag


@pytest.mark.parametrize("name", SIGNING)
def test_every_signature_can_be_tried_relayed_and_asked_about(name: str) -> None:
    names = {one.name for one in ALL[name].params}
    assert {"yes", "dry_run", "relay", "json", "service", "keystore", "key_stdin"} <= names


@pytest.mark.parametrize(
    ("text", "points"),
    [("40%", 4000), ("40.5 %", 4050), ("0%", 0), ("4050bps", 4050), ("100%", 10_000)],
)
def test_shares(text: str, points: int) -> None:
    assert fields.share(text) == points


@pytest.mark.parametrize(
    "text", ["40", "4000", "101%", "10001bps", "-1%", "40.555%", "1e2%", "٤%", ""]
)
def test_shares_without_a_unit_are_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        fields.share(text)


@pytest.mark.parametrize(
    ("text", "wei"),
    [("1eth", 10**18), ("0.000000000000000001 ETH", 1), ("30gwei", 30 * 10**9), ("7wei", 7),
     ("123456789.123456789123456789eth", 123456789123456789123456789)],
)  # fmt: skip
def test_amounts(text: str, wei: int) -> None:
    assert fields.amount(text) == str(wei)


@pytest.mark.parametrize("text", ["1", "1.5wei", "-1eth", "0x1eth", "1e18wei", "1,5eth", "eth", ""])
def test_amounts_without_a_unit_are_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        fields.amount(text)


@pytest.mark.parametrize(
    "words",
    [
        ("offer", "7", "--share", "40"),
        ("offer", "7"),
        ("offer", "0", "--share", "40%"),
        ("offer", "seven", "--share", "40%"),
        ("rate", "7", "--stars", "6"),
        ("appeal", "7", "--amount", "1eth"),
        ("pay", "1", "--amount", "1", "--version", "1", "--ref", "0x" + "11" * 32),
        ("file", "0x12", "--demand", "1%", "--category", "order"),
        ("file", "0x" + "11" * 32, "--demand", "1%", "--category", "weather"),
        ("unstake", "1", "--to", "0x12"),
        ("vote", "7", "--share", "many"),
        ("offer", "7", "--share", "40%", "--keystore", "/nowhere/at/all"),
    ],
)
def test_wrong_usage_signs_nothing(words: tuple[str, ...], shell: Shell) -> None:
    assert shell.refusal(*words) == "usage"


def test_the_shell_completes_commands_and_actions() -> None:
    for typed, place, expected in (
        ("redress esc", 1, "escalate"),
        ("redress act nom", 2, "nominate"),
    ):
        env = {
            **os.environ,
            "_REDRESS_COMPLETE": "complete_bash",
            "COMP_WORDS": typed,
            "COMP_CWORD": str(place),
        }
        command = [sys.executable, "-m", "dapp"]
        done = subprocess.run(
            command, env=env, capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
        assert done.stdout.split() == [expected]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert _harmless(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "a=1", 5, -5, None])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    assert _harmless(cell) is cell
