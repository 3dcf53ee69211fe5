"""A commit's files by themselves, whatever else lies in the checkout."""

import io
import subprocess
import tarfile
from pathlib import Path

from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import Refusal


def head(root: Path = ROOT) -> str:
    """Return the id of what is checked out.

    Raises:
        Refusal: something tracked was changed since, or this is no checkout.
    """
    if _git(root, "status", "--porcelain", "--untracked-files=no"):
        raise Refusal("there are changes that are not committed", "Commit them, then release")
    return _git(root, "rev-parse", "HEAD").decode().strip()


def seconds(commit: str, root: Path = ROOT) -> int:
    """Return when it was committed, in seconds since 1970: SOURCE_DATE_EPOCH of what it makes."""
    return int(_git(root, "show", "--no-patch", "--format=%ct", commit))


def export(commit: str, folder: Path, root: Path = ROOT) -> None:
    """Write its files below `folder`."""
    archive = _git(root, "archive", "--format=tar", commit)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")


def _git(root: Path, *words: str) -> bytes:
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise Refusal(f"git {words[0]} failed: {said}", "Release from a checkout of the project")
    return done.stdout
