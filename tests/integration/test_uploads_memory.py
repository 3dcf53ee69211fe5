"""A GiB comes in by parts and becomes evidence, and the server needs little memory for it."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.anvil import Anvil
from scripts.toolchain.deployment import Deployment
from scripts.toolchain.postgres import Postgres
from tests.api_player import environment
from tests.uploading import PART, serving

MIB = 1 << 20
SIZE = 1024 * MIB
MOST_BYTES = 64 * MIB
_BLOCK = random.Random(9).randbytes(MIB - 8)


def pieces(size: int) -> Iterator[bytes]:
    """No block of them is like another."""
    for number in range(size // MIB):
        yield number.to_bytes(8, "big") + _BLOCK


def peak(pid: int) -> int:
    (line,) = (
        line
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )
    return int(line.split()[1]) * 1024


def set_back(pid: int) -> int:
    """The peak from here on; what it is now."""
    try:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    except OSError:
        pytest.skip("the kernel does not let a peak be set back")
    return peak(pid)


def test_a_gib_in_little_memory(
    anvil: Anvil, deployment: Deployment, postgres: Postgres, tmp_path: Path
) -> None:
    with postgres_tool.database(postgres) as url:
        env = environment(anvil.url, url, deployment.folder, tmp_path / "data")
        env["REDRESS_WAITING_CLIENT_BYTES"] = str(2 * SIZE)
        with serving(env, tmp_path / "serve.log") as server:
            assert server.submit(server.whole(b"first", "first"), text="warm").status_code == 201
            before = set_back(server.child.pid)
            upload = server.begin(SIZE)
            said = {**PART, "Upload-Offset": "0"}
            sent = server.http.patch(upload, headers=said, content=pieces(SIZE), timeout=300)
            assert sent.status_code == 204, sent.text
            came = peak(server.child.pid) - before
            response = server.submit(upload)
            assert response.status_code == 201, response.text
            used = peak(server.child.pid) - before
            (item,) = response.json()["items"]
            assert item["size"] == SIZE
            print(f"peak over idle: {came / MIB:.1f} MiB as it came, {used / MIB:.1f} in all")
            assert used < MOST_BYTES
