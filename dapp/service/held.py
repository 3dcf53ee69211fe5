"""What this machine keeps for good: every manifest that is pinned, and the files that it lists."""

from collections.abc import Iterator

import structlog

from evidence import Manifest, Vault, digest_to_cid
from evidence.errors import VaultDamaged

log = structlog.get_logger()


def roots_of(key: bytes, manifest: Manifest) -> Iterator[str]:
    """The files and, last, what lists them, as CIDs; `key` is the manifest's digest."""
    yield from (str(item.cid) for item in manifest.items)
    yield str(digest_to_cid(key))


def roots_in(vault: Vault) -> Iterator[str]:
    """Of every submission; a damaged pin is left out, since the others need not wait for it.

    Raises VaultError.
    """
    for owner in vault.owners():
        try:
            yield from map(str, vault.roots(owner))
        except VaultDamaged as error:
            log.warning("a pin can't be read", owner=owner, code=error.code)
