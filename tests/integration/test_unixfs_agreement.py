"""Our CIDs beside those of Kubo and of npm's ipfs-unixfs-importer, around every boundary."""

import json
import random
import shutil
import subprocess
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from evidence.cid import CID, parse_cid
from evidence.kubo import Kubo
from evidence.unixfs import Profile, import_file
from scripts.toolchain.kubo import Kubo as KuboNode
from tests.unit.evidence.kubo_vectors import VECTORS, seeded

KIB, MIB = 1 << 10, 1 << 20
IMPORTER = Path(__file__).with_name("unixfs_importer.mjs")


class Case(NamedTuple):
    size: int
    chunk: int
    width: int


def around(*sizes: int) -> list[int]:
    """Each, one less and one more."""
    return sorted({size + step for size in sizes for step in (-1, 0, 1) if size + step >= 0})


CASES = [
    # The profile itself.
    *(Case(size, MIB, 1024) for size in around(0, MIB, 2 * MIB, 9 * MIB)),
    # The older chunk size and width.
    *(Case(size, 256 * KIB, 174) for size in around(256 * KIB, 174 * 256 * KIB)),
    # 1024 links, then a second level.
    *(Case(size, 16, 1024) for size in around(16, 1024 * 16, 1025 * 16, 2048 * 16)),
    # Widths where three levels and more are reached.
    *(Case(size, 16, 32) for size in around(32 * 16, 1024 * 16, 1056 * 16)),
    *(
        Case(size, 5, width)
        for width in (2, 3, 10)
        for power in range(5 if width < 10 else 4)
        for size in around(width**power * 5, (width**power + 1) * 5, 2 * width**power * 5)
    ),
]
DATA = random.Random(174).randbytes(max(case.size for case in CASES))


def ours(case: Case) -> str:
    stream = BytesIO(DATA[: case.size])
    profile = Profile(case.chunk, case.width)
    return str(import_file(stream, lambda cid, block: None, profile).cid)


def names_in_npm(cases: Sequence[Any], folder: Path) -> list[str]:
    """What the importer of npm calls each case."""
    if shutil.which("node") is None:
        pytest.skip("NOT TESTED: node is not installed")
    (folder / "data").write_bytes(DATA)
    done = subprocess.run(
        ["node", IMPORTER, folder / "data"],
        input=json.dumps(cases).encode(),
        capture_output=True,
        check=True,
    )
    found: list[str] = json.loads(done.stdout)
    return found


def added(node: KuboNode, data: bytes, **options: str) -> str:
    url = f"{node.api_url}/api/v0/add"
    reply = httpx.post(url, params=options, files={"file": data}, timeout=60).raise_for_status()
    name: str = reply.json()["Hash"]
    return name


def test_every_name_is_that_of_npm(tmp_path: Path) -> None:
    theirs = names_in_npm([case._asdict() for case in CASES], tmp_path)
    assert dict(zip(CASES, theirs, strict=True)) == {case: ours(case) for case in CASES}


def test_every_name_is_that_of_kubo(kubo: KuboNode) -> None:
    for case in CASES:
        options = {
            "cid-version": "1",
            "raw-leaves": "true",
            "chunker": f"size-{case.chunk}",
            "max-file-links": str(case.width),
            "only-hash": "true",
        }
        assert added(kubo, DATA[: case.size], **options) == ours(case), case


@pytest.mark.parametrize("vector", VECTORS["only_read"], ids=lambda vector: vector["cid"][-8:])
def test_files_of_the_profile_of_2015_are_read(kubo: KuboNode, vector: dict[str, Any]) -> None:
    stream = seeded(vector)
    data = b"".join(iter(lambda: stream.read(MIB), b""))
    assert added(kubo, data, **{"cid-version": "0", "raw-leaves": "false"}) == vector["cid"]
    cid: CID = parse_cid(vector["cid"])
    with Kubo(kubo.api_multiaddr) as client:
        assert b"".join(client.cat(cid)) == data


@pytest.mark.parametrize(
    "options",
    [
        {"trickle": "true"},
        {"trickle": "true", "raw-leaves": "true", "cid-version": "1"},
        {"trickle": "true", "inline": "true", "cid-version": "1"},
        {"raw-leaves": "false", "cid-version": "1"},
    ],
)
def test_deep_trees_of_every_layout_are_read(kubo: KuboNode, options: dict[str, str]) -> None:
    data = DATA[:9_011]
    for width in ("2", "7"):
        root = added(kubo, data, chunker="size-20", **{"max-file-links": width, **options})
        with Kubo(kubo.api_multiaddr) as client:
            assert b"".join(client.cat(parse_cid(root))) == data
