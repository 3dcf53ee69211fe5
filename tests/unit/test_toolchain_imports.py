"""Import directions that import-linter cannot say: the domain stands on the standard library."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.toolchain.paths import ROOT


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""


def _outside(folder: str, own: tuple[str, ...]) -> list[str]:
    """Return what the modules of `folder` import beside the standard library and `own`."""
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files, f"{folder} holds no modules"
    return [
        f"{path.relative_to(ROOT)}: {name}"
        for path in files
        for name in _imported(path)
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not any(name == root or name.startswith(f"{root}.") for root in own)
    ]


@pytest.mark.parametrize(
    ("folder", "own"),
    [
        ("dapp/domain", ("dapp.domain", "dapp.errors")),
        # Accounts: of the chains that tests make, long after the environments are made.
        ("scripts/toolchain", ("scripts.toolchain", "solcx", "brownie", "eth_account")),
        ("scripts/stack", ("scripts.toolchain", "scripts.stack")),
    ],
)
def test_only_the_standard_library_and_itself(folder: str, own: tuple[str, ...]) -> None:
    assert _outside(folder, own) == []
