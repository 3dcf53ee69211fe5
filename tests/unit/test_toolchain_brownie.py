"""Brownie finds the project's scripts wherever the checkout lies."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.toolchain.brownie_launch import DottedFolders


@pytest.fixture
def dotted_script(tmp_path: Path) -> Iterator[str]:
    """A script below a folder with a dot in its name; yields the name brownie imports it by."""
    folder = tmp_path / "my.checkout" / "scripts"
    folder.mkdir(parents=True)
    script = folder / "deploy.py"
    script.write_text("ANSWER = 42\n")
    finder = DottedFolders([script])
    known = set(sys.modules)
    sys.meta_path.append(finder)
    yield ".".join([*script.parts[1:-1], script.stem])
    sys.meta_path.remove(finder)
    for name in set(sys.modules) - known:
        del sys.modules[name]


def test_a_script_below_a_dotted_folder_is_imported(dotted_script: str) -> None:
    assert "my.checkout.scripts.deploy" in dotted_script
    assert importlib.import_module(dotted_script).ANSWER == 42


def test_other_names_are_not_answered(dotted_script: str) -> None:
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(dotted_script.replace("deploy", "destroy"))
