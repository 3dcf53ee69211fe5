"""What the browser seals Python opens, and the other way round; both refuse the same things."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evidence import (
    CID,
    digest,
    key_of,
    new_identity,
    open_envelope,
    open_item,
    recipient_of,
    recipient_of_key,
    recover,
)
from evidence.envelope import encode, parse
from evidence.errors import EvidenceError
from evidence.unixfs import import_file
from tests.seal_script import ROOT, Script, b64, unb64
from tests.sealed_vectors import FILES, PASSPHRASE, manifest_of_sealing

VECTORS = {
    path.stem: json.loads(path.read_text())
    for path in sorted((ROOT / "tests" / "vectors" / "sealed").glob("*.json"))
}
GIVEN = VECTORS["python"]
ENVELOPE = open_envelope(unb64(GIVEN["envelope"]), GIVEN["identity"])
FIELD = 2**255 - 19


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Script:
    return Script(tmp_path_factory.mktemp("script"))


def opening(vector: dict[str, Any], **others: Any) -> dict[str, Any]:
    names = ("manifest", "envelope", "identity", "sealed")
    return {"do": "open", **{name: vector[name] for name in names}, **others}


def test_the_script_opens_what_either_sealed(script: Script) -> None:
    for items, vector in zip(
        script.ask(*map(opening, VECTORS.values())), VECTORS.values(), strict=True
    ):
        for item, plain in zip(items, vector["plain"], strict=True):
            data = unb64(item["file"])
            assert (item["name"], item["mediaType"]) == (plain["name"], plain["media_type"])
            assert item["kind"] == plain["kind"]
            assert (len(data), "0x" + digest(data).hex()) == (plain["size"], plain["sha256"])
            assert item["type"] == "", "a page would run what its author calls a page"


def test_the_script_recovers_what_either_backed_up(script: Script) -> None:
    asked = [
        {"do": "recover", "backup": one["backup"], "passphrase": PASSPHRASE}
        for one in VECTORS.values()
    ]
    assert script.ask(*asked) == [
        {name: one[name] for name in ("identity", "recipient", "key")} for one in VECTORS.values()
    ]


def test_python_opens_what_the_script_seals_now(script: Script, tmp_path: Path) -> None:
    files = [
        {"name": name, "type": f"{media_type}; charset=x", "kind": kind, "data": b64(data)}
        for name, (media_type, kind, data) in FILES.items()
    ]
    [sealing] = script.ask({"do": "seal", "files": files})
    manifest = manifest_of_sealing(sealing)
    total = sum(len(data) for *_, data in FILES.values())
    assert sealing["told"] == [total, total]
    ask = {"do": "envelope", "manifest": manifest.decode(), "sealing": sealing}
    [sealed] = script.ask({**ask, "recipients": [GIVEN["recipient"]]})
    envelope = open_envelope(unb64(sealed), GIVEN["identity"])
    blocks: dict[CID, bytes] = {}
    for item in sealing["items"]:
        stored = import_file(io.BytesIO(unb64(item["bytes"])), blocks.__setitem__)
        assert str(stored.cid) == item["cid"]
    for number, (media_type, kind, data) in enumerate(FILES.values()):
        path = open_item(manifest, envelope, number, blocks.__getitem__, tmp_path)
        assert path.read_bytes() == data
        assert (envelope.items[number].media_type, envelope.items[number].kind) == (
            media_type,
            kind,
        )


def test_an_envelope_goes_from_one_to_the_other_and_back(script: Script) -> None:
    other = new_identity()
    ask = {"do": "reseal", "envelope": GIVEN["envelope"], "identity": GIVEN["identity"]}
    [handed] = script.ask({**ask, "recipients": [recipient_of(other)]})
    assert open_envelope(unb64(handed), other) == ENVELOPE


def test_a_backup_of_the_script_is_recovered(script: Script) -> None:
    [key] = script.ask({"do": "newKey"})
    accented = PASSPHRASE.replace("é", "e\u0301")
    [backup] = script.ask({"do": "backUp", "identity": key["identity"], "passphrase": accented})
    assert recover(unb64(backup), PASSPHRASE) == key["identity"]
    assert recipient_of(key["identity"]) == key["recipient"]
    assert "0x" + key_of(key["recipient"]).hex() == key["key"]


KEYS = [
    *(bytes([value]) * 32 for value in (0, 2, 9, 0x55, 0xFF)),
    b"\x01" + bytes(31),
    *((FIELD + off).to_bytes(32, "little") for off in (-2, -1, 0, 1)),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
]
RECIPIENT = recipient_of_key(b"\x09" * 32)
SPARE_BIT = "age1pyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyy39sttt0"
RECIPIENTS = [
    RECIPIENT, RECIPIENT.upper(), RECIPIENT[:-1] + "q", RECIPIENT + "q", RECIPIENT + "\n", "",
    "age1", "age1pq1" + "q" * 60, "AGE1TAG1QQ", "age1yubikey1qqqq", "ssh-ed25519 AAAA",
    "me@example.org", "age1" + "l" * 58, SPARE_BIT,
]  # fmt: skip


def test_keys_are_the_same_and_so_is_what_is_none(script: Script) -> None:
    asked = [{"do": "recipient", "key": "0x" + key.hex()} for key in KEYS]
    asked += [{"do": "key", "recipient": recipient} for recipient in RECIPIENTS]
    expected = [answer(recipient_of_key, key) for key in KEYS]
    expected += [answer(lambda text: "0x" + key_of(text).hex(), text) for text in RECIPIENTS]
    assert script.ask(*asked) == expected
    assert sum(isinstance(one, str) for one in expected) == 5


def answer(work: Callable[[Any], str], given: Any) -> Any:
    try:
        return work(given)
    except EvidenceError as error:
        return {"code": error.code}


def envelopes() -> list[bytes]:
    """As it should be; then changed in one place each."""
    good = encode(ENVELOPE)
    value = json.loads(good)
    first = value["items"][0]

    def spelled(changed: object) -> bytes:
        text = json.dumps(changed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode("utf-8", "surrogatepass")

    def item(**fields: object) -> bytes:
        return spelled({**value, "items": [{**first, **fields}]})

    names = [
        "", ".", "..", "../x", "a/b", "a\\b", "C:x", "a\x00", "a\nb", "\x9b", "\u202efdp", "\u2066",
        "\u200b", "\ufeffx", " a", "a ", "\u3000a", "a\u00a0", "\u1680x", ".profile", "x" * 255,
        "x" * 256, "é" * 128, "说明.md", "10:30.txt", "👩\u200d💻.txt", "\ud800", "a\ud83d",
        "\u0085",
    ]  # fmt: skip
    return [
        good,
        *(item(name=name) for name in names),
        *(item(size=size) for size in (-1, 2**53 - 1, 2**53, True, 1.5, "1", None)),
        *(item(kind=kind) for kind in ("file", "rumour", 1, None)),
        *(item(media_type=kind) for kind in ("text/plain", "Text/Plain", "text", "a/b; c=d", 1)),
        *(item(salt=salt) for salt in ("0x" + "ab" * 32, "0x" + "AB" * 32, "ab" * 32, "0x", 1)),
        item(sha256="0x12"),
        item(note="x"),
        spelled({**value, "items": [{"name": "a"}]}),
        spelled({**value, "items": [first, first]}),
        spelled({**value, "items": [first, {**first, "name": first["name"].upper()}]}),
        spelled({**value, "items": [{**first, "name": n} for n in ("straße", "STRASSE")]}),
        spelled({**value, "items": [{**first, "name": n} for n in ("\u0131", "i")]}),
        spelled({**value, "items": [{**first, "name": n} for n in ("\u1e9e", "ß")]}),
        spelled({**value, "items": [{**first, "name": n} for n in ("\ua7cb", "ɤ")]}),
        spelled({**value, "items": [{**first, "name": str(n)} for n in range(256)]}),
        spelled({**value, "items": [{**first, "name": str(n)} for n in range(257)]}),
        spelled({**value, "items": {}}),
        spelled({**value, "items": []}),
        spelled({**value, "items": [None]}),
        spelled({**value, "note": 1}),
        *(spelled({**value, "schema": s}) for s in ("redress-envelope/2", "", 1, None)),
        *(spelled({**value, "manifest": m}) for m in ("0x12", 1, None)),
        *(spelled({**value, "content_key": k}) for k in ("", "x", 1, GIVEN["recipient"])),
        spelled({**value, "content_key": value["content_key"].lower()}),
        spelled({**value, "content_key": value["content_key"][:-1] + "0"}),
        spelled({key: part for key, part in value.items() if key != "manifest"}),
        good + b"\n", b" " + good, good.replace(b'":', b'": ', 1),
        good.replace(b'"kind"', b'"kind":"file","kind"', 1),
        good.replace(b"text/plain", b"text\\/plain", 1), good.replace(b'"size":0', b'"size":-0', 1),
        b"\xef\xbb\xbf" + good, good.decode().encode("utf-16"), good[:-1],
        b"", b"[]", b"null", b'"x"', b"{}", b"[" * 200_000, b'{"a":' * 40_000, b"\xff",
        b" " * ((1 << 18) + 1),
    ]  # fmt: skip


def test_envelopes_mean_the_same_and_so_does_what_is_none(script: Script) -> None:
    given = envelopes()
    answers = script.ask(*({"do": "parse", "envelope": b64(data)} for data in given))
    expected = [parsed(data) for data in given]
    differing = [
        (data[:200], found, wanted)
        for data, found, wanted in zip(given, answers, expected, strict=True)
        if found != wanted
    ]
    assert differing == []
    assert sum("code" in one for one in expected) > 60
    assert sum("again" in one for one in expected) > 8


def parsed(data: bytes) -> dict[str, Any]:
    try:
        envelope = parse(data)
    except EvidenceError as error:
        return {"code": error.code}
    commitments = ["0x" + item.commitment.hex() for item in envelope.items]
    return {"commitments": commitments, "again": b64(encode(envelope))}


def test_what_the_script_refuses_to_open(script: Script) -> None:
    first, *others = GIVEN["sealed"]
    turned = bytearray(unb64(first))
    turned[-1] ^= 1
    envelope = unb64(GIVEN["envelope"])
    moved = GIVEN["manifest"].replace('"complaint":7', '"complaint":8')
    twice = GIVEN["manifest"].replace('"complaint":7', '"complaint":7,"complaint":7')
    cases = {
        "block_mismatch": opening(GIVEN, sealed=[b64(bytes(turned)), *others]),
        "sealed_mismatch": opening(GIVEN, sealed=[b64(unb64(first)[:-1]), *others]),
        "identity_wrong": opening(GIVEN, identity=new_identity()),
        "sealed_invalid": opening(GIVEN, envelope=b64(envelope[:-1])),
        "envelope_mismatch": opening(GIVEN, manifest=moved),
        "manifest_not_canonical": opening(GIVEN, manifest=twice),
        "envelope_too_large": opening(GIVEN, envelope=b64(bytes(1 << 20))),
    }
    assert [one["code"] for one in script.ask(*cases.values())] == list(cases)
    others_envelope = opening(GIVEN, envelope=VECTORS["browser"]["envelope"])
    others_envelope["identity"] = VECTORS["browser"]["identity"]
    assert script.ask(others_envelope) == [{"code": "envelope_mismatch"}]


def test_what_the_script_refuses_to_seal(script: Script) -> None:
    def file(name: str, data: bytes = b"x", kind: str = "file") -> dict[str, str]:
        return {"name": name, "type": "", "kind": kind, "data": b64(data)}

    answers = script.ask(
        {"do": "seal", "files": [file(".profile")]},
        {"do": "seal", "files": [file("a.txt"), file("A.txt")]},
        {"do": "seal", "files": [file("a.txt", kind="rumour")]},
    )
    assert answers == [{"code": "envelope_invalid"}] * 3
    odd = {**file("a.bin"), "type": "no media type"}
    [sealing] = script.ask({"do": "seal", "files": [odd]})
    assert sealing["items"][0]["enclosed"]["media_type"] == "application/octet-stream"
    [sealing, other] = script.ask(*[{"do": "seal", "files": [file("a.txt")]}] * 2)
    manifest = manifest_of_sealing(sealing).decode()
    ask = {"do": "envelope", "manifest": manifest, "sealing": sealing}
    stored_otherwise = {
        **sealing,
        "items": [{**sealing["items"][0], "cid": other["items"][0]["cid"]}],
    }
    answers = script.ask(
        {**ask, "recipients": []},
        {**ask, "recipients": [RECIPIENT] * 65},
        {**ask, "recipients": ["age1pq1qqqq"]},
        {**ask, "recipients": [RECIPIENT], "sealing": other},
        {**ask, "recipients": [RECIPIENT], "sealing": stored_otherwise},
    )
    assert [one["code"] for one in answers] == [
        "recipient_count",
        "recipient_count",
        "recipient_unsupported",
        "envelope_mismatch",
        "envelope_mismatch",
    ]


def test_backups_that_the_script_refuses(script: Script) -> None:
    backup = unb64(VECTORS["browser"]["backup"])
    ask = {"do": "recover", "passphrase": PASSPHRASE}
    hungry = backup.replace(b" 18\n", b" 21\n")
    assert hungry != backup
    answers = script.ask(
        {**ask, "backup": b64(backup), "passphrase": "another passphrase"},
        {**ask, "backup": b64(hungry)},
        {**ask, "backup": b64(b"x")},
        {"do": "backUp", "identity": GIVEN["identity"], "passphrase": "short"},
        {"do": "backUp", "identity": "x", "passphrase": PASSPHRASE},
        {"do": "keyFrom", "identity": GIVEN["identity"].lower()},
    )
    assert [one["code"] for one in answers] == [
        "passphrase_wrong",
        "backup_invalid",
        "backup_invalid",
        "passphrase_weak",
        "identity_invalid",
        "identity_invalid",
    ]
