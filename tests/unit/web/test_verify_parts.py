"""What the browser's verifier is made of, held against other people's implementations."""

import base64
import io
import json
import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rfc8785
import rlp
from trie.hexary import HexaryTrie

from dapp.chain.artifacts import load
from dapp.chain.keccak import keccak
from evidence import Item, Kind, Manifest, Visibility, encode, recipient_of_key, sealed_item
from evidence.car import write_blocks
from evidence.cid import CID, DAG_PB, RAW, cid_of, digest_to_cid, parse_cid
from evidence.dag import walk
from evidence.dagpb import Link, Node, encode_node
from evidence.manifest import digest, parse
from evidence.unixfs import Profile, import_file
from evidence.unixfs_data import encode_file_data
from tests.unit.web import verify_node

ROOT = verify_node.ROOT
VECTORS = json.loads((ROOT / "tests" / "vectors" / "evidence.json").read_text())

SCRIPT = """
import { decode as decodeRlp, encodeIndex } from "./rlp";
import { Nodes } from "./trie";
import { parse } from "./json";
import { members } from "./zip";
import { Stream } from "./stream";
import { readBlocks } from "./car";
import { inspect, Named } from "./evidence";
import { readManifest } from "./manifest";
import { parseCid, rawCid } from "./content";
import { shapes } from "./abi";
import { Fault } from "./fault";
import { hex, unhex } from "./bytes";
const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));
const attempt = async (work) => { try { return await work(); } catch (error) {
  return { refused: error instanceof Fault ? error.code : error.name }; } };
const plain = (item) => item.items ? item.items.map(plain) : hex(item.bytes);
const unzip = async (data) => {
  const found = {};
  for (const member of await members(new Blob([data]))) {
    const parts = [];
    for await (const part of member.open()) parts.push(part);
    found[member.name] = Buffer.concat(parts).toString("base64");
  }
  return found;
};
const proof = ({ root, nodes, key }) => {
  const known = new Nodes();
  for (const node of nodes) known.add(unhex(node));
  const found = known.get(root, unhex(key));
  return found ? hex(found) : null;
};
const car = async ({ data, digests, roots }) => {
  const whole = bytes(data);
  const member = { name: "evidence.car", size: whole.length, async *open() {
    for (let at = 0; at < whole.length; at += 7) yield whole.slice(at, at + 7); } };
  const named = new Named();
  for (const digest of digests) named.add(digest);
  const stream = new Stream(member, () => {}, "evidence-differs");
  const found = inspect(named, await readBlocks(stream, roots, named.wanted), roots);
  return { exhibits: [...found.exhibits.values()], isExact: found.isExact };
};
const WORK = {
  rlp: (text) => plain(decodeRlp(unhex(text))),
  index: (number) => hex(encodeIndex(number)),
  trie: proof,
  json: (text) => parse(bytes(text)),
  zip: (text) => unzip(bytes(text)),
  car,
  manifest: (text) => readManifest(bytes(text)),
  cid: (text) => parseCid(text).key,
  shapes,
};
async function answer(asked) {
  const out = [];
  for (const [what, given] of asked) out.push(await attempt(() => WORK[what](given)));
  return out;
}
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return verify_node.build(SCRIPT, tmp_path_factory.mktemp("verify"))


def ask(script: Path, what: str, given: list[Any]) -> list[Any]:
    return list(verify_node.run(script, [[what, one] for one in given]))


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def refused(answers: list[Any], by: str) -> bool:
    return all(one == {"refused": by} for one in answers)


# RLP


def test_rlp_is_read_as_it_was_written(script: Path) -> None:
    values: list[Any] = [b"", b"\0", b"\x7f", b"\x80", b"a" * 55, b"a" * 56, b"a" * 70_000, []]
    values += [[b"a", [b"", [b"b" * 60]]], [b"x" * 60, b"y"], [[[]], []]]
    found = ask(script, "rlp", ["0x" + rlp.encode(value).hex() for value in values])
    assert found == [spelled(value) for value in values]


def spelled(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return [spelled(one) for one in value]


WRONG_RLP = [
    "",  # nothing
    "8100",  # a byte below 0x80 has no prefix
    "817f",
    "83ab",  # cut off
    "b800",  # a long form for a short string
    "b837" + "00" * 55,
    "b90038" + "00" * 56,  # a length with a leading zero
    "8080",  # two items
    "c180" + "00",
    "c3c2",
    "bfffffffffffffffff",  # a length beyond all data
    "c1" * 14 + "c0",  # too deep, and lengths that do not add up
    "cecdcccbcac9c8c7c6c5c4c3c2c1c0",  # too deep
]


def test_rlp_that_has_another_spelling_is_refused(script: Path) -> None:
    assert refused(ask(script, "rlp", ["0x" + text for text in WRONG_RLP]), "RangeError")


def test_the_keys_of_receipts(script: Path) -> None:
    numbers = [0, 1, 127, 128, 255, 256, 65_535, 65_536]
    assert ask(script, "index", numbers) == ["0x" + rlp.encode(n).hex() for n in numbers]


# Tries


def tree(size: int) -> tuple[HexaryTrie, list[bytes]]:
    """Keys of differing lengths as receipts have them, small values so that nodes lie in place."""
    found: HexaryTrie = HexaryTrie(db={})
    keys = [rlp.encode(number) for number in range(size)]
    for at, key in enumerate(keys):
        found[key] = bytes([1 + at % 255]) * (1 + at * 7 % 50)
    return found, keys


def proof_of(known: HexaryTrie, key: bytes) -> list[Any]:
    return list(known.get_proof(key))  # type: ignore[no-untyped-call]


def test_presence_and_absence_are_proven(script: Path) -> None:
    asked, expected = [], []
    for size in (1, 2, 3, 17, 130, 300):
        known, keys = tree(size)
        for key in [*keys[:: max(1, size // 9)], rlp.encode(size), b"\xff" * 32]:
            nodes = ["0x" + rlp.encode(node).hex() for node in proof_of(known, key)]
            asked.append({"root": "0x" + known.root_hash.hex(), "nodes": nodes, "key": hexed(key)})
            expected.append("0x" + known[key].hex() if key in known else None)
    assert ask(script, "trie", asked) == expected
    assert None in expected


def test_a_proof_without_one_of_its_nodes_proves_nothing(script: Path) -> None:
    known, keys = tree(300)
    nodes = ["0x" + rlp.encode(node).hex() for node in proof_of(known, keys[200])]
    whole = [one for one in nodes if len(one) >= 66]
    asked = [
        {
            "root": "0x" + known.root_hash.hex(),
            "nodes": [one for one in whole if one != gone],
            "key": hexed(keys[200]),
        }
        for gone in whole
    ]
    assert len(asked) > 1
    assert refused(ask(script, "trie", asked), "RangeError")


def test_an_empty_trie_holds_nothing(script: Path) -> None:
    empty = "0x" + keccak(rlp.encode(b"")).hex()
    assert ask(script, "trie", [{"root": empty, "nodes": [], "key": "0x01"}]) == [None]


@pytest.mark.parametrize(
    "node",
    [
        [b"\x40", b"x"],  # no such flag
        [b"\x21"],  # one part
        [b"\x00", b"\0" * 32],  # an extension of no step
        [b"\x01\x00", b"x"],  # padding that is not zero
        [b"\x20", b""],  # an empty leaf
        [b""] * 16,
        [b"\x01" * 31] * 16 + [b""],  # a reference of 31 bytes
        [b"\x11", b""],  # an extension to nowhere
    ],
)
def test_malformed_nodes_are_refused(script: Path, node: list[bytes]) -> None:
    data = rlp.encode(node)
    root = "0x" + keccak(data).hex()
    asked = [{"root": root, "nodes": ["0x" + data.hex()], "key": "0x1111"}]
    assert refused(ask(script, "trie", asked), "RangeError")


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


# JSON


def test_canonical_json_is_read(script: Path) -> None:
    values: list[Any] = [
        {},
        [],
        {"b": [1, 0, 2**53 - 1], "a": 'é€😀\n\u2028/"\\'},
        {"€": 1, "\r": 2, "ö": 3, "😀": 4, "דּ": 5, "1": 6, "\x80": 7},
        None,
        True,
        "x",
        -1,
    ]
    found = ask(script, "json", [b64(rfc8785.dumps(value)) for value in values])
    assert found == values


@pytest.mark.parametrize(
    "text",
    [
        b'{"a": 1}',
        b'{"a":1}\n',
        b'{"b":1,"a":1}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":-0}',
        b'{"a":9007199254740992}',
        b'{"a":0.5}',
        b'"\\u0041"',
        b'"\\/"',
        b'"\\ud800"',
        b'"\xff"',
        b"\xef\xbb\xbf{}",
        b"",
        b"{",
        b"[" * 40 + b"]" * 40,
        b"[" * 200_000,
    ],
)
def test_json_of_another_spelling_is_refused(script: Path, text: bytes) -> None:
    (found,) = ask(script, "json", [b64(text)])
    assert found["refused"] in ("SyntaxError", "TypeError", "RangeError")


# Zip


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return out.getvalue()


PARTS = {"bundle.json": b"{}" * 5000, "records.jsonl": b"", "evidence.car": bytes(range(256)) * 999}


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_zips_are_read(script: Path, method: int) -> None:
    (found,) = ask(script, "zip", [b64(zipped(PARTS, method))])
    assert found == {name: b64(data) for name, data in PARTS.items()}


def broken_zips() -> dict[str, bytes]:
    good = zipped(PARTS)
    local = good.index(b"PK\1\2")
    streamed = io.BytesIO()
    with zipfile.ZipFile(Unseekable(streamed), "w", zipfile.ZIP_DEFLATED) as file:  # type: ignore[call-overload]
        file.writestr("bundle.json", b"{}")
    return {
        "nothing": b"",
        "no zip": b"x" * 100,
        "bytes before": b"x" + good,
        "bytes behind": good + b"x",
        "cut off": good[:-1],
        "encrypted": edited(good, local + 8, b"\1"),
        "another method": edited(good, local + 10, b"\x0c"),
        "larger than said": edited(good, local + 24, struct.pack("<L", 9)),
        "a bomb": bomb(),
        "damaged": edited(good, 60, bytes([good[60] ^ 1])),
        "another name inside": edited(good, 30, b"X"),
        "one name twice": zipped({"a": b"1", "b": b"2"}).replace(b"b", b"a"),
        "descriptors": streamed.getvalue(),
        "a comment": commented(),
    }


class Unseekable:
    """Makes zipfile write sizes behind the data."""

    def __init__(self, out: io.BytesIO) -> None:
        self.write, self.flush = out.write, out.flush


def edited(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def bomb() -> bytes:
    """Says 100 bytes, unpacks to 50 MB."""
    packed = zlib.compress(bytes(50 << 20), 9)[2:-4]
    crc = zlib.crc32(bytes(100))
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(packed), 100, 1, 0)
    start = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(packed), 100, 1, *[0] * 6
    )
    head = local + b"a" + packed
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(start) + 1, len(head), 0)
    return head + start + b"a" + end


def commented() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("a", b"1")
        file.comment = b"hello"
    return out.getvalue()


@pytest.mark.parametrize("name", list(broken_zips()))
def test_other_zips_are_refused(script: Path, name: str) -> None:
    assert ask(script, "zip", [b64(broken_zips()[name])]) == [{"refused": "bundle-form"}]


# Evidence


def submission(*files: bytes, name: str = "photo") -> tuple[bytes, dict[CID, bytes]]:
    """A manifest and all blocks below it. Small chunks make trees of small files."""
    blocks: dict[CID, bytes] = {}
    items = []
    for at, data in enumerate(files):
        file = import_file(io.BytesIO(data), blocks.__setitem__, Profile(64, 3))
        if at:
            items.append(sealed_item(at, file.cid, file.size, b"\5" * 32))
            continue
        visibility = Visibility.PUBLIC
        items.append(Item(f"{name}{at}", "image/png", file.size, file.cid, Kind.FILE, visibility))
    manifest = Manifest(b"\1" * 32, "eip155:1", "0x" + "11" * 20, "0x" + "22" * 20, tuple(items))
    if len(files) > 1:
        manifest = replace(manifest, recipient=recipient_of_key(b"\x09" + bytes(31)))
    return encode(manifest), blocks


def car_of(manifest: bytes, blocks: dict[CID, bytes], order: list[CID]) -> bytes:
    """One root, blocks in this order."""
    root = digest_to_cid(digest(manifest))
    return b"".join(write_blocks(root, [(cid, blocks[cid]) for cid in order]))


def walked(manifest: bytes, blocks: dict[CID, bytes]) -> list[CID]:
    """The order that a bundle has: the manifest, then each item, parents first."""
    found = [digest_to_cid(digest(manifest))]
    for item in parse(manifest).items:
        found += [cid for cid, _ in walk(item.cid, blocks.__getitem__) if cid not in found]
    return found


def states(answer: Any) -> list[Any]:
    exhibits = answer["exhibits"]
    return [(one["state"], [item["state"] for item in one["items"]]) for one in exhibits]


def test_evidence_is_intact_missing_or_differs(script: Path) -> None:
    manifest, blocks = submission(bytes(range(256)) * 3, b"small", b"")
    key = digest_to_cid(digest(manifest))
    blocks[key] = manifest
    order = walked(manifest, blocks)
    named = hexed(digest(manifest))
    leaf = order[-3]
    wrong = {**blocks, leaf: blocks[leaf][:-1] + b"?"}

    def given(blocks: dict[CID, bytes], order: list[CID], *more: str) -> dict[str, Any]:
        data = car_of(manifest, blocks, order)
        return {"data": b64(data), "digests": [named, *more], "roots": [named]}

    found = ask(
        script,
        "car",
        [
            given(blocks, order),
            given(blocks, order, "0x" + "77" * 32),
            given(blocks, [cid for cid in order if cid != leaf]),
            given(wrong, order),
        ],
    )
    assert states(found[0]) == [("intact", ["intact"] * 3)]
    assert found[0]["isExact"]
    assert states(found[1]) == [("intact", ["intact"] * 3), ("missing", [])]
    assert [one for one, _ in states(found[2])] == ["missing"]
    assert [one for one, _ in states(found[3])] == ["differs"]


def test_a_size_that_is_not_as_said_differs(script: Path) -> None:
    file = b"five!"
    cid = cid_of(0x55, file)
    item = Item("a", "text/plain", 4, cid, Kind.FILE, Visibility.PUBLIC)
    manifest = encode(Manifest(b"\1" * 32, "eip155:1", "0x" + "11" * 20, "0x" + "22" * 20, (item,)))
    key = digest_to_cid(digest(manifest))
    data = car_of(manifest, {key: manifest, cid: file}, [key, cid])
    named = hexed(digest(manifest))
    (found,) = ask(script, "car", [{"data": b64(data), "digests": [named], "roots": [named]}])
    assert states(found) == [("differs", ["differs"])]


def test_blocks_that_hang_on_nothing_are_refused(script: Path) -> None:
    manifest, blocks = submission(b"small")
    key = digest_to_cid(digest(manifest))
    stray = cid_of(0x55, b"stray")
    blocks |= {key: manifest, stray: b"stray"}
    order = walked(manifest, blocks)
    named = hexed(digest(manifest))
    asked = [
        {"data": b64(car_of(manifest, blocks, some)), "digests": [named], "roots": [named]}
        for some in ([*order, stray], [stray, *order], order[::-1], [*order, order[1]])
    ]
    *found, twice = ask(script, "car", asked)
    assert [one["isExact"] for one in found] == [False] * 3
    whole = car_of(manifest, blocks, order)
    other = {"data": b64(whole), "digests": [named], "roots": []}
    cut = {"data": b64(whole[:-1]), "digests": [named], "roots": [named]}
    assert refused([twice, *ask(script, "car", [other, cut])], "evidence-differs")


def test_a_dag_that_unfolds_without_end_is_walked_once(script: Path) -> None:
    """Twelve levels, each linking the next one 16 times: a file of 2^48 bytes in 13 blocks."""
    leaf = b"x"
    size = len(leaf)
    blocks = {cid_of(RAW, leaf): leaf}
    below = cid_of(RAW, leaf)
    for _ in range(12):
        node = encode_node(Node((Link(below),) * 16, encode_file_data([size] * 16)))
        below = cid_of(DAG_PB, node)
        blocks[below] = node
        size *= 16
    item = Item("a", "text/plain", size, below, Kind.FILE, Visibility.PUBLIC)
    manifest = encode(Manifest(b"\1" * 32, "eip155:1", "0x" + "11" * 20, "0x" + "22" * 20, (item,)))
    key = digest_to_cid(digest(manifest))
    blocks[key] = manifest
    data, named = car_of(manifest, blocks, walked(manifest, blocks)), hexed(digest(manifest))
    (found,) = ask(script, "car", [{"data": b64(data), "digests": [named], "roots": [named]}])
    assert states(found) == [("intact", ["intact"])]


def test_manifests_are_read_as_python_reads_them(script: Path) -> None:
    good = [b64(one["canonical"].encode()) for one in VECTORS["manifests"]]
    assert not any("refused" in one for one in ask(script, "manifest", good))
    wrong = [b64(one["bytes"].encode()) for one in VECTORS["refused"]]
    assert all("refused" in one for one in ask(script, "manifest", wrong))


def test_cids_are_read_in_their_one_spelling(script: Path) -> None:
    cid = parse_cid(VECTORS["manifests"][0]["cid"])
    old = parse_cid("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn")
    good = [str(cid), cid.encode("base16"), cid.encode("base58btc"), str(old)]
    found = ask(script, "cid", good)
    assert found[0] == found[1] == found[2] == f"85-18-0x{cid.digest.hex()}"
    assert found[3] == f"112-18-0x{old.digest.hex()}"
    text = str(cid)
    wrong = [
        "",
        "b",
        text.upper(),
        text[:-1],
        text + "a",
        text[:-1] + "b",
        "z" + text[1:],
        "Qm" + "1" * 44,
    ]
    assert refused(ask(script, "cid", wrong), "RangeError")


# Events


def test_the_table_of_events_is_the_compilers(script: Path) -> None:
    """Every event that it has is there with its topic; what it lacks changes no case."""
    (found,) = ask(script, "shapes", [None])
    for contract, events in found.items():
        known = {
            hexed(
                keccak(f"{one['name']}({','.join(i['type'] for i in one['inputs'])})".encode())
            ): [[given["name"], given["type"], given["indexed"]] for given in one["inputs"]]
            for one in load(contract).abi
            if one["type"] == "event"
        }
        assert events.items() <= known.items()
    assert sum(len(events) for events in found.values()) > 50
