"""`make release`: all that a release hands out, in build/release/, with checksums.

Refused while something is not committed, while CHANGELOG.md has no heading for the version, and
while nobody could say which vulnerabilities are known (REDRESS_REQUIRE_AUDIT=0 takes that risk).
"""

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Final

from scripts.releasing import audit, commits, sbom, sourcify, wheel
from scripts.toolchain.paths import LOCKS, ROOT
from scripts.toolchain.refusal import Refusal, exit_code_of

FOLDER: Final = ROOT / "build" / "release"
SUMS: Final = "SHA256SUMS"


def write(folder: Path, commit: str) -> Path:
    """Write everything and return the wheel; the same commit gives the same checksums."""
    shutil.rmtree(folder, ignore_errors=True)
    made = wheel.build(commit, folder)
    shutil.copyfile(LOCKS / "service.txt", folder / "requirements.txt")
    sbom.write(folder / "sbom", commits.seconds(commit))
    sourcify.write_all(folder / "sourcify")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{wheel.digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
    return made


def check_changelog(version: str, changelog: str) -> None:
    """Refuse a version that the changelog does not know."""
    if not re.search(rf"^## {re.escape(version)}\b", changelog, re.MULTILINE):
        raise Refusal(
            f"CHANGELOG.md has no heading for {version}",
            "Give 'Unreleased' the version and the date (docs/release.md)",
        )


def main() -> int:
    """Write the release of what is checked out."""
    commit = commits.head()
    version = wheel.version()
    check_changelog(version, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    os.environ.setdefault(audit.REQUIRED, "1")
    if audit.run() not in (0, audit.NOT_CHECKED):
        raise Refusal("what is locked did not pass the audit", "Read the lines above")
    write(FOLDER, commit)
    print(f"{FOLDER.relative_to(ROOT)}: {version}, to be tagged v{version} at {commit}")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(main))
