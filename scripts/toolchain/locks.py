"""Resolves the dependencies anew and writes the locks, with hashes and without addresses."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.toolchain.paths import LOCKS, ROOT, TOOLCHAIN
from scripts.toolchain.refusal import Refusal, exit_code_of

_GROUPS: dict[str, tuple[str, ...]] = {
    "bootstrap": ("--group", "bootstrap"),
    "service": ("pyproject.toml",),
    "dev": ("pyproject.toml", "--group", "dev", "-c", str(LOCKS / "service.txt")),
    "brownie": ("--group", "brownie"),
    "schemathesis": ("--group", "schemathesis"),
    "release": ("--group", "release"),
}
_COMPILE = ("--generate-hashes", "--no-header", "--no-annotate", "--universal", "--upgrade")


def _run(command: Sequence[str | Path]) -> None:
    if subprocess.run([str(word) for word in command], cwd=ROOT).returncode != 0:
        raise Refusal(f"{command[0]} failed", "Read the lines above")


def main() -> int:
    """Write every file of locks/, and package-lock.json."""
    uv = TOOLCHAIN / "uv" / "bin" / "uv"
    for name, words in _GROUPS.items():
        print(f"  locks/{name}.txt", flush=True)
        lock = LOCKS / f"{name}.txt"
        wanted = ("--python-version", "3.11", "--quiet", "-o", lock)
        _run([uv, "pip", "compile", *_COMPILE, *words, *wanted])
    print("  package-lock.json", flush=True)
    npm = ("npm", "install", "--package-lock-only", "--ignore-scripts", "--loglevel=error")
    _run([*npm, "--omit-lockfile-registry-resolved"])
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(main))
