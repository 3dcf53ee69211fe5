"""Evidence in and out: files to the vault, a manifest over them, and its digest for the chain."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from dapp.domain.types import Address, ChainId, ComplaintId, Hash32, caip2, hash32
from dapp.errors import Erased, InvalidInput, NotFound
from evidence import (
    CID,
    Delivery,
    Item,
    Kind,
    Manifest,
    Vault,
    Visibility,
    Wait,
    digest_to_cid,
    encode,
    file_size,
    parse,
)
from evidence.dag import BlockSource, Sparing
from evidence.errors import BlockMissing, ContentRefused, EvidenceError
from evidence.gateway import Gateway
from evidence.manifest import sealed_item
from evidence.quota import room
from evidence.seal import check_sealed

View = dict[str, Any]

MAX_FILES = 32
LEAST_BYTES = 256 * 1024
"""What any submission counts as while it waits: files of the disk, and time of each sweep."""
_ANY_MEDIA_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it arrives; `stream` is read once, to its end."""

    name: str
    media_type: str
    kind: str
    """One of `evidence.Kind`."""
    stream: BinaryIO
    commitment: Hash32 | None = None
    """Of a file sealed before it came: what the manifest shows instead of name, type and kind."""


@dataclass(frozen=True, slots=True)
class Submission:
    author: Address
    text: str | None
    complaint: ComplaintId | None
    """None where the complaint has no number yet, or the manifest is about none."""
    order: Hash32 | None
    salt: Hash32 | None
    """Chosen by a client that must know the digest before it submits; else random."""
    files: Sequence[Upload]
    recipient: str | None = None
    """The `age1…` that the sealed files are sealed to."""


class Evidence:
    """Blocking: it reads and writes the disk. Callers in an event loop give it a thread."""

    def __init__(
        self,
        vault: Vault,
        stored: Callable[[bytes], None],
        chain_id: ChainId,
        desk: Address,
        max_file_bytes: int,
        refused: Callable[[CID], int | None] = lambda cid: None,
    ) -> None:
        """`stored` is told of each digest that is; `refused` says 410 or 451 of what must not be
        given out, whether held or not.

        What it says 451 of is not taken in either.
        """
        self._vault = vault
        self._stored = stored
        self._chain = caip2(chain_id)
        self._desk = desk.lower()
        self._max_file_bytes = max_file_bytes
        self._refused = refused
        self.gateway = Gateway(vault.block, refused)

    def submit(
        self,
        submission: Submission,
        waits: Callable[[Hash32, int], Wait | None] = lambda digest, size: None,
    ) -> View:
        """Stores all or nothing, says the digest that goes on chain.

        What is stored stays until the digest is removed; `waits` is asked, with the bytes that it
        takes, whether it stays only once something speaks for it. Raises InvalidInput,
        EvidenceError.
        """
        text, kinds = _checked(submission)
        with self._vault.delivery() as delivery:
            uploads = zip(submission.files, kinds, strict=True)
            items = [self._store(delivery, place, *upload) for place, upload in enumerate(uploads)]
            manifest = encode(self._manifest(submission, text, items))
            digest = delivery.put_manifest(manifest)
            for cid in (digest_to_cid(digest), *(item.cid for item in items)):
                self._check_taken(cid)
            size = room(len(manifest)) + sum(room(item.size) for item in items)
            delivery.pin(digest.hex(), waits(hash32(digest), max(size, LEAST_BYTES)))
        self._stored(digest)
        return self._view(digest)

    def kept(self) -> dict[str, tuple[CID, ...]]:
        """The roots that stay, by the digest that they stay for. Raises EvidenceError."""
        return self._vault.pins()

    def show(self, digest: Hash32) -> View:
        """Raises NotFound where the vault does not hold the manifest, Erased, EvidenceError."""
        return self._view(bytes.fromhex(digest[2:]))

    def manifest(self, digest: Hash32) -> bytes:
        """The very bytes that have this digest. Raises NotFound, Erased, EvidenceError."""
        cid = digest_to_cid(bytes.fromhex(digest[2:]))
        if (status := self._refused(cid)) is not None:
            raise erased(digest, "legal" if status == 451 else "personal")
        try:
            return self._vault.get(cid)
        except BlockMissing as error:
            raise _missing(digest) from error

    def only_file(self, digest: Hash32, most_bytes: int) -> bytes:
        """The one file of a manifest. Raises NotFound, InvalidInput, Erased, EvidenceError."""
        items = parse(self.manifest(digest)).items
        if len(items) != 1 or items[0].size > most_bytes:
            raise InvalidInput(
                f"{digest} does not name one file of at most {most_bytes} bytes",
                code="evidence-otherwise",
                fields={"field": "digest"},
            )
        return b"".join(self._vault.open_file(items[0].cid))

    def _check_taken(self, cid: CID) -> None:
        if self._refused(cid) == 451:
            raise ContentRefused(f"{cid} was erased by law and stays so", cid=str(cid), status=451)

    def _manifest(self, submission: Submission, text: str | None, items: list[Item]) -> Manifest:
        order, salt = submission.order, submission.salt
        return Manifest(
            salt=secrets.token_bytes(32) if salt is None else bytes.fromhex(salt[2:]),
            chain=self._chain,
            desk=self._desk,
            author=submission.author.lower(),
            items=tuple(items),
            complaint=submission.complaint,
            order=None if order is None else bytes.fromhex(order[2:]),
            text=text,
            recipient=submission.recipient,
        )

    def _store(self, delivery: Delivery, place: int, upload: Upload, kind: Kind) -> Item:
        cid, size = delivery.put_file(upload.stream, self._max_file_bytes)
        if upload.commitment is not None:
            return sealed_item(place, cid, size, bytes.fromhex(upload.commitment[2:]))
        media_type = upload.media_type.split(";")[0].strip().lower() or _ANY_MEDIA_TYPE
        return Item(upload.name, media_type, size, cid, kind, Visibility.PUBLIC)

    def _view(self, digest: bytes) -> View:
        data = self.manifest(hash32(digest))
        manifest = parse(data)
        source = Sparing(self._vault.block)
        return {
            "digest": hash32(digest),
            "cid": str(digest_to_cid(digest)),
            "size": len(data),
            "stored": ["vault"],
            "manifest": manifest_view(manifest),
            "items": [self._item_view(item, source) for item in manifest.items],
        }

    def _item_view(self, item: Item, source: BlockSource) -> View:
        """What the manifest says of the file, and whether its bytes are here."""
        return {**item_view(item), "stored": ["vault"] if self._is_whole(item, source) else []}

    def _is_whole(self, item: Item, source: BlockSource) -> bool:
        try:
            return file_size(item.cid, source) == item.size
        except EvidenceError:
            return False


def manifest_view(manifest: Manifest) -> View:
    """Every field but the files, which `item_view` shows."""
    return {
        "salt": "0x" + manifest.salt.hex(),
        "chain": manifest.chain,
        "desk": manifest.desk,
        "author": manifest.author,
        "complaint": manifest.complaint,
        "order": None if manifest.order is None else "0x" + manifest.order.hex(),
        "text": manifest.text,
        "supersedes": None if manifest.supersedes is None else "0x" + manifest.supersedes.hex(),
        "recipient": manifest.recipient,
    }


def item_view(item: Item) -> View:
    return {
        "name": item.name,
        "media_type": item.media_type,
        "size": item.size,
        "cid": str(item.cid),
        "kind": str(item.kind),
        "visibility": str(item.visibility),
        "commitment": None if item.commitment is None else "0x" + item.commitment.hex(),
    }


def _checked(submission: Submission) -> tuple[str | None, list[Kind]]:
    """The text with its lines as a manifest has them, and what each file is."""
    text = (submission.text or "").replace("\r\n", "\n")
    if not text.strip() and not submission.files:
        raise InvalidInput(
            "there is neither a file nor a text", remedy="Add one of the two", code="evidence-empty"
        )
    if len(submission.files) > MAX_FILES:
        raise InvalidInput(
            f"{len(submission.files)} files are more than the {MAX_FILES} of one submission",
            remedy="Send the rest as a second submission",
            code="evidence-too-many-files",
        )
    for upload in submission.files:
        if upload.commitment is not None:
            check_sealed(upload.stream)
    return text or None, [kind_of(upload.kind) for upload in submission.files]


def kind_of(text: str) -> Kind:
    """Raises InvalidInput."""
    try:
        return Kind(text)
    except ValueError as error:
        known = ", ".join(Kind)
        raise InvalidInput(
            f"{text[:40]!r} is no kind of evidence",
            remedy=f"Use one of {known}",
            code="evidence-kind-unknown",
            fields={"field": "kind"},
        ) from error


def erased(digest: Hash32, reason: str, **more: object) -> Erased:
    return Erased(
        f"what {digest} names was erased; the digest stays in the record",
        fields={"digest": digest, "reason": reason, **more},
    )


def _missing(name: str) -> NotFound:
    return NotFound(
        f"{name} is not in this vault",
        remedy="Ask whoever submitted it, or an IPFS node: its name proves the bytes",
        code="evidence-not-here",
    )
