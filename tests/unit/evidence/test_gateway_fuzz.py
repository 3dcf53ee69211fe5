"""Whatever is asked, and whatever the disk says: an answer, and no byte that is not its CID's."""

import random
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st

from evidence import CID, CarReader, cid_of, import_file
from evidence.cid import DAG_PB, RAW
from evidence.dagpb import Link, Node, encode_node
from evidence.errors import EvidenceError
from evidence.gateway import Gateway, Request, Response
from evidence.gateway_range import parse_entity_bytes, parse_range, span_of
from evidence.gateway_request import CAR_TYPE, RAW_TYPE
from evidence.unixfs import Profile
from evidence.unixfs_data import encode_file_data
from tests.unit.evidence.shards import Store

DATA = random.Random(2).randbytes(700)
STORE = Store()
FILE = import_file(BytesIO(DATA), STORE.__setitem__, Profile(64, 3)).cid
NAMES = STORE.sharded([Link(FILE, f"{number}") for number in range(40)], fanout=8)
FOLDER = STORE.basic([Link(FILE, "file"), Link(NAMES, "names")])
LIAR = STORE.put([Link(FILE), Link(FILE)], encode_file_data([1, 5]))

noise = st.text(max_size=12) | st.sampled_from(["..", ".", "%2e", "%", "%00", "%ff", "*", ""])
roots = st.sampled_from([*map(str, (FILE, FOLDER, NAMES, LIAR)), FILE.encode("base16"), "bafkqaaa"])
names = st.sampled_from(["/file", "/names", "/names/7", "/7", "/", ""])
paths = st.builds("/ipfs/{}{}".format, roots, names)
strange_paths = st.builds("/ipfs/{}{}/{}".format, roots | noise, names, noise) | st.text()

offsets = st.integers(-800, 800) | st.integers()
spans = st.builds("{}:{}".format, offsets, offsets | st.just("*"))
queries = st.fixed_dictionaries(
    {},
    optional={
        "format": st.sampled_from(["raw", "car"]),
        "dag-scope": st.just("entity"),
        "entity-bytes": spans,
        "car-dups": st.sampled_from("yn"),
        "filename": st.just("%C3%BC"),
    },
).map(lambda query: "&".join(map("=".join, query.items())))
keys = st.sampled_from(["format", "dag-scope", "entity-bytes", "car-version", "filename"]) | noise
pairs = st.builds("{}={}".format, keys, noise)
strange_queries = st.builds("{}&{}&{}".format, queries, pairs, pairs) | st.text()

ranges = st.builds("bytes={}-{}".format, offsets, offsets)
types = st.sampled_from([RAW_TYPE, CAR_TYPE, f"{CAR_TYPE};dups=y", "*/*", "text/html;q=0.9"])
headers = st.fixed_dictionaries(
    {},
    optional={
        "accept": st.lists(types | noise, max_size=3).map(",".join) | st.text(),
        "range": ranges | st.text(),
        "if-none-match": st.sampled_from([f'"{FILE}"', "*", '"']) | st.text(),
        "if-range": st.sampled_from([f'"{FILE}"', ""]) | st.text(),
        "cache-control": st.sampled_from(["only-if-cached", ""]),
    },
)
methods = st.sampled_from(["GET", "GET", "HEAD", "OPTIONS"])
requests = st.builds(Request, methods, paths, queries, headers)
strange_requests = st.builds(
    Request, methods, paths | strange_paths, queries | strange_queries, headers
)
sensible = st.builds(
    Request,
    st.just("GET"),
    st.sampled_from(
        [f"/ipfs/{FILE}", f"/ipfs/{FOLDER}", f"/ipfs/{FOLDER}/names/7", f"/ipfs/{LIAR}"]
    ),
    st.sampled_from(["", "format=raw", "format=car", "format=car&entity-bytes=60:200"]),
    st.sampled_from([{}, {"range": "bytes=5-99"}, {"range": "bytes=-99"}]),
)
STATUSES = {200, 204, 206, 304, 400, 404, 406, 412, 416, 422}


@given(requests | strange_requests)
def test_whatever_is_asked_there_is_an_answer(request: Request) -> None:
    response = Gateway(STORE.get_block).answer(request)
    assert response.status in STATUSES
    for name, value in response.headers.items():
        assert f"{name}: {value}".isascii()
        assert f"{name}: {value}".isprintable()
    check(response)


@given(sensible, st.sets(st.sampled_from(sorted(STORE, key=str)), max_size=4), st.integers(0))
def test_whatever_the_disk_says_no_wrong_byte_goes_out(
    request: Request, rotten: set[CID], place: int
) -> None:
    def source(cid: CID) -> bytes:
        block = bytearray(STORE[cid])
        if cid in rotten:
            block[place % len(block)] ^= 1
        return bytes(block)

    response = Gateway(source).answer(request)
    assert response.status in STATUSES | {500}
    check(response)


def check(response: Response) -> None:
    """What came before an error counts, too."""
    sent = bytearray()
    try:
        for piece in response.body:
            sent += piece
        whole = True
    except EvidenceError:
        whole = False
    size = response.headers.get("Content-Length")
    if whole and sent and size is not None:
        assert len(sent) == int(size)
    if response.status not in (200, 206) or not sent:
        return
    kind = response.headers["Content-Type"]
    cid = response.headers["X-Ipfs-Roots"].split(",")[-1]
    start = int(response.headers.get("Content-Range", "bytes 0-").split()[1].split("-")[0])
    if kind.startswith(CAR_TYPE):
        for found, block in CarReader(BytesIO(sent)).blocks():
            assert STORE[found] == block
    elif kind == RAW_TYPE:
        blocks = [block for found, block in STORE.items() if str(found) == cid]
        assert blocks[0][start : start + len(sent)] == sent
    else:
        assert DATA[start : start + len(sent)] == sent


@given(st.text() | ranges, st.integers(0, 1000))
def test_a_range_is_a_part_of_what_there_is(header: str, size: int) -> None:
    try:
        span = parse_range(header, size)
    except EvidenceError as error:
        assert error.code == "range_unsatisfiable"
    else:
        assert span is None or 0 <= span.start < span.stop <= size


@given(st.text() | spans, st.integers(0, 1000))
def test_entity_bytes_are_a_part_of_what_there_is(text: str, size: int) -> None:
    try:
        span = span_of(parse_entity_bytes(text), size)
    except EvidenceError as error:
        assert error.code == "request_invalid"
    else:
        assert span is None or 0 <= span.start < span.stop <= size


@given(st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=5), st.data())
def test_a_part_of_a_file_of_any_shape_is_that_slice(
    leaves: list[bytes], draw: st.DataObject
) -> None:
    """Bytes in inner nodes, too, and parts linked twice."""
    store = Store()
    nodes = [(cid_of(RAW, leaf), leaf) for leaf in leaves]
    store.update(nodes)
    whole = [(cid, leaf) for cid, leaf in nodes]
    while len(whole) > 1 or whole[0][0].codec == RAW:
        taken = [whole.pop(0) for _ in range(min(len(whole), draw.draw(st.integers(1, 3))))]
        own = draw.draw(st.binary(max_size=3))
        message = b"\x08\x02" + (b"\x12" + bytes([len(own)]) + own if own else b"")
        sizes = b"".join(b"\x20" + bytes([len(data)]) for _, data in taken)
        block = encode_node(Node(tuple(Link(cid) for cid, _ in taken), message + sizes))
        store[cid_of(DAG_PB, block)] = block
        whole.append((cid_of(DAG_PB, block), own + b"".join(data for _, data in taken)))
    (root, data) = whole[0]
    start, stop = sorted(draw.draw(st.tuples(*[st.integers(0, len(data))] * 2)))
    response = Gateway(store.get_block).answer(
        Request("GET", f"/ipfs/{root}", "", {"range": f"bytes={start}-{stop}"})
    )
    if start < len(data):
        assert b"".join(response.body) == data[start : stop + 1]
    else:
        assert response.status == 416
