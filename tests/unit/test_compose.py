"""compose.yaml names only what is there: commands with their options, settings, secrets."""

import re
from typing import Any

import pytest
import typer.main
import yaml

from dapp.cli.app import app
from dapp.settings import Settings
from scripts.toolchain.paths import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
OURS = {name: one for name, one in COMPOSE["services"].items() if one.get("image") == "redress"}
MANUAL = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def _parse(words: list[str]) -> None:
    """Raises an error for a command or an option that is not there."""
    command: Any = typer.main.get_command(app)
    for place, word in enumerate(words):
        if not hasattr(command, "commands"):
            command.make_context(word, words[place:])
            return
        if word not in command.commands:
            raise LookupError(f"no such command: {word}")
        command = command.commands[word]
    command.make_context(words[-1], [])


def _settings() -> set[str]:
    found: set[str] = set()
    for name, field in Settings.model_fields.items():
        alias: Any = field.validation_alias
        found |= {f"REDRESS_{name.upper()}", *(map(str, alias.choices) if alias else ())}
    return found


@pytest.mark.parametrize("name", OURS)
def test_each_service_runs_a_command_of_ours(name: str) -> None:
    _parse([str(word) for word in OURS[name]["command"]])


@pytest.mark.parametrize(
    "words", [["index", "run", "--stand-by"], ["indx", "run"], ["index", "ru"]]
)
def test_what_is_no_command_is_noticed(words: list[str]) -> None:
    with pytest.raises(Exception, match=r"(?i)no such"):
        _parse(words)


def test_all_parts_are_there() -> None:
    assert {"postgres", "kubo", "index", "serve", "relay", "anchor", "keeper"} <= set(
        COMPOSE["services"]
    )


def test_each_setting_is_one_of_ours() -> None:
    named = {name for one in OURS.values() for name in one["environment"]}
    assert named - _settings() == set()
    assert set(re.findall(r"`((?:REDRESS_|DATABASE_URL)\w*)`", MANUAL)) - _settings() == set()


def test_secrets_volumes_and_neighbours_are_declared() -> None:
    for one in COMPOSE["services"].values():
        assert set(one.get("secrets", ())) <= set(COMPOSE["secrets"])
        assert set(one.get("depends_on", ())) <= set(COMPOSE["services"])
        for volume in one.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source.startswith("./") or source in COMPOSE["volumes"]


def test_nothing_secret_stands_in_it_and_no_inner_door_is_open() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    passwords = re.findall(r"://\w+:(.*)@", text)
    assert passwords == ["${POSTGRES_PASSWORD:?of the database}"]
    assert COMPOSE["services"]["kubo"]["ports"] == ["4001:4001"]
    assert "ports" not in COMPOSE["services"]["postgres"]


def test_what_the_image_is_made_of_is_there() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert copied
    assert [one for one in copied if not (ROOT / one).exists()] == []
