"""kill -9 at each step on the disk: what is pinned is whole, and the next run ends the work."""

import shutil
import signal
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.faults.disk_steps import Steps, kill_at
from tests.faults.vault_acts import ACTS, check, furnish, open_vault, state_of
from tests.patience import PATIENCE_SECONDS

# Its children are forked from a process that has imported everything already.
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])
_MOST_STEPS = 400


@pytest.mark.parametrize("name", ACTS)
def test_killed_at_every_step(name: str, tmp_path: Path) -> None:
    act = ACTS[name]
    furnished, undisturbed = tmp_path / "furnished", tmp_path / "undisturbed"
    furnish(furnished)
    shutil.copytree(furnished, undisturbed)
    act(open_vault(undisturbed))
    before, done = state_of(furnished), state_of(undisturbed)
    assert before != done
    assert _again_changes_nothing(undisturbed, name)
    for step in range(1, _MOST_STEPS):
        root = tmp_path / "vault"
        shutil.copytree(furnished, root)
        ended = _run(name, root, step)
        check(root)
        found = state_of(root)
        assert found.pins in (before.pins, done.pins)
        assert not ended or found == done
        act(open_vault(root))
        check(root)
        found = state_of(root)
        assert found.pins == done.pins
        # What nobody pins may go with a removal that was cut off.
        cut_off = name in ("remove", "give_up") and found.blocks < done.blocks
        assert found.blocks == done.blocks or cut_off
        shutil.rmtree(root)
        if ended:
            assert step > 10, "too few steps to speak of"
            return
    pytest.fail("it never comes to an end")


def _again_changes_nothing(root: Path, name: str) -> bool:
    before = state_of(root)
    ACTS[name](open_vault(root))
    return state_of(root) == before


def _run(name: str, root: Path, step: int) -> bool:
    """Whether it came to its end."""
    child = _CONTEXT.Process(target=_live, args=(name, root, step))
    child.start()
    child.join(PATIENCE_SECONDS)
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return child.exitcode == 0


def _live(name: str, root: Path, step: int) -> None:
    steps = Steps()
    steps.count(kill_at(step))
    ACTS[name](open_vault(root))
    steps.stop_counting()
