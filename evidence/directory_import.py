"""Directories to blocks in the profile unixfs-v1-2025 (specs.ipfs.tech/ipips/ipip-0499).

Links are sorted by name, without mode or time. A directory whose one block would have more than
256 KiB becomes shards of 256 slots. Files stream; of the directory memory holds names and CIDs.
"""

from collections.abc import Iterable
from typing import BinaryIO, NamedTuple

from evidence.cid import CID
from evidence.dag import BlockSink
from evidence.dagpb import Link, Node, encode_node
from evidence.directory import MAX_SEGMENTS, check_name
from evidence.errors import PathInvalid
from evidence.hamt import store_node, store_shards
from evidence.unixfs import UNIXFS_V1_2025, Part, Profile, import_part
from evidence.unixfs_data import encode_directory_data

MAX_NAME_BYTES = 255
"""What file systems take; longer names would be stored, and then could not be saved."""


class StoredDirectory(NamedTuple):
    cid: CID
    size: int
    """Bytes of all files together, not of their blocks."""


_Folder = dict[str, "Part | _Folder"]


def import_directory(
    files: Iterable[tuple[str, BinaryIO | None]],
    put: BlockSink,
    profile: Profile = UNIXFS_V1_2025,
    max_bytes: int | None = None,
) -> StoredDirectory:
    """Files by their paths, such as `photos/1.png`; None stands for a directory, maybe empty.

    Each stream is read to its end before the next is asked for. Blocks go to `put` children
    first, the root last. Raises PathInvalid, and FileTooLarge as soon as more than `max_bytes`
    were read from all files together.
    """
    root: _Folder = {}
    size = 0
    for path, stream in files:
        *parents, name = _names(path)
        folder = _folder_at(root, parents, path)
        if stream is None:
            _folder_at(folder, [name], path)
            continue
        if name in folder:
            raise PathInvalid(f"{path!r} is there already", path=path)
        left = None if max_bytes is None else max_bytes - size
        part = import_part(stream, put, profile, left)
        size += part.size
        folder[name] = part
    return StoredDirectory(_store(root, put, profile).cid, size)


def _names(path: str) -> list[str]:
    names = path.split("/")
    if len(names) > MAX_SEGMENTS:
        raise PathInvalid(f"path of more than {MAX_SEGMENTS} names", limit=MAX_SEGMENTS)
    for name in names:
        check_name(name)
        if len(name.encode()) > MAX_NAME_BYTES:
            raise PathInvalid(f"name of more than {MAX_NAME_BYTES} bytes", limit=MAX_NAME_BYTES)
    return names


def _folder_at(folder: _Folder, names: list[str], path: str) -> _Folder:
    for name in names:
        below = folder.setdefault(name, {})
        if isinstance(below, Part):
            raise PathInvalid(f"{path!r} leads through a file", path=path)
        folder = below
    return folder


def _store(folder: _Folder, put: BlockSink, profile: Profile) -> Link:
    links = []
    for name, below in folder.items():
        link = below if isinstance(below, Part) else _store(below, put, profile)
        links.append(Link(link.cid, name, link.tsize))
    links.sort(key=lambda link: link.name.encode())
    block = encode_node(Node(tuple(links), encode_directory_data()))
    if len(block) > profile.max_directory_bytes:
        return store_shards(links, put, profile.fanout)
    return store_node(block, links, put)
