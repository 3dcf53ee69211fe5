"""Builds the wheel of a commit: the same bytes wherever and whenever that is done.

`python -m scripts.releasing.wheel` writes build/wheel/. The same holds only for the same hatchling,
which is locked, and the same zlib, which comes with Python: another one may compress otherwise
what it holds, but RECORD in it stays the same.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Final

from scripts.releasing import commits
from scripts.toolchain.paths import ROOT, VENV
from scripts.toolchain.refusal import Refusal, exit_code_of

FOLDER: Final = ROOT / "build" / "wheel"


def build(commit: str, folder: Path, root: Path = ROOT) -> Path:
    """Build it into `folder` and return where it is."""
    with tempfile.TemporaryDirectory(prefix="redress-wheel-") as name:
        tree, made = Path(name, "tree"), Path(name, "made")
        commits.export(commit, tree, root)
        command: list[str | Path] = [
            VENV / "bin" / "python",
            "-m",
            "hatchling",
            "build",
            "--target",
            "wheel",
        ]
        done = subprocess.run(
            [*command, "--directory", made],
            cwd=tree,
            env={**os.environ, "SOURCE_DATE_EPOCH": str(commits.seconds(commit, root))},
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise Refusal(f"the wheel was not built: {done.stderr.strip()}", "Mend pyproject.toml")
        (wheel,) = made.iterdir()
        folder.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(wheel, folder))


def version() -> str:
    """Return the version, as pyproject.toml tells it."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(told["version"])


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> int:
    """Build the wheel of what is checked out and say what it is."""
    commit = commits.head()
    made = build(commit, FOLDER)
    print(f"{digest(made)}  {made.relative_to(ROOT)}  (commit {commit[:12]})")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(main))
