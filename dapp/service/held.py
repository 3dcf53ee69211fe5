"""What this machine keeps for good: every manifest, and the files that it lists."""

from collections.abc import Iterator
from pathlib import Path

from evidence import EvidenceError, Manifest, Vault, digest, digest_to_cid, parse
from evidence.manifest import MAX_BYTES


def roots_of(key: bytes, manifest: Manifest) -> Iterator[str]:
    """The files and, last, what lists them, as CIDs; `key` is the manifest's digest."""
    yield from (str(item.cid) for item in manifest.items)
    yield str(digest_to_cid(key))


def roots_in(vault: Vault) -> Iterator[str]:
    """Of every manifest; reads the first byte of each block, and all of what may be one."""
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
            yield from roots_of(key, manifest)


def _candidate(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            start = file.read(1)
            return start + file.read(MAX_BYTES) if start == b"{" else None
    except OSError:
        return None  # gone meanwhile, or unreadable: whoever asks for it will hear why
