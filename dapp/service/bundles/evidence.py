"""The evidence of a bundle: of every manifest that is named, what the vault holds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from dapp.audit.arranged import Stated
from dapp.audit.bundle_file import Growing
from dapp.domain.events import COURT, DESK, REGISTRY
from dapp.domain.types import NO_DIGEST, Digest, raw
from evidence import CID, EvidenceError, Vault, digest_to_cid, walk
from evidence.car import write_header, write_section
from evidence.errors import VaultError

_NAMED_IN = {DESK: "digest", COURT: "reason", REGISTRY: "agreement"}


@dataclass
class Found:
    """What of the evidence is in the bundle.

    Attributes:
        roots: digests of the manifests.
        missing: digests of those that are not here.
        missing_items: as the digest of the manifest and the item's name.
    """

    roots: list[Digest] = field(default_factory=list)
    missing: list[Digest] = field(default_factory=list)
    missing_items: list[tuple[Digest, str]] = field(default_factory=list)


def named(stated: Sequence[Stated]) -> Iterator[Digest]:
    """The digests that a record's events name, in order."""
    for one in stated:
        digest = one.event.args.get(_NAMED_IN.get(one.event.contract, ""), NO_DIGEST)
        if digest != NO_DIGEST:
            yield Digest(str(digest))


def gather(vault: Vault, digests: Iterable[Digest], car: Growing) -> Found:
    """Write what the vault holds of some manifests; nothing if it has none of them.

    Blocking. Raises VaultError, Refused (`bundle-too-large`).
    """
    found = Found()
    for digest in dict.fromkeys(digests):
        (found.roots if _is_there(vault, digest) else found.missing).append(digest)
    if not found.roots:
        return found
    car.write(write_header([_cid(digest) for digest in found.roots]))
    written: set[bytes] = set()
    for digest in found.roots:
        _write(vault, digest, car, written, found)
    return found


def _write(vault: Vault, digest: Digest, car: Growing, written: set[bytes], found: Found) -> None:
    cid = _cid(digest)
    written |= _put(car, written, [(cid, vault.get(cid))])
    for item in vault.get_manifest(raw(digest)).items:
        back = car.mark()
        try:
            written |= _put(car, written, walk(item.cid, vault.get))
        except VaultError:
            raise
        except EvidenceError:
            # All of an item or nothing: half of a file is no evidence.
            back()
            found.missing_items.append((digest, item.name))


def _put(car: Growing, written: set[bytes], blocks: Iterable[tuple[CID, bytes]]) -> set[bytes]:
    """Write the blocks that are not there yet; which those are."""
    added: set[bytes] = set()
    for cid, block in blocks:
        key = bytes(cid)
        if key not in written and key not in added:
            added.add(key)
            for piece in write_section(cid, block):
                car.write(piece)
    return added


def _is_there(vault: Vault, digest: Digest) -> bool:
    """Whether its manifest is; a block that is none does not count."""
    try:
        vault.get_manifest(raw(digest))
    except VaultError:
        raise
    except EvidenceError:
        return False
    return True


def _cid(digest: Digest) -> CID:
    return digest_to_cid(raw(digest))
