import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.cid import RAW, cid_of
from evidence.errors import EvidenceError, ManifestError
from evidence.manifest import (
    MAX_BYTES,
    MAX_ITEMS,
    MAX_TEXT_CHARS,
    Item,
    Kind,
    Manifest,
    Visibility,
    digest,
    encode,
    parse,
    sealed_item,
)
from evidence.recipient import recipient_of_key

ITEM = Item("shot.png", "image/png", 3, cid_of(RAW, b"abc"), Kind.FILE, Visibility.PUBLIC)
PLAIN = Manifest(
    salt=bytes(range(32)), chain="eip155:31337", desk="0x" + "11" * 20, author="0x" + "2a" * 20
)
FULL = replace(
    PLAIN,
    items=(ITEM, replace(ITEM, name="说明 🙂.txt", kind=Kind.CALL_RECORD)),
    complaint=7,
    order=b"\x01" * 32,
    text="Line one\nline two — “quoted” \U0001f642",
    supersedes=b"\xff" * 32,
)


def changed(**fields: object) -> bytes:
    """FULL with some fields replaced (None: left out), as sorted, compact JSON in UTF-8."""
    value = {**json.loads(encode(FULL)), **fields}
    return as_json({key: part for key, part in value.items() if part is not None})


def as_json(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def item(**fields: object) -> bytes:
    first = json.loads(encode(FULL))["items"][0]
    return changed(items=[{**first, **fields}])


def code_of(data: bytes) -> str:
    with pytest.raises(ManifestError) as caught:
        parse(data)
    return caught.value.code


@pytest.mark.parametrize("manifest", [PLAIN, FULL])
def test_out_and_in_again(manifest: Manifest) -> None:
    assert parse(encode(manifest)) == manifest
    assert digest(encode(manifest)) == hashlib.sha256(encode(manifest)).digest()


def test_canonical_form_is_sorted_compact_and_unescaped() -> None:
    assert encode(FULL) == changed()
    assert encode(PLAIN).startswith(b'{"author":"0x2a')
    assert "说明 🙂.txt".encode() in encode(FULL)


def test_what_is_not_known_is_left_out_not_null() -> None:
    assert set(json.loads(encode(PLAIN))) == {
        "schema", "salt", "chain", "desk", "author", "items"
    }  # fmt: skip
    assert code_of(as_json({**json.loads(encode(PLAIN)), "text": None})) == "manifest_field_invalid"


@pytest.mark.parametrize("schema", ["redress-manifest/2", "redress-manifest", "", 1, None, ["x"]])
def test_unknown_version(schema: object) -> None:
    assert code_of(changed(schema=schema)) == "manifest_version"


def test_unknown_and_missing_fields() -> None:
    assert code_of(changed(note="x")) == "manifest_field_unknown"
    assert code_of(item(note="x")) == "manifest_field_unknown"
    for key in ("salt", "chain", "desk", "author", "items"):
        assert code_of(changed(**{key: None})) == "manifest_field_missing"
    assert code_of(changed(items=[{}])) == "manifest_field_missing"


@pytest.mark.parametrize("at", [b'{"author"', b'"items":[{"cid"'])
def test_duplicate_key(at: bytes) -> None:
    key = at[at.rindex(b'"', 0, -1) :]
    doubled = encode(FULL).replace(at, at[: -len(key)] + key + b':"x",' + key, 1)
    assert code_of(doubled) == "manifest_key_duplicate"


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "/etc/passwd", "a/b", "..\\x", "a\\b", "C:x", "a\0", "a\nb", "a\x7f", "\x9b",
        "fdp\u202eexe.", "\u2066x", "a\u200fb", "\ufeffx", "a\u200b", "\u2028",
        " a", "a ", "a\u3000",
    ],
)  # fmt: skip
def test_unsafe_names(name: str) -> None:
    assert code_of(item(name=name)) == "manifest_name_unsafe"
    with pytest.raises(ManifestError):
        encode(replace(PLAIN, items=(replace(ITEM, name=name),)))


@pytest.mark.parametrize(
    "name", ["a", "a b.png", "...", "10:30.txt", "нет.pdf", "说明.md", "👩\u200d💻.txt", "x" * 255]
)
def test_plain_names(name: str) -> None:
    assert parse(item(name=name)).items[0].name == name


@pytest.mark.parametrize(
    "fields",
    [
        {"salt": "0x" + "00" * 31},
        {"salt": "00" * 32},
        {"salt": "0x" + "AB" * 32},
        {"salt": 5},
        {"chain": "31337"},
        {"chain": "eip155:" + "1" * 33},
        {"desk": "0x" + "AA" * 20},
        {"desk": "0x" + "11" * 20 + "\n"},
        {"author": "me"},
        {"items": {}},
        {"complaint": 0},
        {"complaint": -1},
        {"complaint": True},
        {"complaint": "7"},
        {"complaint": 2**53},
        {"order": "0x"},
        {"text": "a\r\nb"},
        {"text": "\x1b[31m"},
        {"text": "x" * (MAX_TEXT_CHARS + 1)},
        {"text": 1},
        {"supersedes": "0x" + "1" * 63},
    ],
)
def test_invalid_fields(fields: dict[str, object]) -> None:
    assert code_of(changed(**fields)) == "manifest_field_invalid"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": 1},
        {"name": "é" * 128},
        {"media_type": "image"},
        {"media_type": "Image/PNG"},
        {"media_type": "text/plain; charset=utf-8"},
        {"size": -1},
        {"size": 2**53},
        {"size": False},
        {"cid": "bafy"},
        {"cid": cid_of(RAW, b"").encode("base16")},
        {"kind": "video"},
        {"visibility": "secret"},
        {"visibility": []},
    ],
)
def test_invalid_items(fields: dict[str, object]) -> None:
    assert code_of(item(**fields)) == "manifest_field_invalid"


def test_limits() -> None:
    many = tuple(replace(ITEM, name=f"{at}.png") for at in range(MAX_ITEMS + 1))
    assert len(parse(encode(replace(PLAIN, items=many[:-1]))).items) == MAX_ITEMS
    with pytest.raises(ManifestError):
        encode(replace(PLAIN, items=many))
    assert parse(encode(replace(PLAIN, text="🙂" * MAX_TEXT_CHARS))).text == "🙂" * MAX_TEXT_CHARS
    assert code_of(b" " * (MAX_BYTES + 1)) == "manifest_too_large"
    assert code_of(b" " * MAX_BYTES) == "manifest_not_json"


def test_two_items_of_one_name_would_overwrite_each_other() -> None:
    twice = (ITEM, replace(ITEM, name="SHOT.PNG"))
    with pytest.raises(ManifestError) as caught:
        encode(replace(PLAIN, items=twice))
    assert caught.value.fields["field"] == "items"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"null x", b"\xff", b"[]", b"1", b'"x"', b"[" * 100_000, b"{\"a\":" * 100_000,
        b"NaN", b'{"a":1.5}', b'{"a":1e3}', b'{"a":-Infinity}', b'{"a":' + b"9" * 5000 + b"}",
        "\ufeff{}".encode(), "{}".encode("utf-16"), b'{"items":["\\ud800"',
        b'"' + b'\\"' * 500_000,  # a string without an end, each of whose quotes could begin one
    ],
)  # fmt: skip
def test_not_json(data: bytes) -> None:
    assert code_of(data) == "manifest_not_json"


@pytest.mark.parametrize(
    "spelled",
    [
        encode(FULL) + b"\n",
        b" " + encode(FULL),
        encode(FULL).replace(b'":', b'": ', 1),
        encode(FULL).replace(b"Line", b"\\u004cine"),
        encode(FULL).replace(b"image/png", b"image\\/png"),
        json.dumps(json.loads(encode(FULL)), sort_keys=True, separators=(",", ":")).encode(),
        json.dumps(
            dict(reversed(json.loads(encode(FULL)).items())),
            separators=(",", ":"),
            ensure_ascii=False,
        ).encode(),
        encode(FULL).replace(b'"size":3', b'"size":-0', 1).replace(b'"size":3', b'"size":0'),
    ],
)
def test_one_spelling_only(spelled: bytes) -> None:
    assert code_of(spelled) == "manifest_not_canonical"


def test_messages_stay_short_whatever_a_stranger_wrote() -> None:
    for data in (
        changed(**{"k" * 500_000: 1}),
        changed(schema="s" * 500_000),
        encode(PLAIN).replace(
            b'"author"', b'"' + b"a" * 400_000 + b'":1,"' + b"a" * 400_000 + b'"'
        ),
    ):
        with pytest.raises(ManifestError) as caught:
            parse(data)
        assert len(str(caught.value)) < 300


def test_a_sealed_item_shows_nothing_of_what_it_is() -> None:
    sealed = sealed_item(0, cid_of(RAW, b"age"), 3, b"\x5a" * 32)
    manifest = replace(PLAIN, items=(sealed,), recipient=recipient_of_key(b"\x09" * 32))
    assert parse(encode(manifest)) == manifest
    for fields in (
        {"name": "diagnosis.pdf"},
        {"media_type": "image/png"},
        {"kind": Kind.TRANSCRIPT},
    ):
        with pytest.raises(ManifestError) as caught:
            encode(replace(manifest, items=(replace(sealed, **fields),)))
        assert caught.value.fields["field"] == "items[0]"
    second = sealed_item(0, sealed.cid, 3, b"\xa5" * 32)
    with pytest.raises(ManifestError):
        encode(replace(manifest, items=(sealed, second)))


NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=40)
SIZES = st.integers(0, 2**53 - 1)
CIDS = st.binary().map(lambda block: cid_of(RAW, block))
HASHES = st.binary(min_size=32, max_size=32)
ITEMS = st.builds(
    Item,
    NAMES,
    st.sampled_from(["image/png", "text/plain", "application/vnd.x+json"]),
    SIZES,
    CIDS,
    st.sampled_from(Kind),
    st.just(Visibility.PUBLIC),
)
SEALED = st.tuples(CIDS, SIZES, HASHES)
OPEN_MANIFESTS = st.builds(
    Manifest,
    HASHES,
    st.just("eip155:1"),
    st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
    st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
    st.lists(ITEMS, max_size=3, unique_by=lambda item: item.name.casefold()).map(tuple),
    st.none() | st.integers(1, 2**53 - 1),
    st.none() | HASHES,
    st.none() | st.text(st.characters(exclude_categories=["C"]) | st.sampled_from("\n\t")),
    st.none() | HASHES,
)


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    """Public items first, then sealed ones."""
    manifest = draw(OPEN_MANIFESTS)
    first = len(manifest.items)
    sealed = tuple(
        sealed_item(first + at, *facts)
        for at, facts in enumerate(draw(st.lists(SEALED, max_size=3)))
    )
    key = draw(st.binary(min_size=31, max_size=31)) + b"\x40"
    recipient = recipient_of_key(key) if sealed else None
    return replace(manifest, items=manifest.items + sealed, recipient=recipient)


@given(manifests())
def test_every_manifest_survives(manifest: Manifest) -> None:
    assert parse(encode(manifest)) == manifest


@settings(max_examples=300)
@given(st.integers(0, len(encode(FULL))), st.binary(max_size=4), st.integers(0, 8))
def test_damage_is_refused_or_another_canonical_manifest(at: int, patch: bytes, cut: int) -> None:
    damaged = encode(FULL)[:at] + patch + encode(FULL)[at + cut :]
    try:
        assert encode(parse(damaged)) == damaged
    except EvidenceError as error:
        assert error.code.startswith("manifest_")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.sampled_from(sorted(json.loads(encode(FULL)))), JSON)
def test_any_value_in_any_field_is_taken_or_refused(key: str, value: object) -> None:
    data = as_json({**json.loads(encode(FULL)), key: value})
    try:
        assert encode(parse(data)) == data
    except EvidenceError as error:
        assert error.code.startswith("manifest_")


@given(st.binary())
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ManifestError):
        parse(data)
