"""`redress keys`, as somebody types it."""

from pathlib import Path

import pytest

from evidence import key_of, new_identity, recipient_of, recover
from tests.unit.cli.conftest import PASSPHRASE, Shell


def test_a_key_is_made_shown_and_recovered(shell: Shell, tmp_path: Path) -> None:
    backup = tmp_path / "me.age"
    made = shell.read("keys", "new", "-o", backup, typed=PASSPHRASE + "\n")
    identity = recover(backup.read_bytes(), PASSPHRASE)
    assert made["recipient"] == recipient_of(identity)
    assert made["key"] == "0x" + key_of(made["recipient"]).hex()
    assert backup.stat().st_mode & 0o777 == 0o600
    assert identity not in str(made)

    assert shell.read("keys", "show", backup, typed=PASSPHRASE + "\r\n") == made
    assert shell.run("keys", "recover", backup, typed=PASSPHRASE).out == identity + "\n"
    plain = tmp_path / "plain.txt"
    assert shell.run("keys", "recover", backup, "-o", plain, typed=PASSPHRASE).code == 0
    assert plain.stat().st_mode & 0o777 == 0o600
    assert shell.read("keys", "show", plain) == made

    assert shell.refusal("keys", "show", backup, typed="another one") == "passphrase-wrong"
    assert shell.refusal("keys", "new", "-o", backup, typed=PASSPHRASE) == "invalid-input"
    assert recover(backup.read_bytes(), PASSPHRASE) == identity


def test_the_passphrase_may_come_from_the_environment(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDRESS_PASSPHRASE", PASSPHRASE)
    assert shell.run("keys", "new", "-o", tmp_path / "me.age").code == 0
    assert recover((tmp_path / "me.age").read_bytes(), PASSPHRASE)


def test_a_short_passphrase_leaves_no_file(shell: Shell, tmp_path: Path) -> None:
    assert shell.refusal("keys", "new", "-o", tmp_path / "me.age", typed="x\n") == "passphrase-weak"
    assert shell.refusal("keys", "new", "-o", tmp_path / "me.age") == "passphrase-weak"
    assert shell.refusal("keys", "new", "-o", tmp_path / "no" / "me.age") == "invalid-input"
    assert not (tmp_path / "me.age").exists()


def test_what_is_no_key(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{new_identity()}\n{new_identity()}\n")
    assert shell.refusal("keys", "show", file) == "identity-invalid"
    assert shell.refusal("keys", "show", tmp_path / "nothing") == "usage"
