"""Files by parts: what is said to have come is there, whatever breaks off."""

import hashlib
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence import Budget, Holder, Limits, Uploads
from evidence.errors import (
    BudgetSpent,
    ChecksumMismatch,
    EvidenceError,
    OffsetMismatch,
    ShareFull,
    UploadBusy,
    UploadExpired,
    UploadIncomplete,
    UploadMissing,
    UploadTooLarge,
)
from evidence.parts import RECORD_BYTES

MIB = 1 << 20
ANYBODY = Holder("somewhere")
DATA = random.Random(21).randbytes(3000)


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Broken(Exception):
    pass


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def uploads(tmp_path: Path, clock: Clock) -> Uploads:
    return opened(tmp_path, clock)


def opened(root: Path, clock: Callable[[], float]) -> Uploads:
    limits = Limits(20 * MIB, 40 * MIB, Budget(30 * MIB, 40 * MIB), seconds=100)
    return Uploads(root / "uploads", limits, clock)


def send(
    uploads: Uploads, name: str, offset: int, data: bytes, checksum: tuple[str, bytes] | None = None
) -> None:
    with uploads.part(name, offset, len(data), checksum) as part:
        part.write(data)


def begun(uploads: Uploads, size: int = len(DATA)) -> str:
    return uploads.create(size, "a.bin", "application/x", ANYBODY).id


def test_parts_make_the_file(uploads: Uploads, tmp_path: Path, clock: Clock) -> None:
    name = begun(uploads)
    send(uploads, name, 0, DATA[:1000])
    send(opened(tmp_path, clock), name, 1000, DATA[1000:])
    with uploads.used([name]) as ((upload, stream),):
        assert stream.read() == DATA
        assert (upload.name, upload.media_type, upload.size) == ("a.bin", "application/x", 3000)
    with pytest.raises(UploadMissing):
        uploads.find(name)
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == ["lock"]


def test_an_empty_file_is_whole_at_once(uploads: Uploads) -> None:
    with uploads.used([begun(uploads, 0)]) as ((_, stream),):
        assert stream.read() == b""


def test_what_came_before_it_broke_off_counts(uploads: Uploads) -> None:
    name = begun(uploads)
    with pytest.raises(Broken), uploads.part(name, 0, 3000, None) as part:
        part.write(DATA[:700])
        raise Broken
    assert uploads.find(name).offset == 700
    send(uploads, name, 700, DATA[700:])
    with uploads.used([name]) as ((_, stream),):
        assert stream.read() == DATA


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_part_with_a_checksum_counts_whole_or_not_at_all(
    uploads: Uploads, algorithm: str
) -> None:
    name = begun(uploads)
    right = (algorithm, hashlib.new(algorithm, DATA[:1000]).digest())
    with pytest.raises(ChecksumMismatch) as refused:
        send(uploads, name, 0, DATA[1:1001], right)
    assert refused.value.fields == {"offset": 0}
    with pytest.raises(Broken), uploads.part(name, 0, 1000, right) as part:
        part.write(DATA[:900])
        raise Broken
    assert uploads.find(name).offset == 0
    send(uploads, name, 0, DATA[:1000], right)
    send(uploads, name, 1000, DATA[1000:])
    with uploads.used([name]) as ((_, stream),):
        assert stream.read() == DATA


def test_a_long_part_is_noted_down_on_the_way(uploads: Uploads, tmp_path: Path) -> None:
    """As much is there after a process died; what lies beyond it does not count."""
    name = begun(uploads, RECORD_BYTES + 10)
    copy = tmp_path / "copy"
    with uploads.part(name, 0, None, None) as part:
        part.write(bytes(RECORD_BYTES))
        part.write(b"x" * 5)
        shutil.copytree(tmp_path / "uploads", copy / "uploads")
    after = opened(copy, Clock())
    assert after.find(name).offset == RECORD_BYTES
    assert (copy / "uploads" / name / "data").stat().st_size == RECORD_BYTES + 5
    send(after, name, RECORD_BYTES, b"y" * 10)
    with after.used([name]) as ((_, stream),):
        assert stream.read() == bytes(RECORD_BYTES) + b"y" * 10


def test_a_part_begins_where_the_last_one_ended(uploads: Uploads) -> None:
    name = begun(uploads)
    send(uploads, name, 0, DATA[:10])
    for offset in (0, 9, 11, 3000):
        with pytest.raises(OffsetMismatch) as refused:
            send(uploads, name, offset, b"a")
        assert refused.value.fields == {"offset": 10}
    assert uploads.find(name).offset == 10


def test_no_more_comes_than_was_announced(uploads: Uploads) -> None:
    name = begun(uploads)
    with pytest.raises(UploadTooLarge):
        send(uploads, name, 0, DATA + b"a")
    assert uploads.find(name).offset == 0
    with pytest.raises(UploadTooLarge), uploads.part(name, 0, None, None) as part:
        part.write(DATA[:2000])
        part.write(DATA[:2000])
    assert uploads.find(name).offset == 2000


def test_one_at_a_time(uploads: Uploads) -> None:
    name = begun(uploads)
    with uploads.part(name, 0, None, None) as part:
        part.write(DATA)
        with pytest.raises(UploadBusy):
            send(uploads, name, 0, b"a")
        with pytest.raises(UploadBusy):
            uploads.remove(name)
        with pytest.raises(UploadBusy), uploads.used([name]):
            pass
        assert uploads.sweep() == 0
    with uploads.used([name]), pytest.raises(UploadBusy):
        uploads.remove(name)
    with pytest.raises(UploadBusy), uploads.used([begun(uploads, 0)] * 2):
        pass


def test_what_was_not_taken_over_stays(uploads: Uploads) -> None:
    whole, half = begun(uploads, 0), begun(uploads)
    send(uploads, half, 0, DATA[:10])
    with pytest.raises(UploadIncomplete) as refused, uploads.used([whole, half]):
        pass
    assert refused.value.fields == {"offset": 10, "size": 3000}
    with pytest.raises(Broken), uploads.used([whole]):
        raise Broken
    assert uploads.find(whole).size == 0
    assert uploads.find(half).offset == 10


def test_it_expires_when_nothing_comes(uploads: Uploads, clock: Clock, tmp_path: Path) -> None:
    idle, busy = begun(uploads), begun(uploads)
    clock.now += 99
    send(uploads, busy, 0, DATA[:10])
    clock.now += 1
    for attempt in (
        lambda: uploads.find(idle),
        lambda: send(uploads, idle, 0, DATA),
        lambda: uploads.used([idle]).__enter__(),
    ):
        with pytest.raises(UploadExpired):
            attempt()
    assert [one.id for one in uploads.all()] == [busy]
    assert uploads.sweep() == 1
    with pytest.raises(UploadMissing):
        uploads.find(idle)
    assert uploads.find(busy).offset == 10
    assert uploads.expires_at(uploads.find(busy)) == 1_000_199


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../pins",
        "lock",
        "0" * 63,
        "0" * 65,
        "G" * 64,
        "0" * 64,
        "a/" * 32,
        "\0" * 64,
    ],
)
def test_no_other_name_leads_anywhere(uploads: Uploads, name: str) -> None:
    for attempt in (
        lambda: uploads.find(name),
        lambda: uploads.remove(name),
        lambda: send(uploads, name, 0, b"a"),
        lambda: uploads.used([name]).__enter__(),
    ):
        with pytest.raises(UploadMissing):
            attempt()


def test_names_cannot_be_guessed(uploads: Uploads) -> None:
    names = {begun(uploads, 0) for _ in range(20)}
    assert len(names) == 20
    assert all(len(bytes.fromhex(name)) == 32 for name in names)


def test_what_was_announced_counts(uploads: Uploads) -> None:
    first = begun(uploads, 20 * MIB)
    with pytest.raises(BudgetSpent):
        begun(uploads, 11 * MIB)
    uploads.create(19 * MIB, "", "", Holder("elsewhere"))
    with pytest.raises(ShareFull):
        uploads.create(2 * MIB, "", "", Holder("elsewhere"))
    with pytest.raises(UploadTooLarge):
        begun(uploads, 20 * MIB + 1)
    uploads.remove(first)
    for _ in range(10):  # each counts as a MiB, though it is empty
        begun(uploads, 0)


def test_a_damaged_state_is_no_upload(uploads: Uploads, tmp_path: Path, clock: Clock) -> None:
    name = begun(uploads)
    state = tmp_path / "uploads" / name / "state"
    good = json.loads(state.read_bytes())
    for bad in (b"", b"{", b"[]", b"\xff", json.dumps({**good, "more": 1}).encode(), b"null"):
        state.write_bytes(bad)
        with pytest.raises(EvidenceError) as refused:
            uploads.find(name)
        assert isinstance(refused.value, UploadMissing)
    state.unlink()
    assert uploads.all() == []
    clock.now = (tmp_path / "uploads" / name).stat().st_mtime + 99
    assert uploads.sweep() == 0
    clock.now += 2
    assert uploads.sweep() == 1
