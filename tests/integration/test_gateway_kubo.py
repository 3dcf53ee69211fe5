"""The same questions to our gateway and to Kubo's, which passes the IPFS project's own suite."""

import random
from collections.abc import Iterator
from io import BytesIO
from itertools import product
from typing import NamedTuple

import httpx
import pytest

from evidence import CID, Vault, import_file, write_car
from evidence.dagpb import Link
from evidence.gateway_request import CAR_TYPE, RAW_TYPE
from evidence.unixfs import Profile
from scripts.toolchain.kubo import Kubo
from tests.gateway_server import serving
from tests.patience import PATIENCE_SECONDS
from tests.unit.evidence.shards import Store

SMALL = Profile(chunk_bytes=256, max_links=3)
DATA = random.Random(5).randbytes(256 * 10 + 7)
ZEROS = bytes(256 * 12)
NAMES = [f"{number}.txt" for number in range(400)]
PATHS = [
    "", "/", "/file", "/zeros", "/folder", "/folder/inner/file", "/folder/%C3%BC%20%26%25.txt",
    "/names", "/names/7.txt", "/names/399.txt", "/empty",
]  # fmt: skip
RANGES = [
    "0:*", "0:0", "0:255", "255:256", "256:*", "512:1023", "-1:*", "-9999:*", "-9999:-3", "3:-5",
    "2560:2566", "2566:99999", "-700:-300", "9999:*", "0:-9999",
]  # fmt: skip


class Both(NamedTuple):
    ours: httpx.Client
    kubos: httpx.Client
    root: CID

    def same(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        ours = self.ours.get(f"/ipfs/{self.root}{path}", headers=headers)
        kubos = self.kubos.get(f"/ipfs/{self.root}{path}", headers=headers)
        assert ours.status_code == kubos.status_code, (path, ours.text, kubos.text)
        if ours.status_code < 300:
            assert ours.content == kubos.content, path
            for name in ("content-type", "x-ipfs-roots", "content-range"):
                assert ours.headers.get(name) == kubos.headers.get(name), (path, name)
        return ours


@pytest.fixture(scope="module")
def both(kubo: Kubo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("gateway")
    store = Store()
    root = content(store)
    car = b"".join(write_car(root, store.get_block))
    vault = Vault(folder / "vault")
    assert vault.put_car(BytesIO(car)) == root
    rpc = f"{kubo.api_url}/api/v0/dag/import"
    httpx.post(rpc, files={"file": car}, timeout=60).raise_for_status()
    with (
        serving(vault) as url,
        httpx.Client(base_url=url, timeout=PATIENCE_SECONDS) as ours,
        httpx.Client(base_url=kubo.gateway_url, timeout=60) as kubos,
    ):
        yield Both(ours, kubos, root)


def content(store: Store) -> CID:
    def file(data: bytes) -> CID:
        return import_file(BytesIO(data), store.__setitem__, SMALL).cid

    inner = store.basic([Link(file(DATA[:300]), "file")])
    folder = store.basic([Link(inner, "inner"), Link(file(b"x"), "ü &%.txt")])
    names = store.sharded([Link(file(name.encode() * 99), name) for name in NAMES], fanout=16)
    parts = {
        "empty": file(b""),
        "file": file(DATA),
        "folder": folder,
        "names": names,
        "zeros": file(ZEROS),
    }
    return store.basic([Link(cid, name) for name, cid in parts.items()])


@pytest.mark.parametrize("path", PATHS)
def test_blocks(both: Both, path: str) -> None:
    both.same(f"{path}?format=raw")
    both.same(path, {"accept": RAW_TYPE})


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scope", ["block", "entity", "all"])
@pytest.mark.parametrize("dups", ["y", "n"])
def test_cars(both: Both, path: str, scope: str, dups: str) -> None:
    both.same(f"{path}?format=car&dag-scope={scope}&car-dups={dups}")
    both.same(f"{path}?dag-scope={scope}", {"accept": f"{CAR_TYPE}; dups={dups}"})


@pytest.mark.parametrize("path", ["/file", "/zeros", "/names", "/folder/inner/file", "/empty"])
def test_entity_bytes(both: Both, path: str) -> None:
    for span, dups in product(RANGES, "yn"):
        both.same(f"{path}?format=car&dag-scope=entity&entity-bytes={span}&car-dups={dups}")


@pytest.mark.parametrize("query", ["?format=raw", ""])
@pytest.mark.parametrize(
    "span",
    ["0-0", "0-9", "5-", "-7", "100-99999", "99999-", "50-60"],  # of "-0" Go gives a broken 206
)
def test_ranges(both: Both, query: str, span: str) -> None:
    path = f"/ipfs/{both.root}/file{query}"
    ours, kubos = (
        client.get(path, headers={"range": f"bytes={span}"}) for client in (both.ours, both.kubos)
    )
    assert (ours.status_code, ours.headers["content-range"]) == (
        kubos.status_code,
        kubos.headers["content-range"],
    )
    assert ours.status_code == 416 or ours.content == kubos.content


@pytest.mark.parametrize(
    "path",
    [
        "/nothing?format=raw",
        "/names/nothing?format=raw",
        "/file/below?format=raw",
        "?format=car&entity-bytes=9:3",
        "?format=car&entity-bytes=0:99999999999999999999",
        "?format=car&dag-scope=some",
        "?format=car&car-dups=maybe",
        "?format=car&car-version=2",
    ],
)
def test_refusals(both: Both, path: str) -> None:
    ours, kubos = (client.get(f"/ipfs/{both.root}{path}") for client in (both.ours, both.kubos))
    assert ours.status_code == kubos.status_code or ours.status_code == 406
    assert kubos.status_code >= 400
