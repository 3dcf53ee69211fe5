"""The zip that a bundle is: what Python's zipfile writes, and nothing that a hand has touched."""

import io
import struct
import warnings
import zipfile
from collections.abc import Sequence

import pytest

from dapp.audit.archive import Archive
from dapp.audit.format import CLAIMS, EVIDENCE, RECORDS
from dapp.errors import Unproven

CONTENT = {CLAIMS: b"{}" * 500, RECORDS: b'{"a":1}\n' * 20_000, EVIDENCE: bytes(range(256)) * 9}
NAMES = tuple(CONTENT)


def zipped(
    names: Sequence[str] = NAMES,
    methods: Sequence[int] = (zipfile.ZIP_DEFLATED,) * 5,
    content: dict[str, bytes] = CONTENT,
) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name that is there twice
        for name, method in zip(names, methods, strict=False):
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            target.writestr(info, content.get(name, b"x"))
    return file.getvalue()


def read(data: bytes) -> dict[str, bytes]:
    archive = Archive(io.BytesIO(data))
    found = {}
    for name in archive.members:
        with archive.open(name) as stream:
            found[name] = stream.read()
    return found


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("names", [NAMES, NAMES[:2]])
def test_reads_what_was_written(method: int, names: Sequence[str]) -> None:
    found = read(zipped(names, (method,) * 3))
    assert found == {name: CONTENT[name] for name in names}


def test_streams_through_a_zipfile_writer() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in NAMES:
            with target.open(zipfile.ZipInfo(name), "w") as stream:
                stream.write(CONTENT[name])
    assert read(file.getvalue()) == CONTENT


def wrong_layouts() -> dict[str, bytes]:
    good = zipped()
    end = len(good) - 22
    crossed = good.replace(b"records.jsonl", b"../../x.jsonl")
    one_crossed = good.replace(b"records.jsonl", b"../../x.jsonl", 1)
    encrypted = bytearray(good)
    encrypted[6] |= 1
    encrypted[good.index(b"PK\1\2") + 8] |= 1
    return {
        "empty": b"",
        "cut": good[:-1],
        "after the end": good + b"\0",
        "before the beginning": b"\0" + good,
        "a comment": good[:-2] + b"\x01\x00c",
        "no members": b"PK\5\6" + bytes(18),
        "another order": zipped((RECORDS, CLAIMS, EVIDENCE)),
        "one missing": zipped((CLAIMS, EVIDENCE)),
        "one more": zipped((*NAMES, "more.txt")),
        "one twice": zipped((CLAIMS, RECORDS, RECORDS)),
        "a folder": zipped((CLAIMS, RECORDS, "x/evidence.car")),
        "a path": crossed,
        "two names for one": one_crossed,
        "encrypted": bytes(encrypted),
        "bzip2": zipped(methods=(zipfile.ZIP_BZIP2,) * 3),
        "counts differ": good[: end + 8] + b"\x02\x00" + good[end + 10 :],
        "a gap": good[: good.index(b"PK\1\2")] + b"gap" + good[good.index(b"PK\1\2") :],
    }


@pytest.mark.parametrize("name", wrong_layouts())
def test_refuses_another_layout(name: str) -> None:
    with pytest.raises(Unproven) as caught:
        read(wrong_layouts()[name])
    assert caught.value.code == "bundle-form"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("field", ["size", "crc"])
@pytest.mark.parametrize("change", [-1, 1])
def test_refuses_content_of_another_size_or_sum(method: int, field: str, change: int) -> None:
    data = bytearray(zipped(methods=(method,) * 3))
    local, entry = {"crc": (14, 16), "size": (22, 24)}[field]
    first = data.index(b"PK\1\2")
    for place in (local, first + entry):
        (value,) = struct.unpack_from("<L", data, place)
        struct.pack_into("<L", data, place, (value + change) % 2**32)
    with pytest.raises(Unproven):
        read(bytes(data))


def test_a_bomb_ends_where_it_said() -> None:
    data = bytearray(zipped(content={**CONTENT, RECORDS: bytes(50 << 20)}))
    local = data.index(b"PK\3\4", 1)
    entry = data.index(b"PK\1\2", data.index(b"PK\1\2") + 1)
    struct.pack_into("<L", data, local + 22, 1000)
    struct.pack_into("<L", data, entry + 24, 1000)
    archive = Archive(io.BytesIO(bytes(data)))
    with archive.open(RECORDS) as stream, pytest.raises(Unproven) as caught:
        stream.read()
    assert "larger than it says" in caught.value.message


def test_every_flipped_bit_of_a_stored_bundle_is_seen() -> None:
    small = {CLAIMS: b"{}", RECORDS: b"a\n", EVIDENCE: b"c"}
    good = zipped(methods=(0, 0, 0), content=small)
    unseen = set()
    for place in range(len(good)):
        data = bytearray(good)
        data[place] ^= 1
        try:
            assert read(bytes(data)) == small
        except Unproven:
            continue
        unseen.add(place)
    # Who made it and with what attributes, which nobody reads.
    entries = [place for place in range(len(good)) if good[place : place + 4] == b"PK\1\2"]
    unread = {entry + place for entry in entries for place in (4, 5, *range(36, 42))}
    assert unseen == unread
