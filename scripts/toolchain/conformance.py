"""Finds gateway-conformance, the suite of the IPFS project, and asks a gateway its questions."""

import json
import shutil
import subprocess
from pathlib import Path

from scripts.toolchain.refusal import Refusal

_NAME = "gateway-conformance"


def find() -> Path:
    """Return the suite's program from PATH. It runs Go, and its own sources, for each run.

    Raises:
        Refusal: it or Go is missing.
    """
    program = shutil.which(_NAME)
    if program is None:
        raise Refusal(f"{_NAME} is not installed", f"Put {_NAME} of the IPFS project on PATH")
    if shutil.which("go") is None:
        raise Refusal(f"{_NAME} needs Go", "Put go on PATH")
    return Path(program)


def extract_cars(folder: Path) -> list[Path]:
    """Return the content that the suite asks for, written below `folder` as CARs."""
    command: list[str | Path] = [find(), "extract-fixtures", "--directory", folder]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Refusal(f"{_NAME} gave no fixtures: {done.stderr.strip()}", "Install it anew")
    return sorted(folder.glob("*.car"))


def ask(gateway_url: str, specs: str, report: Path) -> dict[str, str]:
    """Return what became of each test of `specs`: `pass`, `fail` or `skip`, by its name."""
    options: list[str | Path] = ["--gateway-url", gateway_url, "--specs", specs, "--json", report]
    subprocess.run([find(), "test", *options, "--", "-timeout", "5m"], capture_output=True)
    events = (json.loads(line) for line in report.read_text().splitlines())
    return {
        event["Test"]: event["Action"]
        for event in events
        if "Test" in event and event["Action"] in ("pass", "fail", "skip")
    }
