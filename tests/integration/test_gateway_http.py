"""What only a real connection shows: an answer that cannot be finished is cut off."""

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from starlette.types import Message

from dapp.web.api import gateway
from evidence import CID, Vault, import_file
from evidence.cid import RAW
from tests.gateway_server import serving
from tests.patience import PATIENCE_SECONDS

MIB = 1 << 20
DATA = random.Random(8).randbytes(3 * MIB + 5)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault")


@pytest.fixture
def root(vault: Vault) -> CID:
    return vault.put_file(BytesIO(DATA)).cid


@pytest.fixture
def http(vault: Vault, tmp_path: Path) -> Iterator[httpx.Client]:
    with serving(vault) as url, httpx.Client(base_url=url, timeout=PATIENCE_SECONDS) as client:
        yield client


def block_files(vault_root: Path, root: CID) -> dict[CID, Path]:
    """In the order of the walk, the root first."""
    blocks: list[CID] = []
    import_file(BytesIO(DATA), lambda cid, block: blocks.append(cid))
    return {
        cid: next((vault_root / "blocks").glob(f"*/{cid.multihash.hex()}"))
        for cid in (root, *(cid for cid in blocks if cid != root))
    }


def test_a_car_read_from_here_is_whole(http: httpx.Client, root: CID, tmp_path: Path) -> None:
    response = http.get(f"/ipfs/{root}?format=car").raise_for_status()
    other = Vault(tmp_path / "other")
    assert other.put_car(BytesIO(response.content)) == root
    assert b"".join(other.open_file(root)) == DATA == http.get(f"/ipfs/{root}").content


@pytest.mark.parametrize("query", ["?format=car", "?format=car&dag-scope=entity", ""])
@pytest.mark.parametrize("harm", ["missing", "rotten"])
def test_an_answer_that_cannot_be_finished_is_cut_off(
    http: httpx.Client, root: CID, tmp_path: Path, query: str, harm: str
) -> None:
    last = list(block_files(tmp_path / "vault", root).values())[-1]
    if harm == "missing":
        last.unlink()
    else:
        last.write_bytes(b"y" * last.stat().st_size)
    with http.stream("GET", f"/ipfs/{root}{query}") as response:
        assert response.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            response.read()
    assert http.get("/ipfs/bafkqaaa?format=raw").content == b""  # the server lives on


def test_a_root_that_is_missing_or_rotten_is_refused_in_words(
    http: httpx.Client, root: CID, tmp_path: Path
) -> None:
    first = block_files(tmp_path / "vault", root)[root]
    first.write_bytes(b"rotten")
    for query in ("?format=car", "?format=raw", ""):
        response = http.get(f"/ipfs/{root}{query}")
        assert (response.status_code, response.json()["code"]) == (500, "block-mismatch")
    first.unlink()
    for query in ("?format=car", "?format=raw", ""):
        response = http.get(f"/ipfs/{root}{query}")
        assert (response.status_code, response.json()["code"]) == (404, "block-missing")
        assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("status", [410, 451])
def test_refused_content_is_not_given_by_any_of_its_names(
    vault: Vault, root: CID, tmp_path: Path, status: int
) -> None:
    leaf = list(block_files(tmp_path / "vault", root))[-1]

    def refused(cid: CID) -> int | None:
        return status if cid.multihash == leaf.multihash else None

    with (
        serving(vault, refused) as url,
        httpx.Client(base_url=url, timeout=PATIENCE_SECONDS) as http,
    ):
        for name in (str(leaf), leaf.encode("base16"), f"{leaf}?format=raw", f"{leaf}?format=car"):
            response = http.get(f"/ipfs/{name}")
            assert (response.status_code, response.json()["code"]) == (status, "content-refused")
            assert http.head(f"/ipfs/{name}").status_code == status
        with pytest.raises(httpx.RemoteProtocolError):
            http.get(f"/ipfs/{root}?format=car")


def test_what_cannot_be_here_is_not(http: httpx.Client) -> None:
    unknown_hash = CID(1, RAW, 0xB220, bytes(32))
    response = http.get(f"/ipfs/{unknown_hash}?format=raw")
    assert (response.status_code, response.json()["code"]) == (404, "hash-unsupported")


def test_answers_without_a_body(http: httpx.Client, root: CID) -> None:
    for query in ("?format=car", "?format=raw", ""):
        whole = http.get(f"/ipfs/{root}{query}")
        head = http.head(f"/ipfs/{root}{query}")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == whole.headers["etag"]
        assert head.headers["content-type"] == whole.headers["content-type"]
        known = {"if-none-match": f'W/"other", {whole.headers["etag"]}'}
        unchanged = http.get(f"/ipfs/{root}{query}", headers=known)
        assert (unchanged.status_code, unchanged.content) == (304, b"")
    preflight = http.options(f"/ipfs/{root}")
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "Range" in preflight.headers["access-control-allow-headers"]


def test_a_path_counts_as_it_was_sent(http: httpx.Client, root: CID) -> None:
    for path in (f"{root}/a%2Fb", f"{root}/%2e%2e", f"{root}/%00", f"{root}/%ff", f"{root}//a"):
        response = http.get(f"/ipfs/{path}")
        assert (response.status_code, response.json()["code"]) == (400, "path-invalid"), path
    assert http.post(f"/ipfs/{root}").status_code == 405


def test_a_reader_who_takes_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "_STALL_SECONDS", 0.01)
    ended = threading.Event()

    async def body() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"more"
        finally:
            ended.set()

    async def taken_once(message: Message) -> None:
        if "body" in message:
            await asyncio.Event().wait()

    asyncio.run(gateway._Streamed(body()).stream_response(taken_once))
    assert ended.is_set()


def test_much_asked_for_at_once_leaves_threads_for_others(vault: Vault, root: CID) -> None:
    at_work, most, lock = 0, 0, threading.Lock()

    def slowly(cid: CID) -> int | None:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.05)
        with lock:
            at_work -= 1
        return 410

    with serving(vault, slowly) as url, ThreadPoolExecutor(24) as pool:
        asked = [
            pool.submit(httpx.get, f"{url}/ipfs/{root}", timeout=PATIENCE_SECONDS)
            for _ in range(24)
        ]
        answers = {one.result().status_code for one in asked}
    assert answers == {410}
    assert most <= 8
