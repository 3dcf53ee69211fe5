"""The command line with a vault of its own, and no chain or database behind it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from psycopg_pool import AsyncConnectionPool

from dapp.cli import Builders, app, run
from dapp.domain.types import Address, ChainId
from dapp.service.erasure import Erasure
from dapp.service.evidence import Evidence
from dapp.service.outbox import Outbox
from dapp.service.replicas import Replicas
from dapp.settings import Settings
from dapp.store.erasures import ErasureRows
from dapp.store.replication import Replication
from evidence import Vault

DESK = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
AUTHOR = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
PASSPHRASE = "a passphrase to try"


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


class Shell:
    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.vault = Vault(folder / "vault")
        chain_id = ChainId(31337)
        # A database that is away: evidence is stored all the same.
        self._rows = Replication(AsyncConnectionPool(open=False), chain_id)
        self._outbox = Outbox(self.vault, self._rows, [])
        self.evidence = Evidence(self.vault, self._outbox.add, chain_id, DESK, 64 << 20)
        self._erasure = Erasure(self.vault, ErasureRows(AsyncConnectionPool(open=False), chain_id))
        self._patch = patch
        self._builders = Builders(self._parts, self._none, lambda settings: self.vault)

    @asynccontextmanager
    async def _parts(self, settings: Settings) -> AsyncIterator[Any]:
        yield SimpleNamespace(
            evidence=self.evidence,
            outbox=self._outbox,
            replicas=Replicas(self._rows, []),
            erasure=self._erasure,
        )

    def _none(self, settings: Settings) -> NoReturn:
        raise AssertionError("no indexer here")

    def run(self, *words: object, typed: str = "") -> Done:
        self._patch.setattr("sys.stdin", StringIO(typed))
        out, err = TextIOWrapper(BytesIO(), "utf-8"), TextIOWrapper(BytesIO(), "utf-8")
        with redirect_stdout(out), redirect_stderr(err):
            code = run(app, [str(word) for word in words], self._builders)
            out.flush()
            err.flush()
        return Done(code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode())

    def read(self, *words: object, typed: str = "") -> dict[str, Any]:
        done = self.run(*words, "--json", typed=typed)
        assert done.code == 0, done.err
        return dict(json.loads(done.out))

    def refusal(self, *words: object, typed: str = "") -> str:
        """The code in the one line that it says."""
        done = self.run(*words, typed=typed)
        lines = done.err.splitlines()
        assert len(lines) == 1, done
        assert done.code == (2 if lines[0].endswith("(usage)") else 1), done
        return lines[0].rpartition("(")[2].rstrip(")")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.delenv("REDRESS_PASSPHRASE", raising=False)
    return Shell(tmp_path, monkeypatch)
