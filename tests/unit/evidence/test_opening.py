"""Sealed items opened into a folder, and all that keeps one from being opened."""

import random
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from evidence.cid import CID
from evidence.envelope import encode, open_envelope, parse, seal_envelope
from evidence.errors import EvidenceError, NameTaken
from evidence.identity import new_identity, recipient_of
from evidence.manifest import digest
from evidence.manifest import encode as encode_manifest
from evidence.manifest import parse as parse_manifest
from evidence.opening import open_item
from evidence.unixfs import import_file
from tests.unit.evidence.sealing import Submission, enclose, submission

CHANGES = 2_000
LARGE = bytes(range(256)) * 10_000
FILES = {"letter.txt": b"I was there.", "film.bin": LARGE}
GIVEN = submission(FILES)


def code_of(given: Submission, folder: Path, number: int = 0) -> str:
    with pytest.raises(EvidenceError) as caught:
        open_item(given.manifest, given.envelope, number, given.block, folder)
    assert list(folder.iterdir()) == [], "something was left behind"
    return caught.value.code


def test_what_was_sealed_comes_out_under_its_name(tmp_path: Path) -> None:
    for number, (name, data) in enumerate(FILES.items()):
        path = open_item(GIVEN.manifest, GIVEN.envelope, number, GIVEN.block, tmp_path)
        assert path == tmp_path / name
        assert path.read_bytes() == data
        assert path.stat().st_mode & 0o077 == 0, "others of this machine could read it"
    assert {path.name for path in tmp_path.iterdir()} == set(FILES)


def test_nothing_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(b"mine")
    (tmp_path / "film.bin").symlink_to(tmp_path / "elsewhere")
    for number in (0, 1):
        with pytest.raises(NameTaken):
            open_item(GIVEN.manifest, GIVEN.envelope, number, GIVEN.block, tmp_path)
    assert (tmp_path / "letter.txt").read_bytes() == b"mine"
    assert not (tmp_path / "elsewhere").exists()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    def block(cid: CID) -> bytes:
        (tmp_path / "letter.txt").write_bytes(b"mine")
        return GIVEN.block(cid)

    with pytest.raises(NameTaken):
        open_item(GIVEN.manifest, GIVEN.envelope, 0, block, tmp_path)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"mine"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        open_item(GIVEN.manifest, GIVEN.envelope, 0, GIVEN.block, tmp_path / "no such folder")
    assert caught.value.code == "vault_io"


def test_a_block_that_is_missing_or_rotten(tmp_path: Path) -> None:
    film = sealed_cid(GIVEN, 1)
    for block in list(GIVEN.blocks):
        if block == film or len(GIVEN.blocks[block]) == 1 << 20:
            rotten = bytearray(GIVEN.blocks[block])
            rotten[-1] ^= 1
            assert code_of(with_block(GIVEN, block, bytes(rotten)), tmp_path, 1) == "block_mismatch"
            assert code_of(with_block(GIVEN, block, None), tmp_path, 1) == "block_missing"


def test_sealed_bytes_that_were_changed_before_they_were_named(tmp_path: Path) -> None:
    """By an author, whose manifest then names what nobody can open."""
    for cut in (b"", b"cut"):
        data = bytearray(GIVEN.blocks[sealed_cid(GIVEN, 0)])
        data[-1] ^= 1
        assert code_of(resealed(GIVEN, bytes(data)[: len(data) - len(cut)]), tmp_path) == (
            "sealed_invalid"
        )


def test_sealed_to_another_key_than_the_envelope_holds(tmp_path: Path) -> None:
    other = submission(FILES)
    assert code_of(resealed(GIVEN, other.blocks[sealed_cid(other, 0)]), tmp_path) == (
        "identity_wrong"
    )


@pytest.mark.parametrize("said", [b"I was not there.", b"I was her.", b"I was here."])
def test_other_bytes_than_the_author_bound(tmp_path: Path, said: bytes) -> None:
    """Longer, shorter, and changed."""
    lie = submission({"letter.txt": said})
    enclosed = enclose("letter.txt", b"I was there")
    manifest = parse_manifest(lie.manifest)
    sealed = replace(manifest.items[1], commitment=enclosed.commitment)
    data = encode_manifest(replace(manifest, items=(manifest.items[0], sealed)))
    envelope = replace(lie.envelope, manifest=digest(data), items=(enclosed,))
    assert code_of(Submission(data, envelope, lie.blocks), tmp_path) == "plain_mismatch"


def test_a_manifest_that_lies_about_the_length(tmp_path: Path) -> None:
    manifest = parse_manifest(GIVEN.manifest)
    longer = replace(manifest.items[1], size=manifest.items[1].size + 1)
    data = encode_manifest(replace(manifest, items=(manifest.items[0], longer, manifest.items[2])))
    envelope = replace(GIVEN.envelope, manifest=digest(data))
    assert code_of(Submission(data, envelope, GIVEN.blocks), tmp_path) == "sealed_mismatch"


def test_an_envelope_of_another_case(tmp_path: Path) -> None:
    other = submission(FILES, complaint=8)
    assert code_of(replace(GIVEN, envelope=other.envelope), tmp_path) == "envelope_mismatch"
    moved = replace(other.envelope, manifest=GIVEN.envelope.manifest)
    assert code_of(replace(GIVEN, envelope=moved), tmp_path) == "envelope_mismatch"


def test_random_changes_are_never_taken(tmp_path: Path) -> None:
    """To the sealed bytes, the envelope, sealed and open, and the manifest; each is noticed."""
    chance = random.Random(20_260)
    reader = new_identity()
    given = submission({"letter.txt": b"I was there." * 50})
    sealed = given.blocks[sealed_cid(given, 0)]
    envelope = seal_envelope(given.envelope, [recipient_of(reader)])
    plain = encode(given.envelope)
    refused: set[str] = set()
    for at in range(CHANGES):
        with pytest.raises(EvidenceError) as caught:
            if at % 4 == 0:
                opening = resealed(given, damaged(chance, sealed))
            elif at % 4 == 1:
                opening = replace(given, envelope=open_envelope(damaged(chance, envelope), reader))
            elif at % 4 == 2:
                opening = replace(given, envelope=parse(damaged(chance, plain)))
            else:
                opening = replace(given, manifest=damaged(chance, given.manifest))
            open_item(opening.manifest, opening.envelope, 0, opening.block, tmp_path)
        refused.add(caught.value.code)
    assert list(tmp_path.iterdir()) == []
    assert {"sealed_invalid", "identity_wrong", "envelope_invalid", "envelope_mismatch"} <= refused


def damaged(chance: random.Random, data: bytes) -> bytes:
    """One bit, some bytes, a cut, an insertion or a swap; never the same bytes."""
    at = chance.randrange(len(data))
    some = chance.randbytes(chance.randrange(1, 5))
    made = [
        data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :],
        data[:at] + some + data[at + len(some) :],
        data[:at],
        data[:at] + some + data[at:],
        data[:at] + data[at + 1 :],
        data[at:] + data[:at],
    ][chance.randrange(6)]
    return made if made != data else data[:-1]


def sealed_cid(given: Submission, number: int) -> CID:
    return parse_manifest(given.manifest).items[number + 1].cid


def with_block(given: Submission, cid: CID, block: bytes | None) -> Submission:
    """A vault that gives something else under this name, or nothing."""
    blocks = {name: data for name, data in given.blocks.items() if name != cid}
    return replace(given, blocks=blocks if block is None else {**blocks, cid: block})


def resealed(given: Submission, data: bytes) -> Submission:
    """With these bytes as the first sealed item, and a manifest and envelope that say so."""
    blocks = dict(given.blocks)
    stored = import_file(BytesIO(data), blocks.__setitem__)
    manifest = parse_manifest(given.manifest)
    first = replace(manifest.items[1], cid=stored.cid, size=stored.size)
    spelled = encode_manifest(
        replace(manifest, items=(manifest.items[0], first, *manifest.items[2:]))
    )
    return Submission(spelled, replace(given.envelope, manifest=digest(spelled)), blocks)
