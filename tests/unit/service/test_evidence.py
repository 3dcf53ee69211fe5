"""What goes into the vault comes out under the digest that was said."""

import hashlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from dapp.domain.types import Address, ChainId, ComplaintId, Hash32
from dapp.errors import InvalidInput, NotFound
from dapp.service.evidence import MAX_FILES, Evidence, Submission, Upload
from evidence import (
    Item,
    Kind,
    Manifest,
    Vault,
    Visibility,
    cid_of,
    digest,
    encode,
    parse,
    recipient_of_key,
)
from evidence.cid import DAG_PB
from evidence.dagpb import Node, encode_node
from evidence.errors import FileTooLarge, ManifestNameUnsafe, SealedInvalid
from evidence.gateway import Request, Response
from evidence.manifest import MAX_ITEMS
from evidence.wire import encode_bytes_field, encode_varint_field

AUTHOR = Address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
DESK = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
MAX_FILE_BYTES = 3 * 1024 * 1024


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault")


@pytest.fixture
def evidence(vault: Vault) -> Evidence:
    return Evidence(vault, lambda digest: None, ChainId(31337), DESK, MAX_FILE_BYTES)


def file(name: str, content: bytes, kind: str = "file", media_type: str = "image/png") -> Upload:
    return Upload(name, media_type, kind, BytesIO(content))


def submission(*files: Upload, text: str | None = None, salt: Hash32 | None = None) -> Submission:
    return Submission(AUTHOR, text, ComplaintId(7), None, salt, files)


def asked(evidence: Evidence, cid: str) -> Response:
    return evidence.gateway.answer(Request("GET", f"/ipfs/{cid}", "", {}))


def given(evidence: Evidence, cid: str) -> bytes:
    return b"".join(asked(evidence, cid).body)


def test_the_digest_is_the_hash_of_the_manifest_that_the_gateway_gives(
    evidence: Evidence,
) -> None:
    content = b"x" * (2 * 1024 * 1024 + 5)
    stored = evidence.submit(submission(file("lamp.png", content), text="It came\r\nbroken."))
    data = given(evidence, stored["cid"])
    assert stored["digest"] == "0x" + hashlib.sha256(data).hexdigest()
    assert stored["size"] == len(data)
    manifest = parse(data)
    assert manifest.text == "It came\nbroken."
    assert (manifest.chain, manifest.complaint) == ("eip155:31337", 7)
    assert (manifest.author, manifest.desk) == (AUTHOR.lower(), DESK.lower())
    assert given(evidence, stored["items"][0]["cid"]) == content


def test_what_is_shown_later_is_what_was_said(evidence: Evidence) -> None:
    stored = evidence.submit(submission(file("a.txt", b"a", "transcript"), text="hello"))
    assert evidence.show(stored["digest"]) == stored
    assert stored["items"][0]["kind"] == "transcript"
    assert stored["items"][0]["stored"] == ["vault"]


def test_media_types_lose_their_parameters(evidence: Evidence) -> None:
    text = file("a.txt", b"a", media_type="Text/Plain; charset=utf-8")
    unnamed = file("b", b"b", media_type="")
    stored = evidence.submit(submission(text, unnamed))
    assert [item["media_type"] for item in stored["items"]] == [
        "text/plain",
        "application/octet-stream",
    ]


def test_a_chosen_salt_makes_the_digest_foreseeable(evidence: Evidence) -> None:
    salt = Hash32("0x" + "ab" * 32)
    first = evidence.submit(submission(text="same", salt=salt))
    second = evidence.submit(submission(text="same", salt=salt))
    random = evidence.submit(submission(text="same"))
    assert first["digest"] == second["digest"] != random["digest"]


def test_a_file_that_is_gone_is_said_to_be_gone(evidence: Evidence, tmp_path: Path) -> None:
    stored = evidence.submit(submission(file("a.png", b"precious")))
    for block in (tmp_path / "vault" / "blocks").rglob("*"):
        if block.is_file() and block.read_bytes() == b"precious":
            block.unlink()
    assert evidence.show(stored["digest"])["items"][0]["stored"] == []
    assert asked(evidence, stored["items"][0]["cid"]).status == 404


def test_a_manifest_that_a_stranger_made_costs_little_to_show(evidence: Evidence) -> None:
    """Sent as a file, and so are the nodes that it lists: each takes long to take apart."""
    inner = bytes((1 << 20) - 100)
    node = encode_node(Node((), encode_varint_field(1, 2) + encode_bytes_field(2, inner)))
    item = Item("0", "a/b", len(inner), cid_of(DAG_PB, node), Kind.FILE, Visibility.PUBLIC)
    items = tuple(replace(item, name=str(number)) for number in range(MAX_ITEMS))
    made = Manifest(bytes(32), "eip155:1", DESK.lower(), AUTHOR.lower(), items)
    evidence.submit(submission(file("node", node), file("manifest", encode(made))))
    shown = evidence.show(Hash32("0x" + digest(encode(made)).hex()))
    assert 0 < sum(item["stored"] == ["vault"] for item in shown["items"]) < 8


def test_an_unknown_digest_is_not_found(evidence: Evidence) -> None:
    with pytest.raises(NotFound):
        evidence.show(Hash32("0x" + "00" * 32))


@pytest.mark.parametrize("text", [None, "", " \n "])
def test_nothing_at_all_is_refused(evidence: Evidence, text: str | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        evidence.submit(submission(text=text))
    assert refused.value.code == "evidence-empty"


def test_an_unknown_kind_is_refused_before_anything_is_stored(
    evidence: Evidence, vault: Vault
) -> None:
    with pytest.raises(InvalidInput) as refused:
        evidence.submit(submission(file("a", b"a"), file("b", b"b", "rumour")))
    assert refused.value.code == "evidence-kind-unknown"
    assert vault.used_bytes() == 0


def test_too_many_files_are_refused(evidence: Evidence) -> None:
    with pytest.raises(InvalidInput):
        evidence.submit(submission(*(file("a", b"a") for _ in range(MAX_FILES + 1))))


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(
    evidence: Evidence, vault: Vault
) -> None:
    with pytest.raises(FileTooLarge):
        evidence.submit(submission(file("a", b"a" * (MAX_FILE_BYTES + 1))))
    assert vault.used_bytes() == 0


SEALED = b"age-encryption.org/v1\n..."
COMMITMENT = Hash32("0x" + "5a" * 32)


def test_a_sealed_file_shows_nothing_of_what_it_is(evidence: Evidence) -> None:
    sealed = replace(file("diagnosis.pdf", SEALED, "transcript"), commitment=COMMITMENT)
    recipient = recipient_of_key(b"\x09" * 32)
    stored = evidence.submit(replace(submission(sealed), recipient=recipient))
    data = given(evidence, stored["cid"])
    assert not any(word in data for word in (b"diagnosis", b"image/png", b"transcript"))
    assert stored["manifest"]["recipient"] == recipient
    assert stored["items"][0]["commitment"] == COMMITMENT
    assert given(evidence, stored["items"][0]["cid"]) == SEALED


def test_a_file_is_not_said_to_be_sealed_if_it_is_not(evidence: Evidence, vault: Vault) -> None:
    plain = replace(file("diagnosis.pdf", b"flu"), commitment=COMMITMENT)
    with pytest.raises(SealedInvalid):
        evidence.submit(submission(file("first", b"first"), plain))
    assert vault.used_bytes() == 0


def test_a_name_that_deceives_is_refused_and_leaves_nothing(
    evidence: Evidence, vault: Vault
) -> None:
    with pytest.raises(ManifestNameUnsafe):
        evidence.submit(submission(file("a.png", b"a"), file("gnp.\u202eexe", b"b")))
    assert vault.used_bytes() == 0


def test_what_is_submitted_stays_under_its_digest(evidence: Evidence, vault: Vault) -> None:
    stored = evidence.submit(submission(file("a.png", b"a"), file("b.png", b"b"), text="hello"))
    vault.put_file(BytesIO(b"what nobody submitted"))
    assert vault.collect().blocks == 1
    assert evidence.show(stored["digest"]) == stored
    (pin,) = vault.pins().items()
    assert pin[0] == stored["digest"][2:]
    assert [str(root) for root in pin[1]] == [
        *(item["cid"] for item in stored["items"]),
        stored["cid"],
    ]
