"""A sealed submission, with everything that opening it needs."""

import hashlib
import io
import secrets
from dataclasses import dataclass

from evidence.cid import CID
from evidence.dag import check_block
from evidence.envelope import Enclosed, Envelope
from evidence.errors import BlockMissing
from evidence.identity import new_identity, recipient_of
from evidence.manifest import Item, Kind, Manifest, Visibility, digest, encode, sealed_item
from evidence.seal import seal
from evidence.unixfs import import_file

PUBLIC = b"for everybody"


@dataclass(frozen=True)
class Submission:
    manifest: bytes
    envelope: Envelope
    blocks: dict[CID, bytes]

    def block(self, cid: CID) -> bytes:
        """As a vault gives it."""
        if cid not in self.blocks:
            raise BlockMissing(str(cid))
        return self.blocks[cid]


def submission(files: dict[str, bytes], complaint: int = 7) -> Submission:
    """One public item, then these, sealed."""
    blocks: dict[CID, bytes] = {}

    def put(cid: CID, block: bytes) -> None:
        check_block(cid, block)
        blocks[cid] = block

    content_key = new_identity()
    cid, size = import_file(io.BytesIO(PUBLIC), put)
    items = [Item("open.txt", "text/plain", size, cid, Kind.FILE, Visibility.PUBLIC)]
    enclosed = []
    for place, (name, data) in enumerate(files.items(), start=1):
        sink = io.BytesIO()
        seal(io.BytesIO(data), sink, [recipient_of(content_key)])
        sink.seek(0)
        stored = import_file(sink, put)
        one = enclose(name, data)
        enclosed.append(one)
        items.append(sealed_item(place, stored.cid, stored.size, one.commitment))
    manifest = encode(
        Manifest(
            salt=secrets.token_bytes(32),
            chain="eip155:31337",
            desk="0x" + "11" * 20,
            author="0x" + "2a" * 20,
            items=tuple(items),
            complaint=complaint,
            recipient=recipient_of(content_key),
        )
    )
    return Submission(manifest, Envelope(digest(manifest), content_key, tuple(enclosed)), blocks)


def enclose(name: str, data: bytes) -> Enclosed:
    return Enclosed(
        name=name,
        media_type="text/plain",
        kind=Kind.TRANSCRIPT,
        size=len(data),
        sha256=hashlib.sha256(data).digest(),
        salt=secrets.token_bytes(32),
    )
