"""Uploads by parts, killed or out of room at each step: no byte counts that is not there."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import pytest

from evidence import Budget, EvidenceError, Holder, Limits, Uploads
from evidence.errors import VaultFull
from tests.faults.disk_steps import Steps, full_from, kill_at
from tests.faults.upload_acts import (
    ACTS,
    DATA,
    DONE,
    check,
    folders,
    furnish,
    offsets,
    open_uploads,
)
from tests.patience import PATIENCE_SECONDS

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])
_MOST_STEPS = 200


@pytest.mark.parametrize("name", ACTS)
def test_killed_at_every_step(name: str, tmp_path: Path) -> None:
    for step in range(1, _MOST_STEPS):
        root = tmp_path / str(step)
        furnish(root)
        child = _CONTEXT.Process(target=_live, args=(name, root, step))
        child.start()
        child.join(PATIENCE_SECONDS)
        assert child.exitcode in (0, -signal.SIGKILL)
        check(root)
        ACTS[name](open_uploads(root))
        check(root)
        assert offsets(root) == DONE[name]
        if child.exitcode == 0:
            assert step > 4, "too few steps to speak of"
            return
    pytest.fail("it never comes to an end")


def _live(name: str, root: Path, step: int) -> None:
    uploads = open_uploads(root)
    Steps().count(kill_at(step))
    ACTS[name](uploads)


@pytest.mark.parametrize("name", ACTS)
def test_full_at_every_step(name: str, tmp_path: Path) -> None:
    with _CONTEXT.Pool(1) as pool:
        codes = pool.apply_async(_fill_up, (name, tmp_path / "uploads")).get(PATIENCE_SECONDS)
    assert codes[-1] == "done"
    assert set(codes) <= {"done", VaultFull.code}
    needs_room = name not in ("use", "sweep")
    assert (VaultFull.code in codes) is needs_room


def _fill_up(name: str, root: Path) -> list[str]:
    steps = Steps()
    codes = []
    for step in range(1, _MOST_STEPS):
        furnish(root)
        uploads = open_uploads(root)
        before = folders(root)
        steps.count(full_from(step))
        try:
            ACTS[name](uploads)
            code = "done"
        except EvidenceError as error:
            code = error.code
        steps.stop_counting()
        check(root)
        assert folders(root) <= before or code == "done", "half begun"
        ACTS[name](uploads)
        check(root)
        assert offsets(root) == DONE[name]
        codes.append(code)
        shutil.rmtree(root)
        if steps.seen < step:
            break
    return codes


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Of one MiB; only root may mount it, and not everywhere."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no disk may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_real_disk_that_is_full(small_disk: Path) -> None:
    """What was noted down until then counts, and it goes on when there is room."""
    limits = Limits(1 << 30, 1 << 30, Budget(1 << 30, 1 << 30))
    uploads = Uploads(small_disk / "uploads", limits, lambda: 0.0)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(600_000))
    name = uploads.create(900_000, "", "", Holder("a")).id
    data = DATA * 30
    with pytest.raises(VaultFull), uploads.part(name, 0, None, None) as part:
        for start in range(0, 900_000, 50_000):
            part.write(data[start : start + 50_000])
    came = uploads.find(name).offset
    assert came < 450_000
    ballast.unlink()
    with uploads.part(name, came, None, None) as part:
        part.write(data[came:])
    with uploads.used([name]) as ((_, stream),):
        assert stream.read() == data
