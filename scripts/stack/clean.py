"""Removes the data of `make up` and what builds and tests left; needs no environment."""

import shutil
import sys

from scripts.stack.layout import Layout, kept
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import exit_code_of

_LEFT = ("build", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache")


def main() -> int:
    """Remove them, unless a stack runs on the data."""
    data = kept()
    if data.exists():
        with Layout(data, 0, 0, durable=True).held():
            shutil.rmtree(data)
    for name in _LEFT:
        shutil.rmtree(ROOT / name, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(main))
