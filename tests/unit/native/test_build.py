"""The extension is compiled where that can be, and used where it is what these sources make."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from dapp.native import NAME, build, sources

_SHOWN = "from dapp import native; print(native.path(), native.logs is None, native.Reader is None)"


def _used(folder: Path, **more: str) -> str:
    """Which way is chosen where an extension stands first in the path."""
    path = os.pathsep.join((str(folder), *(entry for entry in sys.path if entry)))
    env = {**os.environ, "PURE_PYTHON": "", "PYTHONPATH": path, **more}
    done = subprocess.run(
        [sys.executable, "-c", _SHOWN], env=env, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.fixture
def own(extension: Any, tmp_path: Path) -> Path:
    """The extension's file, in a folder of its own."""
    return Path(shutil.copy(extension.__file__, tmp_path))


def test_the_extension_is_used_unless_it_is_not_wanted(own: Path) -> None:
    assert _used(own.parent) == "native False False"
    assert _used(own.parent, PURE_PYTHON="0") == "native False False"
    assert _used(own.parent, PURE_PYTHON="1") == "python True True"


def test_one_of_other_sources_is_not_used(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "mark", lambda: "01234567")
    assert build.build(own.parent) == own
    assert _used(own.parent) == "python True True"


def test_the_mark_changes_with_every_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [file.name for file in sources.files()]
    assert {"module.c", "objects.h"} <= {*names}
    for file in sources.files():
        shutil.copy(file, tmp_path)
    marks = {sources.mark()}
    monkeypatch.setattr(sources, "FOLDER", tmp_path)
    assert {sources.mark()} == marks
    for name in names:
        file = tmp_path / name
        file.write_bytes(file.read_bytes() + b"\n")
        marks.add(sources.mark())
    assert len(marks) == 1 + len(names)


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"#!/bin/sh\n"])
def test_what_is_no_extension_is_not_used(own: Path, content: bytes) -> None:
    own.unlink()
    own.write_bytes(content)
    assert _used(own.parent) == "python True True"


def test_a_module_of_that_name_that_is_another_is_not_used(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.py").write_text("MARK = 1\n")
    assert _used(tmp_path) == "python True True"


@pytest.mark.parametrize("compiler", ["no-such-compiler", "'", "false", "cc --no-such-option"])
def test_a_compiler_that_does_not_is_no_failure(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    compiler: str,
) -> None:
    monkeypatch.setenv("CC", compiler)
    monkeypatch.setattr(sysconfig, "get_path", _paths(tmp_path))
    assert build.main() == 0
    assert "will do without its extension in C" in capsys.readouterr().out
    assert [*tmp_path.iterdir()] == []


def test_no_compiler_named_is_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CC", raising=False)
    usual = build.command(Path("target"))
    monkeypatch.setenv("CC", "")
    assert build.command(Path("target")) == usual


def test_words_of_a_compiler_in_any_letters_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler = tmp_path / "cc"
    compiler.write_bytes(b"#!/bin/sh\nprintf 'n\\351cessaire' >&2; exit 1\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    if build.command(tmp_path) is None:
        pytest.skip("no Python.h")
    with pytest.raises(RuntimeError, match="n\ufffdcessaire"):
        build.build(tmp_path)


def test_a_folder_where_nothing_can_be_put_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sysconfig, "get_path", _paths(tmp_path / "missing"))
    assert build.main() == 0
    assert "will do without its extension in C" in capsys.readouterr().out


def _paths(platlib: Path) -> Any:
    usual = sysconfig.get_path
    return lambda name: str(platlib) if name == "platlib" else usual(name)
