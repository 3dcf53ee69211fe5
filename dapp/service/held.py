"""What this machine keeps for good: every manifest that is pinned, and the files that it lists."""

from collections.abc import Iterator

from evidence import Manifest, Vault, digest_to_cid


def roots_of(key: bytes, manifest: Manifest) -> Iterator[str]:
    """The files and, last, what lists them, as CIDs; `key` is the manifest's digest."""
    yield from (str(item.cid) for item in manifest.items)
    yield str(digest_to_cid(key))


def roots_in(vault: Vault) -> Iterator[str]:
    """Of every submission. Raises VaultError."""
    for roots in vault.pins().values():
        yield from map(str, roots)
