"""Evidence that anyone can check: content-addressed files and manifests. See README.md.

`evidence.kubo` and `evidence.pinning` are imported by themselves: they alone need ipfshttpclient
and httpx.
"""

from evidence.budget import Budget, Holder
from evidence.car import CarReader, write_car
from evidence.cid import CID, cid_of, digest_to_cid, parse_cid
from evidence.dag import walk
from evidence.delivery import Delivery
from evidence.envelope import (
    Enclosed,
    Envelope,
    open_envelope,
    seal_envelope,
    sealed_items,
)
from evidence.errors import EvidenceError
from evidence.identity import back_up, new_identity, recipient_of, recover
from evidence.manifest import (
    Item,
    Kind,
    Manifest,
    Visibility,
    digest,
    encode,
    parse,
    sealed_item,
)
from evidence.opening import open_item
from evidence.parts import Part
from evidence.recipient import key_of, recipient_of_key
from evidence.seal import Plain, seal, seal_files, unseal
from evidence.sweep import Collected, Removed
from evidence.unixfs import StoredFile, file_size, import_file, read_file
from evidence.uploads import Limits, Upload, Uploads
from evidence.vault import Vault
from evidence.waiting import Wait, Waiting

__all__ = [
    "CID",
    "Budget",
    "CarReader",
    "Collected",
    "Delivery",
    "Enclosed",
    "Envelope",
    "EvidenceError",
    "Holder",
    "Item",
    "Kind",
    "Limits",
    "Manifest",
    "Part",
    "Plain",
    "Removed",
    "StoredFile",
    "Upload",
    "Uploads",
    "Vault",
    "Visibility",
    "Wait",
    "Waiting",
    "back_up",
    "cid_of",
    "digest",
    "digest_to_cid",
    "encode",
    "file_size",
    "import_file",
    "key_of",
    "new_identity",
    "open_envelope",
    "open_item",
    "parse",
    "parse_cid",
    "read_file",
    "recipient_of",
    "recipient_of_key",
    "recover",
    "seal",
    "seal_envelope",
    "seal_files",
    "sealed_item",
    "sealed_items",
    "unseal",
    "walk",
    "write_car",
]
