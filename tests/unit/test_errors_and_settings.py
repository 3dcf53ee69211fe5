"""Errors and settings are documented, have names that stay, and show no secrets."""

import inspect
from pathlib import Path

import pytest
from pydantic import ValidationError

from dapp import errors
from dapp.bootstrap.parts import build_targets
from dapp.errors import Final, RedressError, Retryable
from dapp.settings import Settings
from evidence.errors import PinningMisconfigured

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
    ("name", "value"),
    [("PORT", "65536"), ("CHAIN_ID", "x"), ("POLL_SECONDS", "0"), ("KUBO_URL", "kubo:5001")],
)
def test_values_out_of_range_are_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"REDRESS_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"KUBO_URL": "http://127.0.0.1:5001"}, "needs a token"),
        ({"PINNING_TOKEN_FILE": "/run/token"}, "needs REDRESS_KUBO_URL"),
    ],
)
def test_a_pinning_service_needs_a_token_and_somebody_to_fetch_from(
    given: dict[str, str], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDRESS_PINNING_URL", "https://pin.example.com")
    for name, value in given.items():
        monkeypatch.setenv(f"REDRESS_{name}", value)
    with pytest.raises(ValidationError, match=missing) as refused:
        Settings()
    assert refused.value.errors()[0]["loc"] == ("pinning_token_file",)


def test_who_else_keeps_evidence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert build_targets(Settings()) == []
    monkeypatch.setenv("REDRESS_KUBO_URL", "http://[::1]:5001")
    assert [target.name for target in build_targets(Settings())] == ["kubo"]
    token = tmp_path / "token"
    token.write_text("secret\n")
    monkeypatch.setenv("REDRESS_PINNING_TOKEN_FILE", str(token))
    monkeypatch.setenv("REDRESS_PINNING_URL", "https://pin.example.com:8443/psa/")
    names = [target.name for target in build_targets(Settings())]
    assert names == ["kubo", "pinning:pin.example.com:8443"]


@pytest.mark.parametrize("url", ["http://pin.example.com", "https://u:p@pin.example.com", "pin"])
def test_an_address_that_would_give_the_token_away_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("secret")
    monkeypatch.setenv("REDRESS_KUBO_URL", "http://127.0.0.1:5001")
    monkeypatch.setenv("REDRESS_PINNING_TOKEN_FILE", str(token))
    monkeypatch.setenv("REDRESS_PINNING_URL", url)
    with pytest.raises(PinningMisconfigured):
        build_targets(Settings())
    assert "u:p" not in repr(Settings())
