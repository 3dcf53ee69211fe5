"""Writes the bills of materials, CycloneDX as JSON, from the locks.

`python -m scripts.releasing.sbom` writes build/sbom/: `python.cdx.json`, which is what the service
runs on, and `npm.cdx.json`, of which the contracts and the pages' scripts are made.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from scripts.releasing import commits
from scripts.toolchain.paths import LOCKS, RELEASE_VENV, ROOT
from scripts.toolchain.refusal import Refusal, exit_code_of

FOLDER: Final = ROOT / "build" / "sbom"
_NPM: Final = ("npm", "sbom", "--sbom-format=cyclonedx", "--package-lock-only")


def write(folder: Path, seconds: int) -> list[Path]:
    """Write both, as of `seconds` since 1970; the same locks give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    python, npm = folder / "python.cdx.json", folder / "npm.cdx.json"
    command: list[str | Path] = [
        RELEASE_VENV / "bin" / "cyclonedx-py",
        "requirements",
        LOCKS / "service.txt",
    ]
    command += ["--pyproject", ROOT / "pyproject.toml", "--mc-type", "application"]
    said = _run([*command, "--output-reproducible"], {"SOURCE_DATE_EPOCH": str(seconds)})
    python.write_text(said, encoding="utf-8")
    npm.write_text(_reproducible(_run([*_NPM, "--sbom-type=application"]), seconds), "utf-8")
    return [python, npm]


def _reproducible(said: str, seconds: int) -> str:
    """Take out of npm's what differs each time: a serial number, the time, the folder's name."""
    bill = json.loads(said)
    del bill["serialNumber"]
    about = bill["metadata"]
    about["timestamp"] = datetime.fromtimestamp(seconds, UTC).isoformat()
    manifest = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    about["component"]["name"] = manifest["name"]
    return json.dumps(bill, indent=2, ensure_ascii=False) + "\n"


def _run(command: Sequence[str | Path], variables: Mapping[str, str] | None = None) -> str:
    words = [str(word) for word in command]
    environment = {**os.environ, **(variables or {})}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.stderr.write(done.stderr)
        raise Refusal(f"{Path(words[0]).name} failed", "Read the lines above")
    return done.stdout


def main() -> int:
    """Write both, as of the last commit."""
    for path in write(FOLDER, commits.seconds("HEAD")):
        parts = json.loads(path.read_text(encoding="utf-8"))["components"]
        print(f"{path.relative_to(ROOT)}: {len(parts)} parts")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(main))
