"""Who imports the same file and the same folder: us, our vault, Kubo, npm's importer; and SHA-256
alone, which each of them has to do.
"""

import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from evidence.cid import CID
from evidence.dag import BlockSink
from evidence.directory_import import import_directory
from evidence.unixfs import import_file
from evidence.vault import Vault
from scripts.toolchain import kubo
from scripts.toolchain.kubo import Kubo
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import Refusal

# Of what is left once the start of a process is taken off: below, there is only jitter.
_LEAST_SECONDS = 0.001
_IMPORTER = ROOT / "scripts" / "benches" / "importer.mjs"


@dataclass(frozen=True)
class Done:
    """What someone called it, and how long that took."""

    cid: str
    seconds: float


def agreed(root: CID, *others: Done) -> None:
    """Raise RuntimeError unless all came to the same CID."""
    names = {str(root), *(other.cid for other in others)}
    if len(names) != 1:
        raise RuntimeError(f"one thing has several CIDs: {', '.join(sorted(names))}")


def seconds_of(work: Callable[[], object]) -> float:
    """By the clock on the wall."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def hash_file(path: Path) -> None:
    """Plain SHA-256."""
    with path.open("rb") as stream:
        hashlib.file_digest(stream, "sha256")


def hash_folder(folder: Path) -> None:
    """Plain SHA-256 of each file by itself."""
    for path in folder.iterdir():
        hashlib.sha256(path.read_bytes())


def our_file(path: Path, put: BlockSink) -> CID:
    """Chunks, hashes, CIDs; what becomes of the blocks is up to `put`."""
    with path.open("rb") as stream:
        return import_file(stream, put).cid


def our_folder(folder: Path, put: BlockSink) -> CID:
    """As `our_file`, one open file at a time."""
    return import_directory(_streams(folder), put).cid


def _streams(folder: Path) -> Iterator[tuple[str, BinaryIO]]:
    for path in folder.iterdir():
        with path.open("rb") as stream:
            yield path.name, stream


def vault_file(path: Path, vault: Vault) -> CID:
    """Each block on the disk for good."""
    with path.open("rb") as stream:
        return vault.put_file(stream).cid


def kubo_add(node: Kubo, path: Path, *options: str) -> Done:
    """`ipfs add` at a running node, its settings ours; less what adding an empty file takes."""
    empty = path.with_name("empty")
    empty.touch()
    start = _ipfs_add(node, empty, "--only-hash").seconds
    done = _ipfs_add(node, path, *options)
    return Done(done.cid, max(done.seconds - start, _LEAST_SECONDS))


def _ipfs_add(node: Kubo, path: Path, *options: str) -> Done:
    words = [f"--api={node.api_multiaddr}", "add", "-r", "-Q", *options, str(path)]
    environment = {**os.environ, "IPFS_PATH": str(path.parent / "no-repository")}
    began = time.perf_counter()
    said = subprocess.run(
        [kubo.find(), *words], env=environment, check=True, capture_output=True, text=True
    )
    return Done(said.stdout.strip(), time.perf_counter() - began)


def npm(path: Path, folder: Path) -> tuple[Done, Done]:
    """The file and the folder, each timed within node."""
    program = shutil.which("node")
    if program is None:
        raise Refusal("Node.js is not installed", "Install Node.js 22")
    said = json.loads(subprocess.check_output([program, _IMPORTER, path, folder]))
    return Done(**said["file"]), Done(**said["folder"])
