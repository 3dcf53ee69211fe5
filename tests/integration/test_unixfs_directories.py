"""Directories: the names that Kubo in our profile and npm's importer give, and each read by all."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from evidence.cid import CID, parse_cid
from evidence.dagpb import Link
from evidence.directory import entries, lookup, resolve
from evidence.directory_import import import_directory
from evidence.errors import SymlinkNotFollowed
from evidence.kubo import Kubo
from evidence.unixfs import read_file
from scripts.toolchain import kubo as kubo_tool
from scripts.toolchain.kubo import Kubo as KuboNode
from tests.integration.test_unixfs_agreement import names_in_npm
from tests.patience import PATIENCE_SECONDS
from tests.unit.evidence.kubo_vectors import VECTORS, names
from tests.unit.evidence.shards import Store

Files = dict[str, str]


def flat(count: int, prefix: str = "") -> Files:
    return {f"{prefix}{number}-é.txt": f"{number}" for number in range(count)}


AT_LIMIT, OVER_LIMIT = (dict.fromkeys(names(vector), "x") for vector in VECTORS["directories"])

DIRECTORIES: dict[str, Files] = {
    "one": {"a.txt": "a"},
    "an empty file": {"a": ""},
    "order": {"b": "1", "a": "2", "B": "3", "a b": "4", "\uffee": "5", "\U0001f642": "6"},
    "nested": {"a/b/c": "x", "a/b/d": "y", "a/e": "z", "f": "w", "g/h/i/j/k": "v"},
    "one block, just": AT_LIMIT,
    "shards, just": OVER_LIMIT,
    "one block below": {f"inner/{name}": text for name, text in AT_LIMIT.items()},
    "shards below": {f"inner/{name}": text for name, text in OVER_LIMIT.items()},
    "many": flat(20_000),
    "directories in shards": {**flat(6000), **flat(3, "inner/"), **flat(5000, "sharded/")},
}


@pytest.fixture(scope="module")
def node(kubo: KuboNode) -> Iterator[KuboNode]:
    """A node of its own, set to our profile; skipped where `kubo` is."""
    with kubo_tool.running("test,unixfs-v1-2025") as node:
        yield node


@pytest.fixture
def client(node: KuboNode) -> Iterator[Kubo]:
    with Kubo(node.api_multiaddr) as client:
        yield client


def stored(files: Files) -> tuple[CID, Store]:
    store = Store()
    streams = ((path, BytesIO(text.encode())) for path, text in files.items())
    return import_directory(streams, store.__setitem__).cid, store


def added(node: KuboNode, files: Files, **options: str) -> CID:
    """As `ipfs add -r` sends them: each directory before what is in it."""
    folders = {path[:at] for path in files for at, char in enumerate(path) if char == "/"}
    parts = [("", "", "application/x-directory")]
    parts += [(f"/{folder}", "", "application/x-directory") for folder in folders]
    parts += [(f"/{path}", text, "application/octet-stream") for path, text in files.items()]
    body = [
        ("file", (quote(f"root{path}", safe=""), text.encode(), kind))
        for path, text, kind in sorted(parts)
    ]
    url = f"{node.api_url}/api/v0/add"
    reply = httpx.post(url, params=options, files=body, timeout=120).raise_for_status()
    return parse_cid(json.loads(reply.text.splitlines()[-1])["Hash"])


def listed(root: CID, client: Kubo, at: str = "") -> Files:
    """All files below, read from Kubo block by block."""
    found: Files = {}
    for link in entries(root, client.block):
        path = f"{at}{link.name}"
        if is_file(link):
            found[path] = b"".join(client.cat(link.cid)).decode()
        else:
            found |= listed(link.cid, client, f"{path}/")
    return found


def is_file(link: Link) -> bool:
    return str(link.cid).startswith("bafkrei")


@pytest.mark.parametrize("name", DIRECTORIES)
def test_our_name_is_kubos_and_kubo_opens_ours(node: KuboNode, client: Kubo, name: str) -> None:
    files = DIRECTORIES[name]
    root, store = stored(files)
    client.add_dag(root, store.get_block)
    url = f"{node.api_url}/api/v0"
    for path in (min(files), max(files)):
        asked = {"arg": f"/ipfs/{root}/{path}", "offline": "true"}
        reply = httpx.post(f"{url}/cat", params=asked, timeout=PATIENCE_SECONDS)
        assert reply.raise_for_status().text == files[path]
    reply = httpx.post(f"{url}/ls", params={"arg": str(root), "offline": "true"}, timeout=60)
    links = reply.raise_for_status().json()["Objects"][0]["Links"]
    assert {link["Name"] for link in links} == {path.split("/")[0] for path in files}
    assert added(node, files) == root


def test_every_name_is_that_of_npm(tmp_path: Path) -> None:
    theirs = names_in_npm([{"files": files} for files in DIRECTORIES.values()], tmp_path)
    ours = {name: str(stored(files)[0]) for name, files in DIRECTORIES.items()}
    assert dict(zip(DIRECTORIES, theirs, strict=True)) == ours


def test_an_empty_directory_is_kubos(node: KuboNode) -> None:
    assert added(node, {}) == stored({})[0]
    root = import_directory([("a/b", None)], lambda cid, block: None).cid
    url = f"{node.api_url}/api/v0/files"
    with httpx.Client(base_url=url, timeout=PATIENCE_SECONDS) as http:
        http.post("/mkdir", params={"arg": "/t/a/b", "parents": "true"}).raise_for_status()
        reply = http.post("/stat", params={"arg": "/t"}).raise_for_status()
    assert reply.json()["Hash"] == str(root)


@pytest.mark.parametrize(
    "options",
    [
        {"max-hamt-fanout": "8", "max-directory-links": "2"},
        {"max-hamt-fanout": "16", "max-directory-links": "2"},
        {"max-hamt-fanout": "64", "max-directory-links": "2"},
        {"max-hamt-fanout": "256", "max-directory-links": "2"},
        {"max-hamt-fanout": "1024", "max-directory-links": "2"},
        {"cid-version": "1", "hash": "sha2-512"},
        {"inline": "true"},
    ],
)
def test_we_read_what_kubo_wrote_in_other_shapes(
    node: KuboNode, client: Kubo, options: dict[str, str]
) -> None:
    files = {f"{number}-ü": f"{number}" for number in range(700)}
    root = added(node, files, **options)
    found = {link.name: link.cid for link in entries(root, client.block)}
    assert set(found) == set(files)
    for name in list(files)[:20]:
        place = lookup(root, name, client.block)
        assert place.cid == found[name]
        assert b"".join(client.cat(place.cid)).decode() == files[name]
    if "max-hamt-fanout" in options:
        assert any(len(lookup(root, name, client.block).visited) > 1 for name in list(files)[:20])


def test_we_read_a_whole_tree_of_kubos(kubo: KuboNode) -> None:
    files = DIRECTORIES["nested"]
    root = added(kubo, files, **{"cid-version": "1", "raw-leaves": "true"})
    with Kubo(kubo.api_multiaddr) as client:
        assert listed(root, client) == files
        assert str(added(kubo, files)).startswith("Qm")
        found = resolve(added(kubo, files), ["a", "b", "d"], client.block)
        assert found.cid.version == 0
        assert len(found.visited) == 3
        assert b"".join(read_file(found.cid, client.block)) == b"y"


def test_a_symlink_is_named_and_not_followed(node: KuboNode, client: Kubo) -> None:
    body = [
        ("file", ("root", b"", "application/x-directory")),
        ("file", ("root%2Flink", b"/etc", "application/symlink")),
    ]
    reply = httpx.post(f"{node.api_url}/api/v0/add", files=body, timeout=60).raise_for_status()
    root = parse_cid(json.loads(reply.text.splitlines()[-1])["Hash"])
    assert [link.name for link in entries(root, client.block)] == ["link"]
    with pytest.raises(SymlinkNotFollowed):
        resolve(root, ["link", "passwd"], client.block)
