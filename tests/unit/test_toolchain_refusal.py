"""What stands in the way is said in one line, with the remedy."""

import errno

import pytest

from scripts.toolchain.refusal import Refusal, exit_code_of


def _raise(error: BaseException) -> int:
    raise error


def test_a_refusal_is_one_line_and_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    code = exit_code_of(lambda: _raise(Refusal("the tap is dry", "Open the valve")))
    assert code == 1
    assert capsys.readouterr().err == "refused: the tap is dry. Open the valve.\n"


def test_a_full_disk_is_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/data/chain.json")
    assert exit_code_of(lambda: _raise(full)) == 1
    said = capsys.readouterr().err
    assert said.startswith("refused: cannot write /data/chain.json: No space left on device.")
    assert said.count("\n") == 1


def test_an_error_of_ours_is_not_hidden() -> None:
    with pytest.raises(OSError, match="strange"):
        exit_code_of(lambda: _raise(OSError(errno.EPIPE, "strange")))


def test_ctrl_c_has_the_shell_s_exit_code() -> None:
    assert exit_code_of(lambda: _raise(KeyboardInterrupt())) == 130
