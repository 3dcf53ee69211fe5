"""What must stay: a file for each owner of pins, with the roots that are to stay for it.

    FOLDER/OWNER   CIDs, one a line, and a last line with the SHA-256 of the lines before

One file an owner, so that all the roots of one submission are pinned in one step. Whoever writes
holds the vault's lock.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from evidence.cid import CID, parse_cid
from evidence.disk import replace, sync_folder
from evidence.errors import CidInvalid, OwnerInvalid, VaultDamaged

_OWNER = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_SCRATCH = ".new"  # no owner is called so


def check_owner(owner: str) -> None:
    """Raises OwnerInvalid: the label becomes a file's name."""
    if not _OWNER.fullmatch(owner):
        message = f"{owner[:40]!r} is no owner: 1 to 128 of a-z, 0-9, dot, dash and underscore"
        raise OwnerInvalid(message)


class Pins:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def owners(self) -> Iterator[str]:
        return (path.name for path in self._folder.iterdir() if _OWNER.fullmatch(path.name))

    def roots(self, owner: str) -> tuple[CID, ...]:
        """In the order pinned; none where there is no such owner.

        Raises OwnerInvalid, VaultDamaged.
        """
        check_owner(owner)
        try:
            data = (self._folder / owner).read_bytes()
        except FileNotFoundError:
            return ()
        lines = data.decode(errors="replace").splitlines()[:-1]
        if not lines or data != _written(lines):
            raise VaultDamaged(f"the pin of {owner} is damaged", owner=owner)
        try:
            return tuple(parse_cid(line) for line in lines)
        except CidInvalid as error:
            raise VaultDamaged(f"the pin of {owner}: {error}", owner=owner) from error

    def write(self, owner: str, roots: Iterable[CID]) -> None:
        """In place of what the owner had; nothing pinned is no file. Lasts after `sync`."""
        check_owner(owner)
        lines = list(dict.fromkeys(str(root) for root in roots))
        if lines:
            replace(self._folder / owner, _written(lines), self._folder / _SCRATCH)
        else:
            (self._folder / owner).unlink(missing_ok=True)

    def move(self, owner: str, place: "Pins") -> None:
        """In one step, and for good; nothing where there is no such owner."""
        with suppress(FileNotFoundError):
            (self._folder / owner).rename(place._folder / owner)
            self.sync()
            place.sync()

    def sync(self) -> None:
        sync_folder(self._folder)


def _written(lines: list[str]) -> bytes:
    body = "".join(line + "\n" for line in lines).encode()
    return body + hashlib.sha256(body).hexdigest().encode() + b"\n"
