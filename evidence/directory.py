"""Directories and paths through them, whether one block or many shards.

Everything is checked: each block against its CID, each name against its place. Symlinks are never
followed: what they point to is a matter of the reader's machine.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from evidence import dagcbor
from evidence.cid import CID, DAG_CBOR, DAG_PB, RAW
from evidence.dag import BlockSource, load
from evidence.dagpb import Link, decode_node
from evidence.errors import (
    CodecUnsupported,
    DagInvalid,
    NameMissing,
    NotADirectory,
    PathInvalid,
    SymlinkNotFollowed,
)
from evidence.hamt import Shard, decode_shard, find_in_shards, shard_entries
from evidence.unixfs_data import Kind, decode_data

MAX_SEGMENTS = 128
"""As deep as a path may go."""


class Found(NamedTuple):
    cid: CID
    visited: tuple[CID, ...]
    """The blocks read on the way, in that order; the found one itself was not read."""


def entries(cid: CID, source: BlockSource) -> Iterator[Link]:
    """Each entry's name, CID and tsize, in the order stored; memory holds one path of shards.

    The root is loaded at once. Names and tsizes are the writer's word: before a name becomes part
    of a path on disk, `check_name` it. Raises NotADirectory, SymlinkNotFollowed, CodecUnsupported,
    DagInvalid, DagTooLarge, and what `dag.load` raises.
    """
    folder = _load_folder(cid, source)
    if isinstance(folder, Shard):
        return shard_entries(folder, source)
    return iter(folder.values())


def lookup(cid: CID, name: str, source: BlockSource) -> Found:
    """What the directory `cid` has under `name`.

    Raises PathInvalid for what is no name, NameMissing, and what `entries` raises.
    """
    check_name(name)
    folder = _load_folder(cid, source)
    if isinstance(folder, Shard):
        link, visited = find_in_shards(folder, name, source)
    else:
        link, visited = folder.get(name), [cid]
    if link is None:
        raise NameMissing(f"{cid} has no {name!r}", cid=str(cid), name=name)
    return Found(link.cid, tuple(visited))


def resolve(root: CID, segments: Sequence[str], source: BlockSource) -> Found:
    """What lies under `root` by a path already split and decoded; no segments give `root` itself.

    The way may begin in dag-cbor documents.

    Raises what `lookup` raises, PathInvalid before anything is read.
    """
    if len(segments) > MAX_SEGMENTS:
        raise PathInvalid(f"path of more than {MAX_SEGMENTS} names", limit=MAX_SEGMENTS)
    for name in segments:
        check_name(name)
    cid, visited = root, list[CID]()
    while segments:
        found, segments = step(cid, segments, source)
        cid = found.cid
        visited += found.visited
    return Found(cid, tuple(visited))


def step(cid: CID, segments: Sequence[str], source: BlockSource) -> tuple[Found, Sequence[str]]:
    """As far as one directory or document leads, and the segments that are left.

    Raises what `resolve` raises.
    """
    if cid.codec != DAG_CBOR:
        return lookup(cid, segments[0], source), segments[1:]
    target, used = dagcbor.find(load(cid, source), segments)
    if not used:
        raise DagInvalid(f"{cid} is nothing but a link", cid=str(cid))
    return Found(target, (cid,)), segments[used:]


def check_name(name: str) -> None:
    """Raises PathInvalid for what no path can address, and what is not UTF-8."""
    if name in ("", ".", "..") or "/" in name or "\0" in name or not _is_unicode(name):
        raise PathInvalid(f"{name!r} is no name for an entry", name=ascii(name))


def _is_unicode(name: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in name)


def _load_folder(cid: CID, source: BlockSource) -> Shard | dict[str, Link]:
    if cid.codec == RAW:
        raise NotADirectory(f"{cid} is a file", cid=str(cid))
    if cid.codec != DAG_PB:
        message = f"codec {cid.codec:#x} of {cid}"
        raise CodecUnsupported(message, cid=str(cid), codec=cid.codec)
    node = decode_node(load(cid, source))
    unixfs = decode_data(node.data)
    if unixfs.kind is Kind.HAMT_SHARD:
        return decode_shard(cid, node, unixfs)
    if unixfs.kind is Kind.SYMLINK:
        raise SymlinkNotFollowed(f"{cid} is a symlink", cid=str(cid))
    if unixfs.kind is not Kind.DIRECTORY:
        raise NotADirectory(f"{cid} is a {unixfs.kind.name.lower()}", cid=str(cid))
    folder = {link.name: link for link in node.links}
    if len(folder) != len(node.links):
        raise DagInvalid(f"{cid} has one name twice", cid=str(cid))
    return folder
