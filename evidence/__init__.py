"""Evidence that anyone can check: content-addressed files and manifests. See README.md.

`evidence.kubo` and `evidence.pinning` are imported by themselves: they alone need ipfshttpclient
and httpx.
"""

from evidence.car import CarReader, write_car
from evidence.cid import CID, cid_of, digest_to_cid, parse_cid
from evidence.dag import walk
from evidence.delivery import Delivery
from evidence.errors import EvidenceError
from evidence.manifest import Item, Kind, Manifest, Visibility, digest, encode, parse
from evidence.sweep import Collected, Removed
from evidence.unixfs import StoredFile, file_size, import_file, read_file
from evidence.vault import Vault

__all__ = [
    "CID",
    "CarReader",
    "Collected",
    "Delivery",
    "EvidenceError",
    "Item",
    "Kind",
    "Manifest",
    "Removed",
    "StoredFile",
    "Vault",
    "Visibility",
    "cid_of",
    "digest",
    "digest_to_cid",
    "encode",
    "file_size",
    "import_file",
    "parse",
    "parse_cid",
    "read_file",
    "walk",
    "write_car",
]
