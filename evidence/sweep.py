"""What of a vault must stay, and taking away the rest. The caller holds the vault's lock."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evidence.cid import CID, IDENTITY
from evidence.dag import BlockSource, reach
from evidence.disk import sync_folder
from evidence.errors import BlockError, CidInvalid, DagError, VaultDamaged
from evidence.pins import Pins
from evidence.quota import Quota
from evidence.staging import Places, block_name


@dataclass(frozen=True, slots=True)
class Collected:
    blocks: int
    bytes: int
    """Freed now; a delivery under way that has a block too keeps its bytes alive."""


@dataclass(frozen=True, slots=True)
class Removed:
    roots: tuple[CID, ...]
    """Those of the owner that nobody else reaches, in the order pinned."""
    blocks: int
    bytes: int


def pinned_names(pins: Pins, source: BlockSource, but: Collection[str] = ()) -> set[str]:
    """Of every block that a pin reaches, those of the owners `but` left out.

    Raises VaultDamaged: below a node that can't be read there may be anything.
    """
    names: set[str] = set()
    seen: set[bytes] = set()
    for owner in pins.owners():
        for root in () if owner in but else pins.roots(owner):
            try:
                names.update(reached_names(root, source, seen))
            except (BlockError, DagError, CidInvalid) as error:
                message = f"{root}, pinned for {owner}, is not whole: {error}"
                fields = {"owner": owner, "root": str(root), "cause": error.code}
                raise VaultDamaged(message, **fields) from error
    return names


def reached_names(root: CID, source: BlockSource, seen: set[bytes]) -> Iterator[str]:
    """File names; see `dag.reach`."""
    return (block_name(cid) for cid in reach(root, source, seen) if cid.hash_code != IDENTITY)


def stored_names(places: Places) -> Iterator[str]:
    """Files that are no blocks are left out."""
    for path in places.blocks.glob("??/*"):
        if path == places.block(path.name):
            yield path.name


def discard_blocks(names: Iterable[str], places: Places, quota: Quota) -> Collected:
    """They are gone for good when this returns."""
    folders: set[Path] = set()
    blocks = freed = 0
    for name in names:
        path = places.block(name)
        if path.exists():
            freed += quota.discard([path])
            blocks += 1
            folders.add(path.parent)
    for folder in folders:
        sync_folder(folder)
    return Collected(blocks, freed)
