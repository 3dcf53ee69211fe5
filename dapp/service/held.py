"""Which manifests this machine keeps."""

from collections.abc import Iterator
from pathlib import Path

from evidence import EvidenceError, Manifest, Vault, digest, parse
from evidence.manifest import MAX_BYTES


def manifests_in(vault: Vault) -> Iterator[tuple[bytes, Manifest]]:
    """Each with its digest; reads the first byte of every block, and all of what may be one."""
    for path in vault._blocks.glob("*/*"):
        data = _candidate(path)
        if data is None:
            continue
        try:
            manifest = parse(data)
        except EvidenceError:
            continue  # a file that only looks like one
        key = digest(data)
        if path.name == "1220" + key.hex():  # else it has rotted
            yield key, manifest


def _candidate(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            start = file.read(1)
            return start + file.read(MAX_BYTES) if start == b"{" else None
    except OSError:
        return None  # gone meanwhile, or unreadable: whoever asks for it will hear why
