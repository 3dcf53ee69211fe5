"""A vault with something in it, what may be done to it, and what holds whenever that breaks off."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from evidence import (
    CID,
    Budget,
    Holder,
    Vault,
    Wait,
    Waiting,
    digest_to_cid,
    import_file,
    walk,
    write_car,
)
from evidence.manifest import Item, Kind, Manifest, Visibility, encode
from evidence.quota import room
from evidence.unixfs import Profile

QUOTA_BYTES = 20 << 20

_KEPT = b"a sheep in "
_GIVEN_UP = b"a sheep in wolf's clothing"
"""Begins as what is kept does: they have blocks in common."""
_LOOSE = b"a wolf"
_GUEST = b"nobody speaks for a she"
_WAITS = ("guest", "newcomer")
_BIG = random.Random(1).randbytes((1 << 20) + 5)
_SMALL = b"how it arrived"


@dataclass(frozen=True)
class State:
    blocks: frozenset[str]
    pins: tuple[tuple[str, tuple[CID, ...]], ...]


def open_vault(root: Path) -> Vault:
    return Vault(root, QUOTA_BYTES)


def furnish(root: Path) -> None:
    """`kept` must stay whatever is done."""
    vault = open_vault(root)
    vault.pin(vault.put_car(BytesIO(_car(_KEPT))), "kept")
    vault.pin(vault.put_car(BytesIO(_car(_GIVEN_UP))), "given-up")
    vault.put_car(BytesIO(_car(_LOOSE)))
    with vault.delivery() as delivery:
        delivery.put_car(BytesIO(_car(_GUEST)))
        delivery.add(_root(_GUEST))
        delivery.pin("guest", _wait(8))


def state_of(root: Path) -> State:
    names = frozenset(path.name for path in (root / "blocks").glob("*/*"))
    return State(names, tuple(sorted(open_vault(root).pins().items())))


def check(root: Path) -> None:
    """What holds at any time."""
    for path in (root / "blocks").glob("*/*"):
        assert "1220" + hashlib.sha256(path.read_bytes()).hexdigest() == path.name
    vault = open_vault(root)
    assert list((root / "staging").iterdir()) == []
    pins = vault.pins()
    assert pins["kept"] == (_root(_KEPT),)
    assert set(_WAITS) & set(pins) <= set(vault.waiting()), "pinned for good, and nobody asked"
    for roots in pins.values():
        for pinned in roots:
            assert list(walk(pinned, vault.get))
    held = sum(room(path.stat().st_size) for path in (root / "blocks").glob("*/*"))
    assert held == vault.used_bytes() == int((root / "usage").read_text())


def _put_file(vault: Vault) -> None:
    vault.put_file(BytesIO(_BIG))


def _put_car(vault: Vault) -> None:
    vault.put_car(BytesIO(_car(b"a woodlouse") + _stray()))


def _put_manifest(vault: Vault) -> None:
    vault.put_manifest(_manifest())


def _submit(vault: Vault) -> None:
    """With a file that is there already, though nobody keeps it."""
    with vault.delivery() as delivery:
        files = [delivery.put_file(BytesIO(data)) for data in (_SMALL, _LOOSE[:4], _SMALL)]
        items = [_item(f"{at}", *file) for at, file in enumerate(files)]
        delivery.pin(delivery.put_manifest(_manifest(*items)).hex())


def _submit_waiting(vault: Vault) -> None:
    with vault.delivery() as delivery:
        delivery.put_file(BytesIO(_SMALL))
        delivery.pin("newcomer", _wait(len(_SMALL)))


def _pin(vault: Vault) -> None:
    vault.pin(_root(_LOOSE), "given-up")


def _unpin(vault: Vault) -> None:
    vault.unpin(_root(_GIVEN_UP), "given-up")


def _collect(vault: Vault) -> None:
    vault.collect()


def _remove(vault: Vault) -> None:
    vault.remove("given-up")


def _give_up(vault: Vault) -> None:
    vault.give_up(vault.waiting())


ACTS: dict[str, Callable[[Vault], None]] = {
    "put_file": _put_file,
    "put_car": _put_car,
    "put_manifest": _put_manifest,
    "submit": _submit,
    "submit_waiting": _submit_waiting,
    "pin": _pin,
    "unpin": _unpin,
    "collect": _collect,
    "remove": _remove,
    "give_up": _give_up,
}


def _wait(size: int) -> Wait:
    return Wait(Waiting("here", Holder("client"), size, 1), Budget(1 << 20, 1 << 20), 50)


def _tree(data: bytes) -> tuple[CID, dict[CID, bytes]]:
    blocks: dict[CID, bytes] = {}
    return import_file(BytesIO(data), blocks.__setitem__, Profile(4, 3)).cid, blocks


def _root(data: bytes) -> CID:
    return _tree(data)[0]


def _car(data: bytes) -> bytes:
    root, blocks = _tree(data)
    return b"".join(write_car(root, blocks.__getitem__))


def _stray() -> bytes:
    cid = digest_to_cid(hashlib.sha256(b"stray").digest())
    return bytes([36 + 5]) + bytes(cid) + b"stray"


def _manifest(*items: Item) -> bytes:
    return encode(Manifest(bytes(32), "eip155:1", "0x" + "11" * 20, "0x" + "22" * 20, items))


def _item(name: str, cid: CID, size: int) -> Item:
    return Item(name, "text/plain", size, cid, Kind.FILE, Visibility.PUBLIC)
