"""What must hold of the decoders for any bytes at all: each of these raises on a finding.

A decoder may raise an EvidenceError with a code, nothing else. What it takes, it can write again.
"""

from collections.abc import Callable
from io import BytesIO

from evidence import (
    CID,
    CarReader,
    EvidenceError,
    cid_of,
    encode,
    file_size,
    parse,
    parse_cid,
    read_file,
    walk,
    write_car,
)
from evidence.cid import DAG_PB, IDENTITY, RAW, Base, cid_from_bytes
from evidence.dag import BlockSource
from evidence.dagpb import Link, Node, decode_node, encode_node
from evidence.errors import BlockMissing
from evidence.unixfs_data import Kind, decode_data, encode_file_data

MAX_FILE_BYTES = 1 << 20
"""A few blocks may say that they are a file of any size: reading stops here."""

Check = Callable[[bytes], None]


def check_cid(data: bytes) -> None:
    assert bytes(cid_from_bytes(data)) == data


def check_cid_text(data: bytes) -> None:
    text = data.decode("latin-1")
    cid = parse_cid(text)
    bases: tuple[Base, ...] = ("base16", "base32", "base58btc") if cid.version else ("base58btc",)
    assert text in [cid.encode(base) for base in bases]
    assert parse_cid(str(cid)) == cid


def check_node(data: bytes) -> None:
    """Data may come before the links; written again they are in their order, and stay so."""
    node = decode_node(data)
    written = encode_node(node)
    assert decode_node(written) == node
    assert encode_node(decode_node(written)) == written


def check_unixfs(data: bytes) -> None:
    found = decode_data(data)
    assert found.filesize == len(found.data) + sum(found.blocksizes)
    if found.kind is Kind.FILE and not found.data:
        again = decode_data(encode_file_data(list(found.blocksizes)))
        assert again.blocksizes == found.blocksizes


def check_manifest(data: bytes) -> None:
    assert encode(parse(data)) == data


def check_car(data: bytes) -> None:
    """A CAR that is whole gives a CAR that is the same when written once more."""
    reader = CarReader(BytesIO(data), max_blocks=1000)
    blocks = dict(reader.blocks())
    for cid, block in blocks.items():
        cid.verify(block)
    written = b"".join(write_car(reader.root, _source(blocks)))
    again = CarReader(BytesIO(written))
    assert again.root == reader.root
    found = dict(again.blocks())
    assert found.items() <= blocks.items()
    assert b"".join(write_car(again.root, found.__getitem__)) == written


def check_dag(data: bytes) -> None:
    """Blocks with true names that hang together as the bytes say; the last one is the root."""
    blocks = _made(data)
    root = next(reversed(blocks), cid_of(RAW, b""))
    source = _source({**blocks, root: blocks.get(root, b"")})
    walked = dict(walk(root, source))
    again = CarReader(BytesIO(b"".join(write_car(root, source))))
    assert again.root == root
    assert dict(again.blocks()) == {cid: walked[cid] for cid in walked if cid.hash_code != IDENTITY}
    read = 0
    for piece in read_file(root, source):
        read += len(piece)
        if read > MAX_FILE_BYTES:
            return
    assert read == file_size(root, source)


def _made(data: bytes) -> dict[CID, bytes]:
    """Of each block: what it is, how many bytes follow, and these."""
    blocks: dict[CID, bytes] = {}
    sizes: dict[CID, int] = {}
    stream = BytesIO(data)
    while len(head := stream.read(2)) == 2:
        body = stream.read(head[1])
        linked = [list(blocks)[at % len(blocks)] for at in body] if blocks else []
        match head[0] % 4:
            case 0:
                cid, block, size = cid_of(RAW, body), body, len(body)
            case 1:
                cid, block, size = cid_of(DAG_PB, body), body, 0
            case lies:
                parts = [sizes[cid] + (lies - 2) for cid in linked]
                block = encode_node(Node(tuple(map(Link, linked)), encode_file_data(parts)))
                cid, size = cid_of(DAG_PB, block), sum(parts)
        blocks.pop(cid, None)
        blocks[cid] = block
        sizes[cid] = size % 2**60
    return blocks


def holds(check: Check, data: bytes) -> bool:
    """Whether the bytes were taken; anything but taking or refusing them is raised."""
    try:
        check(data)
    except EvidenceError as error:
        assert error.code != EvidenceError.code
        assert len(str(error)) < 1000
        return False
    return True


def _source(blocks: dict[CID, bytes]) -> BlockSource:
    def give(cid: CID) -> bytes:
        if cid not in blocks:
            raise BlockMissing("not among them", cid=str(cid))
        return blocks[cid]

    return give
