"""`make bench-evidence`: how quickly evidence is imported, checked, packed and sealed.

One file and one folder of small files go through everyone in turn, three times, with fresh bytes
each time, so that nobody finds them stored already; medians count. Plain SHA-256 over the same
bytes is the limit. Kubo and npm's importer are timed without the start of their processes, and
everyone must come to the same CIDs. At the end a file of 5 GiB streams through a process of its
own, for its memory.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from evidence.car import CarReader, write_car
from evidence.cid import CID
from evidence.directory import entries
from evidence.identity import new_identity, recipient_of
from evidence.seal import seal, unseal
from evidence.unixfs import read_file
from evidence.vault import Vault
from scripts.benches import importers, metered
from scripts.benches.evidence_tables import RATES, TIMES, rates, targets, times
from scripts.benches.importers import agreed, seconds_of
from scripts.toolchain import kubo
from scripts.toolchain.kubo import Kubo
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import exit_code_of

RESULT = ROOT / "build" / "bench" / "evidence.json"
_FILE_MB = 100
_FILES = 10_000
_SMALL_BYTES = 1000
_ROUNDS = 3
_STREAMED_MIB = 5 << 10
_WIDTH = 120  # columns

Seconds = dict[str, float]
"""Of one round, by the name under which the result has them."""


@dataclass(frozen=True)
class Measured:
    """What all rounds gave.

    Attributes:
        streamed_peak_bytes: of the process through which the large file went.
    """

    file_bytes: int
    files: int
    rounds: Sequence[Seconds]
    streamed_mib: int
    streamed_peak_bytes: int


def measure(
    file_mb: int = _FILE_MB,
    files: int = _FILES,
    rounds: int = _ROUNDS,
    streamed_mib: int = _STREAMED_MIB,
) -> Measured:
    """Let everyone work. Raises RuntimeError where two disagree on a CID."""
    size = file_mb * 10**6
    with (
        tempfile.TemporaryDirectory(prefix="redress-bench-") as scratch,
        kubo.running("test,unixfs-v1-2025") as node,
    ):
        found = [_round(Path(scratch) / str(number), size, files, node) for number in range(rounds)]
        command = [sys.executable, "-m", "scripts.benches.streamed", str(streamed_mib << 20)]
        used = metered.run(command, log=Path(scratch) / "streamed.log")
    return Measured(size, files, found, streamed_mib, used.peak_bytes)


def _round(scratch: Path, size: int, files: int, node: Kubo) -> Seconds:
    file, folder = scratch / "file", scratch / "folder"
    folder.mkdir(parents=True)
    file.write_bytes(os.urandom(size))
    for number in range(files):
        (folder / f"{number}.bin").write_bytes(os.urandom(_SMALL_BYTES))
    npm_file, npm_folder = importers.npm(file, folder)
    return {
        **_one(file, node, scratch, npm_file),
        **_many(folder, node, npm_folder),
        **_sealed(file),
    }


def _one(file: Path, node: Kubo, scratch: Path, npm: importers.Done) -> Seconds:
    blocks: dict[CID, bytes] = {}
    root = importers.our_file(file, blocks.__setitem__)
    vault = Vault(scratch / "vault")
    only_hash = importers.kubo_add(node, file, "--only-hash")
    added = importers.kubo_add(node, file)
    agreed(root, npm, only_hash, added)
    car = b"".join(write_car(root, blocks.__getitem__))
    return {
        "sha256_mb_s": _median_of(lambda: importers.hash_file(file)),
        "import_mb_s": _median_of(lambda: importers.our_file(file, _nowhere)),
        "vault_import_mb_s": seconds_of(lambda: importers.vault_file(file, vault)),
        "kubo_only_hash_mb_s": only_hash.seconds,
        "kubo_add_mb_s": added.seconds,
        "npm_import_mb_s": npm.seconds,
        "verify_mb_s": _median_of(lambda: _drain(read_file(root, blocks.__getitem__))),
        "car_mb_s": _median_of(lambda: _drain(write_car(root, blocks.__getitem__))),
        "car_read_mb_s": _median_of(lambda: _drain(CarReader(BytesIO(car)).blocks())),
    }


def _many(folder: Path, node: Kubo, npm: importers.Done) -> Seconds:
    blocks: dict[CID, bytes] = {}
    root = importers.our_folder(folder, blocks.__setitem__)
    only_hash = importers.kubo_add(node, folder, "--only-hash")
    added = importers.kubo_add(node, folder)
    agreed(root, npm, only_hash, added)

    def verify() -> None:
        for link in entries(root, blocks.__getitem__):
            _drain(read_file(link.cid, blocks.__getitem__))

    return {
        "small_files_sha256_s": _median_of(lambda: importers.hash_folder(folder)),
        "small_files_import_s": _median_of(lambda: importers.our_folder(folder, _nowhere)),
        "small_files_kubo_only_hash_s": only_hash.seconds,
        "small_files_kubo_add_s": added.seconds,
        "small_files_npm_s": npm.seconds,
        "small_files_verify_s": _median_of(verify),
        "small_files_car_s": _median_of(lambda: _drain(write_car(root, blocks.__getitem__))),
    }


def _sealed(file: Path) -> Seconds:
    key, data, sealed, opened = new_identity(), file.read_bytes(), BytesIO(), BytesIO()
    seal_seconds = seconds_of(lambda: seal(BytesIO(data), sealed, [recipient_of(key)]))
    sealed.seek(0)
    pieces = iter(lambda: sealed.read(1 << 20), b"")
    open_seconds = seconds_of(lambda: unseal(pieces, opened, key, len(data)))
    if opened.getvalue() != data:
        raise RuntimeError("what was opened is not what was sealed")
    return {"seal_mb_s": seal_seconds, "open_mb_s": open_seconds}


def _median_of(work: Callable[[], object]) -> float:
    """Work so short that one run of it says little."""
    return median(seconds_of(work) for _ in range(3))


def _drain(pieces: Iterable[object]) -> None:
    for _ in pieces:
        pass


def _nowhere(cid: CID, block: bytes) -> None:
    pass


def result(measured: Measured) -> dict[str, Any]:
    """What build/bench/evidence.json holds: medians, and the least and the most of each."""
    each = {name: _values(name, measured) for name in (*RATES, *TIMES)}
    found = {name: _rounded(name, median(values)) for name, values in each.items()}
    quicker = max(found["kubo_add_mb_s"], found["kubo_only_hash_mb_s"])
    return {
        **found,
        "import_ratio_to_sha256": round(found["import_mb_s"] / found["sha256_mb_s"], 2),
        "import_ratio_to_kubo": round(found["import_mb_s"] / quicker, 2),
        "import_ratio_to_npm": round(found["import_mb_s"] / found["npm_import_mb_s"], 2),
        "streamed_rss_mib": round(measured.streamed_peak_bytes / (1 << 20), 1),
        "streamed_mib": measured.streamed_mib,
        "file_mb": measured.file_bytes / 10**6,
        "small_files": measured.files,
        "small_file_bytes": _SMALL_BYTES,
        "rounds": len(measured.rounds),
        "spread": {
            name: [_rounded(name, min(values)), _rounded(name, max(values))]
            for name, values in each.items()
        },
    }


def _values(name: str, measured: Measured) -> list[float]:
    seconds = [one[name] for one in measured.rounds]
    if name in TIMES:
        return seconds
    return [measured.file_bytes / 10**6 / one for one in seconds]


def _rounded(name: str, value: float) -> float:
    return round(value, 4 if name in TIMES else 1)


def main(words: Sequence[str]) -> int:
    """Measure, write and print."""
    parser = argparse.ArgumentParser(prog="python -m scripts.benches.evidence")
    parser.add_argument("--file-mb", type=int, default=_FILE_MB)
    parser.add_argument("--files", type=int, default=_FILES)
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--streamed-mib", type=int, default=_STREAMED_MIB)
    found = result(measure(**vars(parser.parse_args(words))))
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    # A table is not worth reading when its numbers are broken in two.
    console = Console(width=max(_WIDTH, Console().width))
    for table in (rates(found), times(found), targets(found)):
        console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: main(sys.argv[1:])))
