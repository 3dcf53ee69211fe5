"""Errors and settings are documented, have names that stay, and show no secrets."""

import inspect
from pathlib import Path

import pytest
from pydantic import ValidationError

from dapp import errors
from dapp.errors import Final, RedressError, Retryable
from dapp.settings import Settings

LEAVES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, RedressError) and kind not in (RedressError, Retryable, Final)
]


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_each_error_stands_in_the_tree_with_its_code(kind: type[RedressError]) -> None:
    assert issubclass(kind, Retryable | Final)
    line = next(
        line for line in (errors.__doc__ or "").splitlines() if f"── {kind.__name__} " in line
    )
    if kind is not errors.ContractRefused:  # each custom error has a code of its own
        assert kind.default_code in line.split()
    assert kind.__doc__


def test_codes_are_unique() -> None:
    assert len({kind.default_code for kind in LEAVES}) == len(LEAVES)


def test_an_error_says_what_to_do() -> None:
    error = errors.WrongChain("another chain", remedy="Use this one", fields={"chain": 1})
    assert str(error) == "another chain. Use this one."
    assert (error.code, error.fields) == ("wrong-chain", {"chain": 1})


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDRESS_NODE_URL", "http://user:secret@node")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:secret@host/db")
    monkeypatch.setenv("REDRESS_DEPLOYMENTS", "/somewhere")
    settings = Settings()
    assert settings.database_url.endswith("host/db")
    assert settings.deployments_dir == Path("/somewhere")
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "65536"), ("CHAIN_ID", "x"), ("POLL_SECONDS", "0")]
)
def test_values_out_of_range_are_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"REDRESS_{name}", value)
    with pytest.raises(ValidationError):
        Settings()
