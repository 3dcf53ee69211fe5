"""A second, slow reading of the UnixFS layout, to hold the importer against.

It is written top-down from the number of leaves, where the importer grows its tree from the left,
and it spells every byte of dag-pb out by itself.
"""

import hashlib


def root_of(data: bytes, chunk: int, width: int) -> bytes:
    """The binary CID of `data` in a balanced tree of raw leaves."""
    leaves = [data[at : at + chunk] for at in range(0, len(data), chunk)] or [b""]
    depth = 0
    while width**depth < len(leaves):
        depth += 1
    return _build(leaves, depth, width)[0]


def _build(leaves: list[bytes], depth: int, width: int) -> tuple[bytes, int, int]:
    """CID, bytes of file, bytes of DAG."""
    if depth == 0:
        (leaf,) = leaves
        return b"\x01\x55\x12\x20" + hashlib.sha256(leaf).digest(), len(leaf), len(leaf)
    span = width ** (depth - 1)
    parts = [_build(leaves[at : at + span], depth - 1, width) for at in range(0, len(leaves), span)]
    links = b""
    sizes = b""
    for cid, file_bytes, dag_bytes in parts:
        link = b"\x0a\x24" + cid + b"\x12\x00" + b"\x18" + _varint(dag_bytes)
        links += b"\x12" + _varint(len(link)) + link
        sizes += b"\x20" + _varint(file_bytes)
    total = sum(part[1] for part in parts)
    unixfs = b"\x08\x02\x18" + _varint(total) + sizes
    block = links + b"\x0a" + _varint(len(unixfs)) + unixfs
    cid = b"\x01\x70\x12\x20" + hashlib.sha256(block).digest()
    return cid, total, len(block) + sum(part[2] for part in parts)


def _varint(number: int) -> bytes:
    groups = [number & 127]
    while number := number >> 7:
        groups.append(number & 127)
    return bytes([*(group | 128 for group in groups[:-1]), groups[-1]])
