"""The manifest of one submission: who says what, in which case, with which files.

It is canonical JSON (RFC 8785) in one raw block of at most 1 MiB. Its SHA-256 is all that the
chain holds of it, and the CID follows from that by arithmetic (`cid.digest_to_cid`). The random
salt keeps anybody from finding a short text by trying digests.

A sealed item shows its sealed bytes and a commitment, nothing of what it is: name, type and kind
say "sealed" (docs/adr/0015).

Parsing is strict: what parses, encodes back to the very same bytes.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from evidence.cid import CID
from evidence.errors import (
    ManifestFieldInvalid,
    ManifestFieldMissing,
    ManifestNotCanonical,
    ManifestTooLarge,
)
from evidence.manifest_fields import Fields, canonical, parse_json

SCHEMA = "redress-manifest/1"
MAX_BYTES = 1 << 20
MAX_ITEMS = 256
MAX_TEXT_CHARS = 10_000
SEALED_MEDIA_TYPE = "application/octet-stream"

__all__ = ["MAX_BYTES", "MAX_ITEMS", "MAX_TEXT_CHARS", "SCHEMA"]
__all__ += ["Item", "Kind", "Manifest", "Visibility", "digest", "encode", "parse"]
__all__ += ["SEALED_MEDIA_TYPE", "sealed_item"]


class Kind(StrEnum):
    FILE = "file"
    TRANSACTION = "transaction"
    TRANSCRIPT = "transcript"
    CALL_RECORD = "call-record"


class Visibility(StrEnum):
    PUBLIC = "public"
    SEALED = "sealed"


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of evidence. `cid` and `size` are of what is stored: sealed bytes if sealed."""

    name: str
    """A plain file name, at most 255 bytes in UTF-8; no path, no control or bidi characters."""
    media_type: str
    """Lower case, without parameters, such as `image/png`."""
    size: int
    """Bytes."""
    cid: CID
    kind: Kind
    visibility: Visibility
    commitment: bytes | None = None
    """Of a sealed item: `Enclosed.commitment` of the envelope, 32 bytes."""


def sealed_item(place: int, cid: CID, size: int, commitment: bytes) -> Item:
    """The item at `place` (from 0) of a manifest: its sealed bytes, and nothing else."""
    return Item(
        name=f"sealed-{place + 1}.age",
        media_type=SEALED_MEDIA_TYPE,
        size=size,
        cid=cid,
        kind=Kind.FILE,
        visibility=Visibility.SEALED,
        commitment=commitment,
    )


@dataclass(frozen=True, slots=True)
class Manifest:
    salt: bytes
    """32 random bytes, fresh for each manifest."""
    chain: str
    """CAIP-2, such as `eip155:1`."""
    desk: str
    """Address of the complaint desk: 0x and 40 lower-case hex digits."""
    author: str
    """Address of the person who submits, spelled the same way."""
    items: tuple[Item, ...] = ()
    complaint: int | None = None
    """Absent while the complaint has no number yet."""
    order: bytes | None = None
    """The order's key in the escrow, 32 bytes."""
    text: str | None = None
    """A message by the author: plain text, at most 10 000 characters, lines end in LF."""
    supersedes: bytes | None = None
    """Digest of the manifest that this one replaces, 32 bytes."""
    recipient: str | None = None
    """What the sealed items are sealed to: a key made for this submission, `age1…`."""


def encode(manifest: Manifest) -> bytes:
    """The canonical bytes. Raises ManifestError for a manifest that could not be parsed again."""
    fields: dict[str, object] = {
        "schema": SCHEMA,
        "salt": "0x" + manifest.salt.hex(),
        "chain": manifest.chain,
        "desk": manifest.desk,
        "author": manifest.author,
        "items": [_item_fields(item) for item in manifest.items],
        "complaint": manifest.complaint,
        "order": None if manifest.order is None else "0x" + manifest.order.hex(),
        "text": manifest.text,
        "supersedes": None if manifest.supersedes is None else "0x" + manifest.supersedes.hex(),
        "recipient": manifest.recipient,
    }
    data = canonical({key: value for key, value in fields.items() if value is not None})
    parse(data)
    return data


def parse(data: bytes) -> Manifest:
    """Raises ManifestError; see `errors` for the codes."""
    if len(data) > MAX_BYTES:
        raise ManifestTooLarge(f"manifest has {len(data)} bytes", bytes=len(data), limit=MAX_BYTES)
    value = parse_json(data)
    fields = Fields(value, "")
    fields.schema(SCHEMA)
    manifest = Manifest(
        salt=fields.bytes32("salt"),
        chain=fields.chain("chain"),
        desk=fields.address("desk"),
        author=fields.address("author"),
        items=_items(fields),
        complaint=fields.optional("complaint", lambda key: fields.integer(key, 1)),
        order=fields.optional("order", fields.bytes32),
        text=fields.optional("text", lambda key: fields.text(key, MAX_TEXT_CHARS)),
        supersedes=fields.optional("supersedes", fields.bytes32),
        recipient=fields.optional("recipient", fields.recipient),
    )
    fields.done()
    _check_recipient(manifest)
    if canonical(value) != data:
        raise ManifestNotCanonical("manifest is not in its RFC 8785 form")
    return manifest


def digest(manifest_bytes: bytes) -> bytes:
    """What goes on chain: SHA-256, 32 bytes."""
    return hashlib.sha256(manifest_bytes).digest()


def _items(fields: Fields) -> tuple[Item, ...]:
    values = fields.array("items", MAX_ITEMS)
    items = tuple(_item(Fields(value, f"items[{at}]."), at) for at, value in enumerate(values))
    names = [item.name.casefold() for item in items]
    if len(set(names)) != len(names):
        # Written side by side into one folder, one of the two would vanish.
        raise ManifestFieldInvalid("two items bear one name", field="items")
    return items


def _item(fields: Fields, place: int) -> Item:
    item = Item(
        name=fields.name("name"),
        media_type=fields.media_type("media_type"),
        size=fields.integer("size", 0),
        cid=fields.cid("cid"),
        kind=Kind(fields.choice("kind", list(Kind))),
        visibility=Visibility(fields.choice("visibility", list(Visibility))),
        commitment=fields.optional("commitment", fields.bytes32),
    )
    fields.done()
    _check_commitment(item, place)
    return item


def _check_commitment(item: Item, place: int) -> None:
    at = f"items[{place}]"
    if item.visibility == Visibility.PUBLIC:
        if item.commitment is not None:
            raise ManifestFieldInvalid(f"{at} is public and has a commitment", field=at)
    elif item.commitment is None:
        raise ManifestFieldMissing(f"{at} is sealed and has no commitment", field=at)
    elif item != sealed_item(place, item.cid, item.size, item.commitment):
        raise ManifestFieldInvalid(f"{at} is sealed and shows its name, type or kind", field=at)


def _check_recipient(manifest: Manifest) -> None:
    sealed = any(item.visibility == Visibility.SEALED for item in manifest.items)
    if sealed and manifest.recipient is None:
        raise ManifestFieldMissing("items are sealed, to nobody", field="recipient")
    if not sealed and manifest.recipient is not None:
        raise ManifestFieldInvalid("a recipient, and nothing is sealed", field="recipient")


def _item_fields(item: Item) -> dict[str, object]:
    fields: dict[str, object] = {
        "name": item.name,
        "media_type": item.media_type,
        "size": item.size,
        "cid": str(item.cid),
        "kind": str(item.kind),
        "visibility": str(item.visibility),
    }
    if item.commitment is not None:
        fields["commitment"] = "0x" + item.commitment.hex()
    return fields
