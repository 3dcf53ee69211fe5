"""One set of compiler settings, and locks that can be trusted."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from scripts.toolchain import settings, sources
from scripts.toolchain.paths import BROWNIE_VENV, LOCKS, ROOT

_READ_YAML = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))"


def test_brownie_compiles_with_the_settings_of_foundry_toml() -> None:
    said = subprocess.run(
        [BROWNIE_VENV / "bin" / "python", "-c", _READ_YAML],
        input=(ROOT / "brownie-config.yaml").read_text(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    compiler = json.loads(said)["compiler"]
    ours = settings.load()
    assert compiler["evm_version"] == ours.evm_version
    assert compiler["solc"] == {
        "version": ours.version,
        "optimizer": {"enabled": True, "runs": ours.optimizer_runs},
        "remappings": list(ours.remappings),
        "viaIR": ours.via_ir,
    }


def test_every_source_pins_the_compiler_of_the_settings() -> None:
    pragma = f"pragma solidity {settings.load().version};"
    texts = sources.read()
    assert texts
    assert [path for path, text in texts.items() if pragma not in text] == []


def test_the_compiler_is_the_one_that_npm_locks() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert packages["node_modules/solc"]["version"] == settings.load().version


@pytest.mark.parametrize("lock", sorted(LOCKS.glob("*.txt")), ids=lambda path: str(path.stem))
def test_every_python_package_is_pinned_by_hash(lock: Path) -> None:
    text = lock.read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert blocks
    for block in blocks:
        name = block.splitlines()[0]
        assert "==" in name, f"{name} is not pinned"
        assert "--hash=sha256:" in block, f"{name} has no hash"


def test_no_lock_names_a_registry() -> None:
    for path in [*LOCKS.glob("*.txt"), ROOT / "package-lock.json"]:
        text = path.read_text()
        assert "--index-url" not in text
        assert "--extra-index-url" not in text
        assert '"resolved"' not in text


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    wanted = {
        "service": project["project"]["dependencies"],
        "dev": project["project"]["dependencies"] + groups["dev"],
        "brownie": groups["brownie"],
        "bootstrap": groups["bootstrap"],
    }
    for lock, requirements in wanted.items():
        locked = re.findall(r"^([a-z0-9._-]+)==", (LOCKS / f"{lock}.txt").read_text(), re.MULTILINE)
        names = {re.split(r"[\[=<>!~]", requirement)[0] for requirement in requirements}
        assert names <= set(locked), lock


def test_the_service_is_tested_with_the_versions_it_runs_with() -> None:
    pins = {name: (LOCKS / f"{name}.txt").read_text() for name in ("service", "dev")}
    service = set(re.findall(r"^(\S+==\S+)", pins["service"], re.MULTILINE))
    assert service <= set(re.findall(r"^(\S+==\S+)", pins["dev"], re.MULTILINE))
