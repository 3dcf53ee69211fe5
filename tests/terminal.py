"""The `redress` command as a person types it, with a key of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import BytesIO, StringIO, TextIOWrapper
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from dapp.__main__ import BUILDERS
from dapp.cli import app
from dapp.cli import failure as main
from tests.patience import PATIENCE_SECONDS


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: bytes
    stderr: bytes


def run(env: Mapping[str, str], *words: str, typed: str = "") -> Done:
    """In this process, which is quicker."""
    out, err = TextIOWrapper(BytesIO()), TextIOWrapper(BytesIO())
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in [name for name in os.environ if name.startswith("REDRESS_")]:
            patch.delenv(name)
        for name, value in env.items():
            patch.setenv(name, value)
        patch.setattr("sys.stdin", StringIO(typed))
        code = main.run(app, words, BUILDERS)
        out.flush()
        err.flush()
    return Done(code, out.buffer.getvalue(), err.buffer.getvalue())


def spawn(env: Mapping[str, str], *words: str) -> Done:
    """In a process of its own."""
    command = [sys.executable, "-m", "dapp", *words]
    done = subprocess.run(command, capture_output=True, env=dict(env), timeout=PATIENCE_SECONDS)
    return Done(done.returncode, done.stdout, done.stderr)


def refusal(done: Done, code: str, exit_code: int = 1) -> str:
    """The one line that it says."""
    assert done.returncode == exit_code, done
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("redress: ")
    assert lines[0].endswith(f"({code})"), lines
    return lines[0]


@dataclass(frozen=True)
class Terminal:
    """Somebody's terminal; the key is in the environment, and never among the words."""

    env: Mapping[str, str]
    account: LocalAccount = field(default_factory=Account.create)

    @property
    def address(self) -> str:
        return str(self.account.address)

    def run(self, *words: object, typed: str = "", **variables: str) -> Done:
        keyed = {"REDRESS_PRIVATE_KEY": "0x" + bytes(self.account.key).hex()}
        return run({**self.env, **keyed, **variables}, *map(str, words), typed=typed)

    def act(self, *words: object, typed: str = "", **variables: str) -> dict[str, Any]:
        """Signs without being asked, and says what came of it."""
        done = self.run(*words, "--yes", "--json", typed=typed, **variables)
        assert done.returncode == 0, done.stderr.decode()
        return dict(json.loads(done.stdout))

    def read(self, *words: object) -> dict[str, Any]:
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr.decode()
        return dict(json.loads(done.stdout))
