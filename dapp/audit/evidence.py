"""The evidence of a bundle: whether what the events name is there, whole and true to its CIDs."""

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO, BinaryIO

from dapp.audit.verdict import Evidence, refuse
from dapp.domain.events import COURT, DESK, REGISTRY, Event
from dapp.domain.types import NO_DIGEST
from evidence.car import CarReader
from evidence.cid import CID, digest_to_cid
from evidence.dag import walk
from evidence.errors import BlockMissing, CidInvalid, DagInvalid, DagTooLarge, EvidenceError
from evidence.manifest import Item, parse
from evidence.unixfs import file_node

MAX_BLOCKS = 1 << 22
_MOST_READINGS = 8
"""How often the whole evidence may be read: files share blocks, though hardly ever."""
_FREE_BYTES = 64 << 20
_NAMED_BY = {DESK: "digest", COURT: "reason", REGISTRY: "agreement"}


def digests_of(events: Iterable[Event]) -> list[str]:
    """The manifests that the events name, in the order in which they first do."""
    named = (event.args.get(_NAMED_BY.get(event.contract, "")) for event in events)
    return list(dict.fromkeys(str(one) for one in named if one not in (None, NO_DIGEST)))


class Blocks:
    """The blocks of a bundle, kept in a temporary file; memory holds where each one is.

    Args:
        stream: the CAR, or None where the bundle has no evidence.
        roots: the manifests' digests that `bundle.json` names.

    Raises:
        Unproven: it is no such CAR, a block is not what its CID says, or one is there twice.
    """

    def __init__(self, stream: BinaryIO | None, roots: Sequence[str]) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._places: dict[bytes, tuple[int, int]] = {}
        self._visited: set[bytes] = set()
        self._last = -1
        self._left_bytes = 0
        self._items: dict[tuple[bytes, int], str] = {}
        self._roots = list(roots)
        self._named: dict[str, None] = {}
        if stream is not None:
            try:
                self._fill(stream)
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Remove the temporary file."""
        self._file.close()

    def check(self, digests: Iterable[str]) -> Evidence:
        """What is there of what a record names."""
        found: dict[str, list[str]] = {"intact": [], "missing": [], "differs": []}
        for digest in digests:
            found[self._state(digest)].append(digest)
        return Evidence(len(found["intact"]), tuple(found["missing"]), tuple(found["differs"]))

    @property
    def all_used(self) -> bool:
        """Whether every block and root is one that a checked record named."""
        whole = len(self._visited) == len(self._places)
        return whole and list(self._named) == self._roots

    def _fill(self, stream: BinaryIO) -> None:
        try:
            roots = [digest_to_cid(bytes.fromhex(root[2:])) for root in self._roots]
            at = 0
            for cid, block in CarReader(stream, max_blocks=MAX_BLOCKS, roots=roots).blocks():
                if bytes(cid) in self._places:
                    raise refuse("evidence-differs", f"the block {cid} is there twice")
                self._places[bytes(cid)] = at, len(block)
                at += self._file.write(block)
            self._left_bytes = _MOST_READINGS * at + _FREE_BYTES
        except EvidenceError as error:
            raise refuse("evidence-differs", f"evidence.car: {error.message}") from error

    def _state(self, digest: str) -> str:
        root = digest_to_cid(bytes.fromhex(digest[2:]))
        if bytes(root) not in self._places:
            return "missing"
        self._named[digest] = None
        try:
            states = {self._item(item) for item in parse(self._block(root)).items}
        except EvidenceError:
            return "differs"
        return "differs" if "differs" in states else "missing" if "missing" in states else "intact"

    def _item(self, item: Item) -> str:
        key = (bytes(item.cid), item.size)
        if key not in self._items:
            self._items[key] = self._read(item)
        return self._items[key]

    def _read(self, item: Item) -> str:
        try:
            if item.cid.hash_code and bytes(item.cid) not in self._places:
                return "missing"
            return "intact" if self._size(item.cid) == item.size else "differs"
        except BlockMissing:
            return "missing"
        except EvidenceError:
            return "differs"

    def _size(self, root: CID) -> int:
        """Bytes of a file all of whose blocks are there, each of the size that its parents say.

        No block is read twice, however often it is linked. Raises EvidenceError.
        """
        said: dict[bytes, int] = {}
        sizes: dict[bytes, int] = {}
        for cid, block in walk(root, self._block, MAX_BLOCKS):
            node = file_node(cid, block)
            sizes[bytes(cid)] = node.size
            for part, size in node.parts:
                if said.setdefault(bytes(part), size) != size:
                    raise DagInvalid(f"{part} is said to have two sizes", cid=str(part))
        if any(sizes[part] != size for part, size in said.items()):
            raise DagInvalid(f"a part of {root} has another size than it must", cid=str(root))
        return sizes[bytes(root)]

    def _block(self, cid: CID) -> bytes:
        place = self._places.get(bytes(cid))
        if place is None:
            raise BlockMissing(f"{cid} is not in the bundle", cid=str(cid))
        start, size = place
        self._left_bytes -= size
        if self._left_bytes < 0:
            raise DagTooLarge("the evidence must be read again and again", cid=str(cid))
        if bytes(cid) not in self._visited:
            self._visited.add(bytes(cid))
            if start < self._last:
                raise CidInvalid(f"{cid} does not stand where it must")
            self._last = start
        self._file.seek(start)
        return self._file.read(size)
