"""The bills of materials name all that is locked, and are the same each time."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.releasing import sbom
from scripts.toolchain.paths import LOCKS, RELEASE_VENV, ROOT

SECONDS = 1_800_000_000
_VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
wrong = JsonStrictValidator(SchemaVersion[sys.argv[1]]).validate_str(sys.stdin.read())
sys.exit(wrong and str(wrong))
"""


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return sbom.write(tmp_path_factory.mktemp("sbom"), SECONDS)


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_each_is_valid(bills: list[Path]) -> None:
    for path in bills:
        version = "V" + _read(path)["specVersion"].replace(".", "_")
        command = [RELEASE_VENV / "bin" / "python", "-c", _VALIDATE, version]
        done = subprocess.run(command, input=path.read_bytes(), capture_output=True)
        assert done.returncode == 0, done.stderr


def test_each_is_of_this_project_and_commit(bills: list[Path]) -> None:
    version = _read(ROOT / "package.json")["version"]
    for path in bills:
        about = _read(path)["metadata"]
        assert (about["component"]["name"], about["component"]["version"]) == ("redress", version)
        assert about["timestamp"].startswith("2027-01-15T08:00:00")


def test_python_names_each_package_of_the_lock_with_its_hashes(bills: list[Path]) -> None:
    parts = _read(bills[0])["components"]
    lock = (LOCKS / "service.txt").read_text()
    expected = set(re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE))
    assert {(part["name"], part["version"]) for part in parts} == expected
    for part in parts:
        hashes = part["externalReferences"][0]["hashes"]
        assert hashes
        assert all(one["content"] in lock for one in hashes)


def test_npm_names_each_package_of_the_lock_with_its_hash(bills: list[Path]) -> None:
    parts = _read(bills[1])["components"]
    locked = _read(ROOT / "package-lock.json")["packages"]
    expected = {
        (name.rpartition("node_modules/")[2], one["version"])
        for name, one in locked.items()
        if name
    }
    assert {(part["name"], part["version"]) for part in parts} == expected
    assert all(part["hashes"] for part in parts)


def test_they_are_the_same_each_time(bills: list[Path], tmp_path: Path) -> None:
    again = sbom.write(tmp_path, SECONDS)
    assert [one.read_bytes() for one in again] == [one.read_bytes() for one in bills]
