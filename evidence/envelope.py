"""The key envelope: who holds it can open the sealed items of one manifest.

It carries the secret key that the items are sealed to, and what each of them really is, as
canonical JSON of the schema redress-envelope/1. That is sealed with age to people's own keys, and
can be sealed again to others by whoever can open it. It names the manifest's digest, and the
manifest binds all it says: an envelope of another manifest opens nothing.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from evidence.errors import (
    EnvelopeError,
    EnvelopeInvalid,
    EnvelopeMismatch,
    EnvelopeTooLarge,
    EnvelopeVersion,
    ManifestError,
    ManifestNameUnsafe,
    ManifestNotCanonical,
    ManifestVersion,
    SealError,
)
from evidence.identity import load_identity, recipient_of
from evidence.manifest import MAX_ITEMS, Item, Kind, Visibility, digest
from evidence.manifest import parse as parse_manifest
from evidence.manifest_fields import Fields, canonical, parse_json
from evidence.seal import MAX_HEADER_BYTES, seal, unseal

SCHEMA = "redress-envelope/1"
MAX_BYTES = 1 << 18
"""256 items with the longest names fit."""
MAX_SEALED_BYTES = MAX_BYTES + 2 * MAX_HEADER_BYTES

__all__ = ["MAX_BYTES", "MAX_SEALED_BYTES", "SCHEMA", "Enclosed", "Envelope"]
__all__ += ["encode", "open_envelope", "parse", "seal_envelope", "sealed_items"]


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What a sealed item really is."""

    name: str
    """A plain file name, as in a manifest; it does not begin with a dot."""
    media_type: str
    kind: Kind
    size: int
    """Bytes before sealing."""
    sha256: bytes
    """Of the bytes before sealing."""
    salt: bytes
    """32 random bytes, fresh for each item: nobody can try guesses against the commitment."""

    @property
    def commitment(self) -> bytes:
        """What the manifest shows of all this: SHA-256 over its canonical JSON, 32 bytes."""
        return hashlib.sha256(canonical(_item_fields(self))).digest()


@dataclass(frozen=True, slots=True)
class Envelope:
    manifest: bytes
    """Digest of the manifest, 32 bytes."""
    content_key: str = field(repr=False)
    """The secret key (`AGE-SECRET-KEY-1…`) that the items are sealed to."""
    items: tuple[Enclosed, ...]
    """One for each sealed item of the manifest, in its order."""


def seal_envelope(envelope: Envelope, recipients: Sequence[str]) -> bytes:
    """Sealed to people. Raises EnvelopeError, RecipientInvalid, RecipientCount …"""
    sealed = io.BytesIO()
    seal(io.BytesIO(encode(envelope)), sealed, recipients)
    return sealed.getvalue()


def open_envelope(sealed: bytes, identity: str) -> Envelope:
    """Raises EnvelopeError, IdentityWrong, SealedInvalid, IdentityInvalid."""
    if len(sealed) > MAX_SEALED_BYTES:
        raise EnvelopeTooLarge(f"envelope has {len(sealed)} bytes", limit=MAX_SEALED_BYTES)
    plain = io.BytesIO()
    unseal([sealed], plain, identity, MAX_SEALED_BYTES)
    return parse(plain.getvalue())


def sealed_items(manifest_bytes: bytes, envelope: Envelope) -> list[tuple[Item, Enclosed]]:
    """What lies sealed, and what it really is. Raises ManifestError, EnvelopeMismatch.

    The digest of `manifest_bytes` is the caller's to compare with the chain's.
    """
    manifest = parse_manifest(manifest_bytes)
    sealed = [item for item in manifest.items if item.visibility == Visibility.SEALED]
    if digest(manifest_bytes) != envelope.manifest:
        raise EnvelopeMismatch("the envelope belongs to another manifest", reason="digest")
    if recipient_of(envelope.content_key) != manifest.recipient:
        raise EnvelopeMismatch("the envelope holds another key", reason="recipient")
    if [one.commitment for one in envelope.items] != [item.commitment for item in sealed]:
        raise EnvelopeMismatch("the envelope tells of other files", reason="commitment")
    return list(zip(sealed, envelope.items, strict=True))


def encode(envelope: Envelope) -> bytes:
    """The canonical bytes. Raises EnvelopeError for one that could not be parsed again."""
    fields = {
        "schema": SCHEMA,
        "manifest": "0x" + envelope.manifest.hex(),
        "content_key": envelope.content_key,
        "items": [_item_fields(item) for item in envelope.items],
    }
    try:
        data = canonical(fields)
    except ManifestError as error:
        raise _ours(error) from error
    parse(data)
    return data


def parse(data: bytes) -> Envelope:
    """Raises EnvelopeError; `fields["reason"]` is the code a manifest would get for it."""
    if len(data) > MAX_BYTES:
        raise EnvelopeTooLarge(f"envelope has {len(data)} bytes", bytes=len(data), limit=MAX_BYTES)
    try:
        return _parse(data)
    except (ManifestError, SealError) as error:
        raise _ours(error) from error


def _parse(data: bytes) -> Envelope:
    value = parse_json(data)
    fields = Fields(value, "")
    fields.schema(SCHEMA)
    envelope = Envelope(
        manifest=fields.bytes32("manifest"),
        content_key=fields.text("content_key", 100),
        items=_items(fields),
    )
    fields.done()
    load_identity(envelope.content_key)
    if canonical(value) != data:
        raise ManifestNotCanonical("not in its RFC 8785 form")
    return envelope


def _items(fields: Fields) -> tuple[Enclosed, ...]:
    values = fields.array("items", MAX_ITEMS)
    items = tuple(_item(Fields(value, f"items[{at}].")) for at, value in enumerate(values))
    # Cases of ASCII only: of other letters every Unicode has its own idea, and no reader may refuse
    # what another takes.
    if len({item.name.encode().lower() for item in items}) != len(items):
        raise ManifestNameUnsafe("two items bear one name", field="items")
    return items


def _item(fields: Fields) -> Enclosed:
    item = Enclosed(
        name=fields.name("name"),
        media_type=fields.media_type("media_type"),
        kind=Kind(fields.choice("kind", list(Kind))),
        size=fields.integer("size", 0),
        sha256=fields.bytes32("sha256"),
        salt=fields.bytes32("salt"),
    )
    fields.done()
    if item.name.startswith("."):
        # Opened into a home folder, it would be read by a shell, unseen.
        raise ManifestNameUnsafe("a name begins with a dot", field="name")
    return item


def _item_fields(item: Enclosed) -> dict[str, object]:
    return {
        "name": item.name,
        "media_type": item.media_type,
        "kind": str(item.kind),
        "size": item.size,
        "sha256": "0x" + item.sha256.hex(),
        "salt": "0x" + item.salt.hex(),
    }


def _ours(error: ManifestError | SealError) -> EnvelopeError:
    """A manifest's parser found it, in an envelope."""
    if isinstance(error, ManifestVersion):
        return EnvelopeVersion(error.message, **error.fields)
    return EnvelopeInvalid(f"envelope: {error.message}", **{**error.fields, "reason": error.code})
