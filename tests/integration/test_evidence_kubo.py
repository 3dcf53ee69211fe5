"""Our blocks against Kubo's: the same names, and each reads what the other wrote."""

import json
import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from evidence.car import write_car
from evidence.cid import CID, DAG_PB, RAW, cid_of, parse_cid
from evidence.dag import walk
from evidence.dagpb import Link, Node, encode_node
from evidence.errors import BlockMissing
from evidence.kubo import Kubo
from evidence.unixfs import Profile, import_file
from evidence.unixfs_data import encode_file_data
from evidence.vault import Vault
from scripts.toolchain.kubo import Kubo as KuboNode

KIB, MIB = 1 << 10, 1 << 20
PROFILE = {"cid-version": "1", "raw-leaves": "true", "chunker": "size-1048576"}


@pytest.fixture
def client(kubo: KuboNode) -> Iterator[Kubo]:
    with Kubo(kubo.api_multiaddr) as client:
        yield client


def rpc(node: KuboNode, command: str, data: bytes | None = None, **options: str) -> httpx.Response:
    files = None if data is None else {"file": data}
    url = f"{node.api_url}/api/v0/{command}"
    return httpx.post(url, params=options, files=files, timeout=60).raise_for_status()


def added(node: KuboNode, data: bytes, **options: str) -> CID:
    return parse_cid(rpc(node, "add", data, **options).json()["Hash"])


@pytest.mark.parametrize(
    "size",
    [
        0, 1, 256 * KIB, 256 * KIB + 1, MIB - 1, MIB, MIB + 1, 2 * MIB - 1, 2 * MIB, 2 * MIB + 1,
        3 * MIB, 10 * MIB + 7,
    ],
)  # fmt: skip
def test_our_name_is_kubos(kubo: KuboNode, size: int) -> None:
    data = random.Random(size).randbytes(size)
    ours = import_file(BytesIO(data), lambda cid, block: None).cid
    assert ours == added(kubo, data, **PROFILE, **{"max-file-links": "1024", "only-hash": "true"})


def test_shared_vectors_are_kubos(kubo: KuboNode) -> None:
    path = Path(__file__).parents[1] / "vectors" / "evidence.json"
    for vector in json.loads(path.read_text())["files"]:
        data = vector["text"].encode() if "text" in vector else bytes(vector["zeros"])
        options = {**PROFILE, "max-file-links": "1024", "only-hash": "true"}
        assert str(added(kubo, data, **options)) == vector["cid"]


def test_every_shape_of_tree_is_kubos(kubo: KuboNode) -> None:
    for leaves in (1, 2, 3, 4, 8, 9, 10, 12, 26, 27, 28, 30, 54, 55, 80, 81, 82, 90, 244):
        data = random.Random(leaves).randbytes(leaves * 16 - 5)
        ours = import_file(BytesIO(data), lambda cid, block: None, Profile(16, 3)).cid
        options = {**PROFILE, "chunker": "size-16", "max-file-links": "3", "only-hash": "true"}
        assert ours == added(kubo, data, **options), leaves


def test_a_full_node_of_1024_links_is_kubos(kubo: KuboNode) -> None:
    for leaves in (1023, 1024, 1025, 2049):
        data = random.Random(leaves).randbytes(leaves * 16)
        ours = import_file(BytesIO(data), lambda cid, block: None, Profile(16, 1024)).cid
        options = {**PROFILE, "chunker": "size-16", "max-file-links": "1024", "only-hash": "true"}
        assert ours == added(kubo, data, **options), leaves


def test_kubo_pins_our_file_and_gives_it_back(kubo: KuboNode, client: Kubo, tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    data = random.Random(11).randbytes(3 * MIB + 5)
    cid, _ = vault.put_file(BytesIO(data))
    assert not client.is_pinned(cid)
    client.add_dag(cid, vault.get)
    assert client.is_pinned(cid)
    assert b"".join(client.cat(cid)) == data
    assert rpc(kubo, "cat", arg=str(cid)).content == data
    assert rpc(kubo, "dag/export", arg=str(cid)).content == b"".join(vault.car(cid))
    client.add_dag(cid, vault.get)  # again does no harm


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"cid-version": "1", "raw-leaves": "false"},
        {"trickle": "true"},
        {"raw-leaves": "true", "chunker": "rabin"},
        {"cid-version": "1", "inline": "true", "chunker": "size-20"},
        {"cid-version": "1", "hash": "sha2-512"},
    ],
)
@pytest.mark.parametrize("size", [0, 5, 300 * KIB, 2 * MIB + 1])
def test_we_read_what_kubo_wrote_in_other_layouts(
    kubo: KuboNode, client: Kubo, tmp_path: Path, size: int, options: dict[str, str]
) -> None:
    data = random.Random(size).randbytes(min(size, 5000) if "inline" in options else size)
    cid = added(kubo, data, **options)
    vault = Vault(tmp_path)
    assert vault.put_car(BytesIO(rpc(kubo, "dag/export", arg=str(cid)).content)) == cid
    assert b"".join(vault.open_file(cid)) == data == b"".join(client.cat(cid))
    assert vault.file_size(cid) == len(data)


def test_what_kubo_does_not_hold_is_missing_at_once(client: Kubo) -> None:
    with pytest.raises(BlockMissing):
        client.cat(cid_of(RAW, b"nobody ever stored this"))


def test_a_dag_with_a_hole_is_not_pinned(client: Kubo) -> None:
    held, hole = cid_of(RAW, b"held by us"), cid_of(RAW, b"held by nobody")
    links = (Link(held, tsize=10), Link(hole, tsize=14))
    block = encode_node(Node(links, encode_file_data([10, 14])))
    root = cid_of(DAG_PB, block)
    blocks = {root: block, held: b"held by us"}

    def source(cid: CID) -> bytes:
        if cid not in blocks:
            raise BlockMissing("hole", cid=str(cid))
        return blocks[cid]

    with pytest.raises(BlockMissing):
        client.add_dag(root, source)
    assert not client.is_pinned(root)


def test_kubo_takes_our_car_as_a_stranger_would_send_it(kubo: KuboNode) -> None:
    blocks: dict[CID, bytes] = {}
    root = import_file(BytesIO(bytes(5 * MIB)), blocks.__setitem__).cid
    assert len(blocks) == 2  # one leaf of zeros, linked five times
    car = b"".join(write_car(root, blocks.__getitem__))
    reply = rpc(kubo, "dag/import", car, **{"pin-roots": "true"}).json()
    assert reply == {"Root": {"Cid": {"/": str(root)}, "PinErrorMsg": ""}}
    assert rpc(kubo, "cat", arg=str(root)).content == bytes(5 * MIB)
    assert len(list(walk(root, blocks.__getitem__))) == 2


def test_pins_come_and_go(client: Kubo) -> None:
    block = random.Random(12).randbytes(100)
    cid = cid_of(RAW, block)
    client.unpin(cid)  # nothing to do
    with pytest.raises(BlockMissing):
        client.pin(cid)
    client.add_dag(cid, lambda wanted: block)
    client.unpin(cid)
    assert not client.is_pinned(cid)
    assert client.block(cid) == block
    client.pin(cid)
    client.pin(cid)
    assert client.is_pinned(cid)


def test_what_hangs_below_a_pin_has_none_of_its_own(client: Kubo, tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    root, _ = vault.put_file(BytesIO(random.Random(13).randbytes(MIB + 5)))
    client.add_dag(root, vault.get)
    leaf = next(cid for cid, _ in walk(root, vault.get) if cid.codec == RAW)
    assert not client.is_pinned(leaf)
    client.unpin(leaf)
    assert client.is_pinned(root)


def test_statistics(client: Kubo) -> None:
    before = client.statistics()
    block = random.Random(14).randbytes(100_000)
    client.add_dag(cid_of(RAW, block), lambda wanted: block)
    after = client.statistics()
    assert after.objects > before.objects
    assert after.repository_bytes >= before.repository_bytes + 100_000
    assert after.limit_bytes == before.limit_bytes > 10**9


def test_addresses(client: Kubo) -> None:
    assert all("/p2p/" in address for address in client.addresses())


def test_version(client: Kubo) -> None:
    assert client.version().count(".") == 2
