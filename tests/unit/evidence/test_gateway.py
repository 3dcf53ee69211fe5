"""The gateway without a server. Beside it: tests/integration/test_gateway_*.py, with Kubo's."""

import json
import random
from io import BytesIO
from typing import Any

import pytest

from evidence import CID, CarReader, cid_of, import_file
from evidence.cid import DAG_PB, IDENTITY, RAW, SHA2_256
from evidence.dagpb import Link, Node, encode_node
from evidence.errors import DagTooLarge, EvidenceError, VaultIo
from evidence.gateway import Gateway, Request, Response
from evidence.gateway_request import CAR_TYPE, MAX_NAMES, RAW_TYPE
from evidence.unixfs import Profile
from evidence.unixfs_data import encode_file_data
from evidence.wire import encode_bytes_field, encode_varint_field
from tests.unit.evidence.shards import Store

DATA = random.Random(1).randbytes(2000)
STORE = Store()
FILE = import_file(BytesIO(DATA), STORE.__setitem__, Profile(256, 3)).cid
SMALL = import_file(BytesIO(b"small"), STORE.__setitem__).cid
NAMES = STORE.sharded([Link(SMALL, f"{number}.txt") for number in range(300)])
FOLDER = STORE.basic([Link(FILE, "file"), Link(NAMES, "names"), Link(SMALL, "ü &.txt")])
SYMLINK = STORE.put([], b"\x08\x04\x12\x02/a")
CBOR = cid_of(0x71, b"\xa0")
STORE[CBOR] = b"\xa0"
MISSING = cid_of(RAW, b"nobody has this")
GATEWAY = Gateway(STORE.get_block)
DUPLICATES = f"{CAR_TYPE}; version=1; order=dfs; dups=y"

Headers = dict[str, str]


def ask(target: str, headers: Headers | None = None, method: str = "GET") -> Response:
    path, _, query = target.partition("?")
    return GATEWAY.answer(Request(method, f"/ipfs/{path}", query, headers or {}))


def body(response: Response) -> bytes:
    return b"".join(response.body)


def problem(response: Response) -> dict[str, Any]:
    assert response.headers["Content-Type"] == "application/problem+json"
    return dict(json.loads(body(response)))


def car_cids(response: Response) -> list[CID]:
    assert response.status == 200, problem(response)
    return [cid for cid, _ in CarReader(BytesIO(body(response))).blocks()]


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("", 400, "cid-invalid"),
        ("abc", 400, "cid-invalid"),
        (str(SMALL).upper(), 400, "cid-invalid"),
        ("b" * 600, 400, "cid-invalid"),
        (f"{SMALL}%20", 400, "cid-invalid"),
        (f"{FOLDER}/..", 400, "path-invalid"),
        (f"{FOLDER}/./file", 400, "path-invalid"),
        (f"{FOLDER}/%2e%2E/file", 400, "path-invalid"),
        (f"{FOLDER}//file", 400, "path-invalid"),
        (f"{FOLDER}/a%2Fb", 400, "path-invalid"),
        (f"{FOLDER}/%00", 400, "path-invalid"),
        (f"{FOLDER}/%ff", 400, "path-invalid"),
        (f"{FOLDER}/%2", 400, "path-invalid"),
        (f"{FOLDER}/%zz", 400, "path-invalid"),
        (f"{FOLDER}/é", 400, "path-invalid"),
        (f"{FOLDER}" + "/a" * (MAX_NAMES + 1), 400, "path-invalid"),
        (f"{FOLDER}/" + "a" * 3000, 400, "path-invalid"),
        (f"{FOLDER}?format=raw&format=raw", 400, "request-invalid"),
        (f"{FOLDER}?format=raw&format=car", 400, "request-invalid"),
        (f"{FOLDER}?format=car&dag-scope=all&dag-scope=all", 400, "request-invalid"),
        (f"{FOLDER}?format=car&dag-scope=", 400, "request-invalid"),
        (f"{FOLDER}?format=car&dag-scope=ALL", 400, "request-invalid"),
        (f"{FOLDER}?format=car&dag-scope=all&entity-bytes=0:1", 400, "request-invalid"),
        (f"{FOLDER}?a={'b' * 2000}", 400, "request-invalid"),
        (f"{FOLDER}?" + "a&" * 100, 400, "request-invalid"),
        (f"{FOLDER}?a=%f", 400, "request-invalid"),
        (f"{FOLDER}?a=%ff", 400, "request-invalid"),
        (f"{FOLDER}?a=é", 400, "request-invalid"),
        (f"{FOLDER}?filename=", 400, "request-invalid"),
        (f"{FOLDER}?filename={'a' * 256}", 400, "request-invalid"),
        (f"{FOLDER}?format=tar", 406, "not-acceptable"),
        (f"{FOLDER}?format=RAW", 406, "not-acceptable"),
        (f"{FOLDER}?format=", 406, "not-acceptable"),
        (f"{FOLDER}?format=car&car-version=2", 406, "not-acceptable"),
        (f"{FOLDER}?format=car&car-order=bfs", 406, "not-acceptable"),
        (f"{FOLDER}?format=car&car-dups=maybe", 406, "not-acceptable"),
        (f"{FOLDER}", 406, "not-a-file"),
        (f"{SYMLINK}", 406, "not-a-file"),
        (f"{MISSING}", 404, "block-missing"),
        (f"{MISSING}?format=raw", 404, "block-missing"),
        (f"{MISSING}/a?format=car", 404, "block-missing"),
        (f"{FOLDER}/nothing?format=car", 404, "name-missing"),
        (f"{FOLDER}/names/nothing?format=raw", 404, "name-missing"),
        (f"{FILE}/a", 404, "not-a-directory"),
        (f"{SMALL}/a", 404, "not-a-directory"),
        (f"{SYMLINK}/a", 404, "symlink-not-followed"),
        (f"{CBOR}", 400, "codec-unsupported"),
        (f"{CBOR}/a?format=car", 404, "name-missing"),
        (f"{CBOR}?format=car", 400, "codec-unsupported"),
    ],
)
def test_refusals_are_clear_and_kept_by_no_cache(target: str, status: int, code: str) -> None:
    for method in ("GET", "HEAD"):
        response = ask(target, method=method)
        assert response.status == status
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        said = b"" if method == "HEAD" else problem(response)["code"].encode()
        assert said in (b"", code.encode())
        assert response.error is not None
        assert response.error.code == code.replace("-", "_")


@pytest.mark.parametrize(
    "text",
    [
        "", ":", "1", "1:", ":1", "*:1", "0:*:1", " 0:1", "0:1 ", "+0:1", "0x0:1", "1e3:*", "--1:*",
        "0:-", "٣:*", "9223372036854775808:*", "0:9223372036854775808", "0:" + "9" * 40,
        "-9223372036854775808:*", "5:4", "-4:-5",
    ],
)  # fmt: skip
def test_entity_bytes_that_make_no_sense(text: str) -> None:
    for form in ("car", "raw"):
        quoted = "".join(f"%{byte:02x}" for byte in text.encode())
        response = ask(f"{FILE}?format={form}&entity-bytes={quoted}")
        assert response.status == 400
        assert problem(response)["fields"] == {"field": "entity-bytes"}


def test_blocks() -> None:
    for cid in (FILE, FOLDER, SMALL, NAMES, SYMLINK, CBOR):
        response = ask(f"{cid}?format=raw")
        assert response.status == 200
        assert body(response) == STORE[cid]
        assert response.headers["Content-Type"] == RAW_TYPE
        assert response.headers["Content-Length"] == str(len(STORE[cid]))
        assert response.headers["Content-Disposition"] == f'attachment; filename="{cid}.bin"'
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "public, max-age=29030400, immutable"
        assert response.headers["X-Ipfs-Roots"] == str(cid)
    version_0 = CID(0, DAG_PB, SHA2_256, FILE.digest)
    assert Gateway(lambda cid: STORE[FILE]).answer(
        Request("GET", f"/ipfs/{version_0}", "format=raw", {})
    ).status == 200  # fmt: skip


def test_a_path_is_walked_and_told() -> None:
    response = ask(f"{FOLDER}/%C3%BC%20&.txt/?format=raw")
    assert body(response) == b"small"
    assert response.headers["X-Ipfs-Path"] == f"/ipfs/{FOLDER}/%C3%BC%20%26.txt"
    assert response.headers["X-Ipfs-Roots"] == f"{FOLDER},{SMALL}"
    assert body(ask(f"{FOLDER}/file")) == DATA
    (first, *shards, last) = car_cids(ask(f"{FOLDER}/names/7.txt?format=car"))
    assert (first, shards[0], last) == (FOLDER, NAMES, SMALL)
    assert 1 <= len(shards) <= 3
    (root, *_) = [CarReader(BytesIO(body(ask(f"{FOLDER}/names/7.txt?format=car")))).root]
    assert root == SMALL


def test_scopes() -> None:
    assert car_cids(ask(f"{FOLDER}?format=car&dag-scope=block")) == [FOLDER]
    assert car_cids(ask(f"{FOLDER}?format=car&dag-scope=entity")) == [FOLDER]
    assert set(car_cids(ask(f"{FOLDER}?format=car"))) == STORE.keys() - {SYMLINK, CBOR}
    shards = {cid for cid in STORE if cid == NAMES or STORE[cid][-3:] == STORE[NAMES][-3:]}
    assert set(car_cids(ask(f"{NAMES}?format=car&dag-scope=entity"))) == shards
    assert len(shards) > 10
    for odd in (CBOR, SYMLINK, SMALL):
        assert car_cids(ask(f"{odd}?format=car&dag-scope=entity&entity-bytes=1:2")) == [odd]


def test_what_is_no_unixfs_is_one_block() -> None:
    for block in (encode_node(Node((Link(SMALL),), b"plain")), b"\xff\xff"):
        cid = cid_of(DAG_PB, block)
        gateway = Gateway({cid: block}.__getitem__)
        response = gateway.answer(
            Request("GET", f"/ipfs/{cid}", "format=car&dag-scope=entity&entity-bytes=0:9", {})
        )
        assert car_cids(response) == [cid]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/octet-stream"),
        ("*/*", "application/octet-stream"),
        ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "application/octet-stream"),
        (RAW_TYPE, RAW_TYPE),
        (f"{RAW_TYPE}, */*", RAW_TYPE),
        (f"*/*, {RAW_TYPE}", RAW_TYPE),
        (f"{RAW_TYPE};q=0.5, */*;q=0.9", "application/octet-stream"),
        (f"{RAW_TYPE};q=nonsense", "application/octet-stream"),
        (f"{CAR_TYPE};q=0.5, {RAW_TYPE};q=0.6", RAW_TYPE),
        (CAR_TYPE, f"{CAR_TYPE}; version=1; order=dfs; dups=n"),
        (CAR_TYPE.upper(), f"{CAR_TYPE}; version=1; order=dfs; dups=n"),
        (f'{CAR_TYPE};version="1" ; order=unk;dups=y', DUPLICATES),
        (f"{CAR_TYPE};order=foo, {CAR_TYPE};dups=y;q=0.5", DUPLICATES),
        (f"{CAR_TYPE};version=2", None),
        (f"{CAR_TYPE};q=0", None),
        ("application/x-tar", None),
        ("application/vnd.ipfs.ipns-record", None),
        ("application/vnd.ipld.dag-json, */*;q=0.1", "application/octet-stream"),
    ],
)  # fmt: skip
def test_negotiation(accept: str, media_type: str | None) -> None:
    response = ask(str(SMALL), {"accept": accept})
    if media_type is None:
        assert (response.status, problem(response)["code"]) == (406, "not-acceptable")
    else:
        assert (response.status, response.headers["Content-Type"]) == (200, media_type)
    assert response.headers["Vary"] == "Accept"


def test_the_url_has_the_first_word() -> None:
    raw = ask(f"{SMALL}?format=raw", {"accept": CAR_TYPE})
    assert raw.headers["Content-Type"] == RAW_TYPE
    assert raw.headers["Content-Location"] == f"/ipfs/{SMALL}?format=raw"
    car = ask(f"{SMALL}?format=car&car-dups=n", {"accept": f"{RAW_TYPE}, {CAR_TYPE};dups=y;q=0"})
    assert car.headers["Content-Type"].endswith("dups=n")
    car = ask(f"{SMALL}?format=car", {"accept": f"{CAR_TYPE};dups=y"})
    assert car.headers["Content-Type"].endswith("dups=y")
    again = ask(car.headers["Content-Location"].removeprefix("/ipfs/"))
    assert again.headers["ETag"] == car.headers["ETag"]
    span = ask(f"{FILE}?entity-bytes=-5:*", {"accept": CAR_TYPE}).headers["Content-Location"]
    assert car_cids(ask(span.removeprefix("/ipfs/"))) == car_cids(
        ask(f"{FILE}?format=car&entity-bytes=-5:*")
    )


def test_every_answer_has_its_own_etag() -> None:
    targets = [
        f"{FOLDER}/file", f"{FOLDER}/file?format=raw", f"{FOLDER}/file?format=car",
        f"{FILE}?format=car", f"{FOLDER}?format=raw", f"{FOLDER}/file?format=car&car-dups=y",
        f"{FOLDER}/file?format=car&dag-scope=block", f"{FOLDER}/file?format=car&dag-scope=entity",
        f"{FOLDER}/file?format=car&entity-bytes=0:*", f"{FOLDER}/file?format=car&entity-bytes=0:9",
    ]  # fmt: skip
    etags = [ask(target).headers["ETag"] for target in targets]
    assert len(set(etags)) == len(targets)
    for target, etag in zip(targets, etags, strict=True):
        for known in (etag, f"W/{etag}", f'"a", W/"b",{etag}', "*"):
            response = ask(target, {"if-none-match": known})
            assert (response.status, body(response)) == (304, b"")
            assert response.headers["ETag"] == etag
        for known in ("", '"a"', etag.strip('"'), 'W/"', etag[:-1]):
            assert ask(target, {"if-none-match": known}).status == 200
    assert ask(f"{MISSING}?format=raw", {"if-none-match": "*"}).status == 404


@pytest.mark.parametrize("form", ["?format=raw", ""])
@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=0-", slice(0, None)),
        ("bytes=3-9", slice(3, 10)),
        ("bytes= 3-9 ", slice(3, 10)),
        ("bytes=100-99999", slice(100, None)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=-99999", slice(0, None)),
        ("bytes=3-3", slice(3, 4)),
        ("bytes=0-1,5-6", None),
        ("bytes=9-3", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=3", None),
        ("bytes=٣-٤", None),
        ("bytes=0-" + "9" * 5000, None),
        ("lines=0-1", None),
        ("", None),
    ],
)
def test_ranges(form: str, header: str, part: slice | None) -> None:
    whole = STORE[FILE] if form else DATA
    response = ask(f"{FILE}{form}", {"range": header})
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Content-Length"] == str(len(whole[part or slice(None)]))
    assert body(response) == whole[part or slice(None)]
    if part is None:
        assert response.status == 200
        assert "Content-Range" not in response.headers
    else:
        start, stop, _ = part.indices(len(whole))
        assert response.status == 206
        assert response.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(whole)}"


def test_ranges_of_nothing() -> None:
    for header in ("bytes=5-", "bytes=99-100", "bytes=-0", f"bytes={'9' * 19}-"):
        response = ask(f"{SMALL}?format=raw", {"range": header})
        assert (response.status, problem(response)["code"]) == (416, "range-unsatisfiable")
        assert response.headers["Content-Range"] == "bytes */5"
    empty = "bafkqaaa?format=raw"
    assert ask(empty, {"range": "bytes=0-"}).status == 416
    assert ask(empty, {"range": "bytes=-5"}).status == 200


def test_a_range_of_what_has_changed_is_the_whole() -> None:
    etag = ask(str(FILE)).headers["ETag"]
    assert ask(str(FILE), {"range": "bytes=0-1", "if-range": etag}).status == 206
    for other in (f"W/{etag}", '"other"', "Sat, 01 Jan 2028 00:00:00 GMT"):
        assert ask(str(FILE), {"range": "bytes=0-1", "if-range": other}).status == 200
    assert ask(str(FILE), {"range": "bytes=0-1"}, "HEAD").status == 200
    car = ask(f"{FILE}?format=car", {"range": "bytes=0-1"})
    assert (car.status, car.headers["Accept-Ranges"]) == (200, "none")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.bin", 'attachment; filename="a.bin"'),
        ("%C3%BC.txt", "attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%BC.txt"),
        ("a%22%5Cb%0D%0Ac", "attachment; filename=\"a__b__c\"; filename*=UTF-8''a%22%5Cb%0D%0Ac"),
        ("a+b%2fc", "attachment; filename=\"a b_c\"; filename*=UTF-8''a%20b%2Fc"),
    ],
)
def test_filenames(name: str, header: str) -> None:
    for form in ("", "&format=raw", "&format=car"):
        response = ask(f"{SMALL}?filename={name}{form}")
        assert response.headers["Content-Disposition"] == header


def test_names_that_hold_their_bytes() -> None:
    assert body(ask("bafkqaaa?format=raw")) == b""
    car = CarReader(BytesIO(body(ask("bafkqaaa?format=car"))))
    assert (str(car.root), list(car.blocks())) == ("bafkqaaa", [])
    for method in ("GET", "HEAD"):
        for query in ("?format=raw", "?format=car", ""):
            assert ask(f"bafkqaaa{query}", method=method).status == 200
    inline = CID(1, RAW, IDENTITY, b"inline")
    store = Store()
    root = store.put([Link(inline), Link(inline)], encode_file_data([6, 6]))
    gateway = Gateway(store.get_block)
    response = gateway.answer(Request("GET", f"/ipfs/{root}", "format=car&car-dups=y", {}))
    assert car_cids(response) == [root]
    assert body(gateway.answer(Request("GET", f"/ipfs/{root}", "", {}))) == b"inlineinline"


def test_blocks_that_are_linked_often_are_given_as_asked() -> None:
    store = Store()
    root = import_file(BytesIO(bytes(1000)), store.__setitem__, Profile(100, 4)).cid
    gateway = Gateway(store.get_block)
    for scope in ("all", "entity", "entity&entity-bytes=0:*"):
        counts = [
            len(car_cids(gateway.answer(Request("GET", f"/ipfs/{root}", query, {}))))
            for query in (f"format=car&dag-scope={scope}&car-dups={dups}" for dups in "ny")
        ]
        assert counts == [len(store), 10 + 3 + 1]


def test_no_shape_of_file_is_a_bomb() -> None:
    """2 to the power of 40 leaves, in 41 blocks."""
    store = Store()
    cid, size = cid_of(RAW, b"x"), 1
    store[cid] = b"x"
    for _ in range(40):
        cid, size = store.put([Link(cid), Link(cid)], encode_file_data([size, size])), size * 2
    gateway = Gateway(store.get_block)
    for query in ("", f"&entity-bytes=1:{size - 2}", "&dag-scope=entity"):
        request = Request("GET", f"/ipfs/{cid}", f"format=car{query}", {})
        assert len(car_cids(gateway.answer(request))) == 41
    middle = gateway.answer(Request("GET", f"/ipfs/{cid}", "", {"range": f"bytes={size - 3}-"}))
    assert body(middle) == b"xxx"


def test_little_is_taken_apart_for_a_small_answer() -> None:
    """Any uploaded MiB may be asked for as a node, and a chain of such costs seconds."""
    store = Store()
    cid, size = cid_of(RAW, b"x"), 1
    store[cid] = b"x"
    folder = cid
    for _ in range(6):
        inner = bytes(1 << 20)
        message = encode_varint_field(1, 2) + encode_bytes_field(2, inner)
        message += encode_varint_field(4, size)
        cid, size = store.put([Link(cid)], message), len(inner) + size
        folder = store.basic([Link(folder, "d"), Link(SMALL, "n" * (1 << 20))])
    gateway = Gateway(store.get_block)
    path = f"/ipfs/{cid}"
    assert len(body(gateway.answer(Request("GET", path, "", {})))) == size
    with pytest.raises(DagTooLarge):
        body(gateway.answer(Request("GET", path, "", {"range": "bytes=-1"})))
    for method in ("GET", "HEAD"):
        deep = gateway.answer(Request(method, f"/ipfs/{folder}/d/d/d/d/d/d", "format=raw", {}))
        assert deep.status == 422


def test_a_part_outside_of_the_range_may_be_missing() -> None:
    store = Store(STORE)
    leaves = [cid for cid in car_cids(ask(f"{FILE}?format=car")) if cid.codec == RAW]
    del store[leaves[0]], store[leaves[-1]]
    gateway = Gateway(store.get_block)
    part = gateway.answer(Request("GET", f"/ipfs/{FILE}", "", {"range": "bytes=256-700"}))
    assert body(part) == DATA[256:701]
    car = gateway.answer(Request("GET", f"/ipfs/{FILE}", "format=car&entity-bytes=256:700", {}))
    assert {cid for cid in car_cids(car) if cid.codec == RAW} == set(leaves[1:3])
    car = gateway.answer(Request("GET", f"/ipfs/{FILE}", "format=car&entity-bytes=256:511", {}))
    assert [cid for cid in car_cids(car) if cid.codec == RAW] == [leaves[1]]
    for target in ("format=car", "format=car&dag-scope=entity", ""):
        with pytest.raises(EvidenceError):
            body(gateway.answer(Request("GET", f"/ipfs/{FILE}", target, {})))


def test_only_what_is_held_counts() -> None:
    headers = {"cache-control": "no-cache, only-if-cached"}
    assert ask(f"{MISSING}?format=raw", headers).status == 412
    assert ask(f"{SMALL}?format=raw", headers).status == 200
    assert ask(f"{FOLDER}/nothing?format=raw", headers).status == 404


def test_no_service_worker() -> None:
    assert ask(str(SMALL), {"service-worker": "script"}).status == 400


def test_a_disk_that_refuses_is_no_fault_of_the_request() -> None:
    def broken(cid: CID) -> bytes:
        raise VaultIo("the disk refused")

    response = Gateway(broken).answer(Request("GET", f"/ipfs/{SMALL}", "", {}))
    assert (response.status, response.headers["Retry-After"]) == (503, "2")


def test_bare_files_are_for_pages_of_this_site() -> None:
    file, raw = ask(str(FILE)), ask(f"{FILE}?format=raw")
    assert file.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in file.headers
    assert raw.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert raw.headers["Access-Control-Allow-Origin"] == "*"
    for response in (file, raw, ask(f"{FILE}?format=car"), ask("nonsense")):
        assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
