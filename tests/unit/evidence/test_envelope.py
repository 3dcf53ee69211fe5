"""The envelope's form, and what it is bound to."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.envelope import (
    MAX_BYTES,
    MAX_SEALED_BYTES,
    Enclosed,
    Envelope,
    encode,
    open_envelope,
    parse,
    seal_envelope,
    sealed_items,
)
from evidence.errors import EnvelopeError, EnvelopeMismatch, EvidenceError, IdentityWrong
from evidence.identity import new_identity, recipient_of
from evidence.manifest import MAX_ITEMS, Kind
from tests.unit.evidence.sealing import enclose, submission

FILES = {"diagnosis.pdf": b"flu", "说明 🙂.txt": b"x" * 70_000}
GIVEN = submission(FILES)
ENVELOPE = GIVEN.envelope
READER = new_identity()
ITEM_FIELDS = ("name", "media_type", "kind", "size", "sha256", "salt")


def changed(**fields: object) -> bytes:
    """The envelope with some fields replaced (None: left out), otherwise canonical."""
    value = {**json.loads(encode(ENVELOPE)), **fields}
    return as_json({key: part for key, part in value.items() if part is not None})


def item(**fields: object) -> bytes:
    first = json.loads(encode(ENVELOPE))["items"][0]
    kept = {key: part for key, part in {**first, **fields}.items() if part is not None}
    return changed(items=[kept])


def lying(**fields: Any) -> Envelope:
    first, *others = ENVELOPE.items
    return replace(ENVELOPE, items=(replace(first, **fields), *others))


def as_json(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def refusal(data: bytes) -> tuple[str, object]:
    with pytest.raises(EnvelopeError) as caught:
        parse(data)
    assert len(str(caught.value)) < 300
    assert ENVELOPE.content_key not in str(caught.value)
    return caught.value.code, caught.value.fields.get("reason")


def test_out_and_in_again() -> None:
    assert parse(encode(ENVELOPE)) == ENVELOPE
    assert encode(ENVELOPE) == changed()


def test_who_may_open_it_and_who_may_not() -> None:
    sealed = seal_envelope(ENVELOPE, [recipient_of(READER), recipient_of(new_identity())])
    assert open_envelope(sealed, READER) == ENVELOPE
    with pytest.raises(IdentityWrong):
        open_envelope(sealed, new_identity())
    assert ENVELOPE.content_key.encode() not in sealed


def test_whoever_opens_it_can_seal_it_to_others() -> None:
    arbitrator = new_identity()
    first = open_envelope(seal_envelope(ENVELOPE, [recipient_of(READER)]), READER)
    assert open_envelope(seal_envelope(first, [recipient_of(arbitrator)]), arbitrator) == ENVELOPE


def test_the_secret_is_not_shown_by_accident() -> None:
    assert ENVELOPE.content_key not in repr(ENVELOPE)


def test_the_commitment_is_the_hash_of_the_item_as_it_stands_there() -> None:
    written = json.loads(encode(ENVELOPE))["items"][0]
    assert ENVELOPE.items[0].commitment == hashlib.sha256(as_json(written)).digest()


def test_a_guess_cannot_be_tried() -> None:
    """Two sealings of one file commit to it differently: the salt is the envelope's secret."""
    assert enclose("a", b"yes").commitment != enclose("a", b"yes").commitment


@pytest.mark.parametrize("schema", ["redress-envelope/2", "redress-manifest/1", "", 1, None])
def test_unknown_version(schema: object) -> None:
    assert refusal(changed(schema=schema))[0] == "envelope_version"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (changed(note="x"), "manifest_field_unknown"),
        (item(note="x"), "manifest_field_unknown"),
        (changed(manifest=None), "manifest_field_missing"),
        (changed(content_key=None), "manifest_field_missing"),
        (changed(items=None), "manifest_field_missing"),
        *((item(**{key: None}), "manifest_field_missing") for key in ITEM_FIELDS),
        (changed(manifest="0x12"), "manifest_field_invalid"),
        (changed(items={}), "manifest_field_invalid"),
        (changed(content_key=1), "manifest_field_invalid"),
        (changed(content_key="AGE-SECRET-KEY-1"), "identity_invalid"),
        (changed(content_key=ENVELOPE.content_key.lower()), "identity_invalid"),
        (changed(content_key="AGE-SECRET-KEY-PQ-1" + "Q" * 58), "identity_invalid"),
        (item(size=-1), "manifest_field_invalid"),
        (item(size=True), "manifest_field_invalid"),
        (item(sha256="0x" + "AB" * 32), "manifest_field_invalid"),
        (item(salt="0x00"), "manifest_field_invalid"),
        (item(kind="rumour"), "manifest_field_invalid"),
        (item(media_type="text/html; charset=x"), "manifest_field_invalid"),
        (encode(ENVELOPE) + b"\n", "manifest_not_canonical"),
        (encode(ENVELOPE).replace(b'":', b'": ', 1), "manifest_not_canonical"),
        (encode(ENVELOPE).replace(b'"kind"', b'"kind":"file","kind"', 1), "manifest_key_duplicate"),
        (b"", "manifest_not_json"),
        (b"[" * 200_000, "manifest_not_json"),
        (b'{"a":1.5}', "manifest_not_json"),
    ],
)  # fmt: skip
def test_what_is_refused(data: bytes, reason: str) -> None:
    assert refusal(data) == ("envelope_invalid", reason)


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "/etc/passwd", "a\\b", "C:x", "a\nb", "\u202efdp", ".profile", "x "]
)
def test_names_that_lead_elsewhere(name: str) -> None:
    assert refusal(item(name=name)) == ("envelope_invalid", "manifest_name_unsafe")
    with pytest.raises(EnvelopeError):
        encode(replace(ENVELOPE, items=(replace(ENVELOPE.items[0], name=name),)))


def test_two_items_of_one_name() -> None:
    twice = replace(ENVELOPE, items=(enclose("a.txt", b""), enclose("A.TXT", b"")))
    with pytest.raises(EnvelopeError):
        encode(twice)


def test_limits() -> None:
    longest = tuple(
        replace(enclose('"' * 251 + f"{at:04}", b""), media_type="a" * 63 + "/" + "b" * 63)
        for at in range(MAX_ITEMS + 1)
    )
    most = replace(ENVELOPE, items=longest[:-1])
    assert parse(encode(most)) == most
    sealed = seal_envelope(most, [recipient_of(READER)] * 64)
    assert open_envelope(sealed, READER) == most
    with pytest.raises(EnvelopeError):
        encode(replace(ENVELOPE, items=longest))
    assert refusal(b" " * (MAX_BYTES + 1))[0] == "envelope_too_large"
    with pytest.raises(EvidenceError) as caught:
        open_envelope(bytes(MAX_SEALED_BYTES + 1), READER)
    assert caught.value.code == "envelope_too_large"


def test_it_is_bound_to_its_manifest() -> None:
    pairs = sealed_items(GIVEN.manifest, ENVELOPE)
    assert [enclosed.name for _, enclosed in pairs] == list(FILES)
    assert [item.name for item, _ in pairs] == ["sealed-2.age", "sealed-3.age"]


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [
        (submission(FILES, complaint=8).envelope, "digest"),
        (replace(ENVELOPE, content_key=new_identity()), "recipient"),
        (replace(ENVELOPE, items=ENVELOPE.items[::-1]), "commitment"),
        (replace(ENVELOPE, items=ENVELOPE.items[:1]), "commitment"),
        (replace(ENVELOPE, items=(*ENVELOPE.items, enclose("more", b""))), "commitment"),
        (lying(name="confession.pdf"), "commitment"),
        (lying(media_type="text/html"), "commitment"),
        (lying(kind=Kind.FILE), "commitment"),
        (lying(size=4), "commitment"),
        (lying(sha256=bytes(32)), "commitment"),
        (lying(salt=bytes(32)), "commitment"),
    ],
)
def test_an_envelope_that_tells_something_else(envelope: Envelope, reason: str) -> None:
    """Whoever holds the content key can make one: it must not pass."""
    with pytest.raises(EnvelopeMismatch) as caught:
        sealed_items(GIVEN.manifest, envelope)
    assert caught.value.fields["reason"] == reason


def test_the_same_files_in_another_case_need_another_envelope() -> None:
    moved = GIVEN.manifest.replace(b'"complaint":7', b'"complaint":8')
    with pytest.raises(EnvelopeMismatch):
        sealed_items(moved, ENVELOPE)


ITEMS = st.builds(
    Enclosed,
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=40),
    st.sampled_from(["image/png", "application/vnd.x+json"]),
    st.sampled_from(Kind),
    st.integers(0, 2**53 - 1),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=32, max_size=32),
)


@given(
    st.binary(min_size=32, max_size=32),
    st.lists(ITEMS, max_size=4, unique_by=lambda item: item.name.encode().lower()),
)
def test_every_envelope_survives(manifest: bytes, items: list[Enclosed]) -> None:
    envelope = Envelope(manifest, READER, tuple(items))
    assert parse(encode(envelope)) == envelope


@settings(max_examples=500)
@given(st.integers(0, len(encode(ENVELOPE))), st.binary(max_size=4), st.integers(0, 8))
def test_damage_is_refused_or_another_canonical_envelope(at: int, patch: bytes, cut: int) -> None:
    damaged = encode(ENVELOPE)[:at] + patch + encode(ENVELOPE)[at + cut :]
    try:
        assert encode(parse(damaged)) == damaged
    except EnvelopeError as error:
        assert error.code.startswith("envelope_")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)


@settings(max_examples=300)
@given(st.sampled_from(["schema", "manifest", "content_key", "items", "more"]), JSON)
def test_any_json_in_any_field(key: str, value: object) -> None:
    data = as_json({**json.loads(encode(ENVELOPE)), key: value})
    try:
        assert encode(parse(data)) == data
    except EnvelopeError as error:
        assert error.code.startswith("envelope_")


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    with pytest.raises(EnvelopeError):
        parse(data)
