"""Streams sealed and opened again."""

import base64
import hashlib
import io
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import EvidenceError, IdentityWrong, PlainMismatch, SealedInvalid
from evidence.identity import new_identity, recipient_of
from evidence.seal import (
    MAX_HEADER_BYTES,
    MAX_RECIPIENTS,
    Plain,
    check_sealed,
    seal,
    seal_files,
    unseal,
)

IDENTITY = new_identity()
RECIPIENT = recipient_of(IDENTITY)
CONTENT = bytes(range(256)) * 800
"""Four pieces of age, the last one short."""


def sealed(data: bytes = CONTENT, *recipients: str) -> bytes:
    sink = io.BytesIO()
    assert seal(io.BytesIO(data), sink, recipients or [RECIPIENT]) == facts(data)
    return sink.getvalue()


def opened(data: bytes, identity: str = IDENTITY, max_bytes: int = 1 << 30) -> bytes:
    sink = io.BytesIO()
    assert unseal([data], sink, identity, max_bytes) == facts(sink.getvalue())
    return sink.getvalue()


def facts(data: bytes) -> Plain:
    return Plain(len(data), hashlib.sha256(data).digest())


def code_of(data: bytes) -> str:
    with pytest.raises(EvidenceError) as caught:
        opened(data)
    assert "\n" not in str(caught.value)
    return caught.value.code


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 3 << 20])
def test_out_and_in_again(size: int) -> None:
    data = bytes(size)
    assert opened(sealed(data)) == data


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 70_000), max_size=30))
def test_pieces_of_any_size_are_one_stream(cuts: list[int]) -> None:
    data, sink = sealed(), io.BytesIO()
    ends = sorted({min(end, len(data)) for end in itertools.accumulate(cuts)} | {len(data)})
    pieces = [data[start:end] for start, end in itertools.pairwise([0, *ends])]
    assert unseal([b"", *pieces, b""], sink, IDENTITY, len(CONTENT)) == facts(CONTENT)
    assert sink.getvalue() == CONTENT


def test_sealing_twice_gives_other_bytes() -> None:
    assert sealed() != sealed()


def test_everybody_named_can_open_it_and_nobody_else() -> None:
    others = [new_identity() for _ in range(MAX_RECIPIENTS)]
    data = sealed(CONTENT, *map(recipient_of, others))
    assert data.index(b"\n--- ") < MAX_HEADER_BYTES
    assert opened(data, others[0]) == opened(data, others[-1]) == CONTENT
    with pytest.raises(IdentityWrong):
        opened(data)


@pytest.mark.parametrize("count", [0, MAX_RECIPIENTS + 1])
def test_nobody_and_too_many(count: int) -> None:
    with pytest.raises(EvidenceError) as caught:
        seal(io.BytesIO(CONTENT), io.BytesIO(), [RECIPIENT] * count)
    assert caught.value.code == "recipient_count"


def test_nothing_is_written_for_a_key_that_is_none() -> None:
    sink = io.BytesIO()
    for recipient in ("age1pq1" + "q" * 50, RECIPIENT.upper()):
        with pytest.raises(EvidenceError):
            seal(io.BytesIO(CONTENT), sink, [RECIPIENT, recipient])
    assert sink.getvalue() == b""


def test_a_second_key_does_not_open_it() -> None:
    with pytest.raises(IdentityWrong):
        opened(sealed(), new_identity())


def test_cut_off_anywhere() -> None:
    data = sealed()
    header = data.index(b"\n--- ") + 49
    ends = [0, 1, 21, 22, 100, header, header + 16, header + 17, header + 16 + 65552, len(data) - 1]
    assert {code_of(data[:end]) for end in ends} == {"sealed_invalid"}


@pytest.mark.parametrize("more", [b"\0", bytes(16), bytes(65552)])
def test_more_than_was_sealed(more: bytes) -> None:
    assert code_of(sealed() + more) == "sealed_invalid"


def test_pieces_of_another_sealing_do_not_fit() -> None:
    first, second = sealed(), sealed()
    assert code_of(first[:-20_000] + second[-20_000:]) == "sealed_invalid"


def test_armour_is_refused_as_the_browser_does() -> None:
    key = pyrage.x25519.Recipient.from_str(RECIPIENT)
    assert code_of(pyrage.encrypt(CONTENT, [key], armored=True)) == "sealed_invalid"


def test_a_long_header_is_not_read_to_its_end() -> None:
    taken = 0

    def long() -> Iterator[bytes]:
        nonlocal taken
        yield b"age-encryption.org/v1\n"
        for _ in range(60):
            taken += 1
            yield b"-> a\n\n" * 100

    with pytest.raises(SealedInvalid):
        unseal(long(), io.BytesIO(), IDENTITY, 1)
    assert taken * 600 < 2 * MAX_HEADER_BYTES


def test_no_more_is_written_than_was_said() -> None:
    sink = io.BytesIO()
    with pytest.raises(PlainMismatch):
        unseal([sealed()], sink, IDENTITY, 100_000)
    assert len(sink.getvalue()) <= 100_000


def test_what_source_and_sink_raise_comes_through_as_it_is() -> None:
    class Full(io.BytesIO):
        def write(self, data: object, /) -> int:
            raise OSError(28, "no space")

    def broken() -> Iterator[bytes]:
        yield sealed()[:100_000]
        raise KeyboardInterrupt

    with pytest.raises(OSError, match="no space"):
        seal(io.BytesIO(CONTENT), Full(), [RECIPIENT])
    with pytest.raises(KeyboardInterrupt):
        unseal(broken(), io.BytesIO(), IDENTITY, 1 << 30)


def test_plain_bytes_are_not_taken_for_sealed_ones() -> None:
    stream = io.BytesIO(sealed())
    check_sealed(stream)
    assert stream.tell() == 0
    for data in (b"", b"my diary", b"age-encryption.org/v2\n"):
        with pytest.raises(SealedInvalid):
            check_sealed(io.BytesIO(data))


@pytest.mark.parametrize("size", [10, 9 << 20])
def test_several_files_at_once(tmp_path: Path, size: int) -> None:
    """The larger ones in processes of their own."""
    files = [(tmp_path / f"{at}", tmp_path / f"{at}.age") for at in range(3)]
    for at, (source, _) in enumerate(files):
        source.write_bytes(bytes([at]) * size)
    found = seal_files(files, RECIPIENT)
    assert found == [facts(source.read_bytes()) for source, _ in files]
    assert [opened(target.read_bytes()) for _, target in files] == [
        source.read_bytes() for source, _ in files
    ]


def test_a_key_that_is_none_is_refused_from_the_processes_too(tmp_path: Path) -> None:
    files = [(tmp_path / f"{at}", tmp_path / f"{at}.age") for at in range(2)]
    for source, _ in files:
        source.write_bytes(bytes(9 << 20))
    with pytest.raises(EvidenceError) as caught:
        seal_files(files, "age1pq1qq")
    assert caught.value.code == "recipient_unsupported"


def test_memory_does_not_grow_with_the_file() -> None:
    class Nothing:
        def write(self, data: bytes, /) -> int:
            return len(data)

    class Zeros(io.RawIOBase):
        left = 200 << 20

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            view = memoryview(buffer)  # type: ignore[arg-type]
            size = min(len(view), self.left)
            view[:size] = bytes(size)
            self.left -= size
            return size

    # The peak is set back first: one that an earlier test had reached would hide this one's.
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_kib()
    assert seal(io.BufferedReader(Zeros()), Nothing(), [RECIPIENT]).size == 200 << 20
    assert peak_kib() - before < 40 << 10


def peak_kib() -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_after_the_first_line(data: bytes) -> None:
    with pytest.raises(EvidenceError):
        opened(b"age-encryption.org/v1\n" + data)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80), st.binary(min_size=32, max_size=32), st.binary(max_size=60))
def test_any_stanza(body: bytes, share: bytes, after: bytes) -> None:
    """Also one whose share is a point that gives everybody the same secret."""

    def text(data: bytes) -> bytes:
        return base64.b64encode(data).rstrip(b"=")

    for public in (share, bytes(32), b"\x01" + bytes(31)):
        stanza = b"-> X25519 " + text(public) + b"\n" + text(body[:32]) + b"\n"
        header = b"age-encryption.org/v1\n" + stanza + b"--- " + text(share) + b"\n"
        with pytest.raises(EvidenceError):
            opened(header + after)
