"""A disk that fills up at each step: a clear refusal, nothing half-stored, and it goes on later."""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

import pytest

from evidence import EvidenceError, Vault
from evidence.errors import VaultFull
from evidence.quota import room
from tests.faults.disk_steps import Steps, full_from
from tests.faults.vault_acts import ACTS, State, check, furnish, open_vault, state_of

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])
_MOST_STEPS = 400
_NEED_NO_ROOM = ("unpin", "collect", "remove", "give_up")

Outcome = tuple[str, State, State]
"""The code of the refusal or "done"; how it was found then, and after another try with room."""


@pytest.mark.parametrize("name", ACTS)
def test_full_at_every_step(name: str, tmp_path: Path) -> None:
    furnished, undisturbed = tmp_path / "furnished", tmp_path / "undisturbed"
    furnish(furnished)
    shutil.copytree(furnished, undisturbed)
    ACTS[name](open_vault(undisturbed))
    before, done = state_of(furnished), state_of(undisturbed)
    with _CONTEXT.Pool(1) as pool:
        outcomes = pool.apply_async(_fill_up, (name, furnished, tmp_path / "vault")).get(120)
    assert outcomes[-1] == ("done", done, done)
    codes = {code for code, _, _ in outcomes}
    assert codes <= {"done", VaultFull.code}
    assert VaultFull.code in codes
    for code, found, later in outcomes:
        if name in _NEED_NO_ROOM:
            assert found.pins in (before.pins, done.pins)
            assert later.pins == done.pins
            assert later.blocks <= done.blocks
        else:
            # Refused at the very last step, the folder's, it has come in all the same.
            assert found == done or (code != "done" and found == before)
            assert later == done


def _fill_up(name: str, furnished: Path, root: Path) -> list[Outcome]:
    steps = Steps()
    outcomes = []
    for step in range(1, _MOST_STEPS):
        shutil.copytree(furnished, root)
        vault = open_vault(root)
        steps.count(full_from(step))
        try:
            ACTS[name](vault)
            code = "done"
        except EvidenceError as error:
            code = error.code
        steps.stop_counting()
        check(root)
        found = state_of(root)
        ACTS[name](vault)
        check(root)
        outcomes.append((code, found, state_of(root)))
        shutil.rmtree(root)
        if steps.seen < step:
            break
    return outcomes


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Of one MiB; only root may mount it, and not everywhere."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=200", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no disk may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_real_disk_that_is_full(small_disk: Path) -> None:
    vault = Vault(small_disk / "vault")
    kept = vault.put_file(BytesIO(b"kept")).cid
    vault.pin(kept, "kept")
    owners = _submit_until_full(vault, 100_000)
    assert 5 < len(owners) < 11
    before = vault.used_bytes()
    (small_disk / "ballast").write_bytes(bytes(os.statvfs(small_disk).f_bavail * 4096))
    with pytest.raises(VaultFull):
        vault.put_file(BytesIO(bytes(5000)))
    assert vault.used_bytes() == before
    vault.remove(owners[0])
    assert vault.collect().blocks == 0
    assert len(_submit_until_full(vault, 100_000)) == 1
    assert b"".join(vault.open_file(kept)) == b"kept"
    for roots in vault.pins().values():
        assert sum(len(b"".join(vault.open_file(root))) for root in roots) in (4, 100_000)


def test_a_real_disk_without_inodes(small_disk: Path) -> None:
    vault = Vault(small_disk / "vault")
    owners = _submit_until_full(vault, 10)
    assert len(owners) > 30
    assert list((small_disk / "vault" / "staging").iterdir()) == []
    for owner in owners[:5]:  # each frees two; one more takes up to four while it comes in
        vault.remove(owner)
    assert _submit_until_full(vault, 10)
    assert vault.used_bytes() == room(10) * len(vault.pins())


def _submit_until_full(vault: Vault, size: int) -> list[str]:
    lots = random.Random(len(vault.pins()))
    owners: list[str] = []
    while True:
        owner = lots.randbytes(8).hex()
        try:
            with vault.delivery() as delivery:
                delivery.put_file(BytesIO(lots.randbytes(size)))
                delivery.pin(owner)
        except VaultFull:
            return owners
        owners.append(owner)
