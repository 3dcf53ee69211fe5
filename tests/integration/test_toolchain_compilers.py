"""One compiler, whoever asks it: our compile, brownie and forge make the same code."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.toolchain import anvil, settings, solc
from scripts.toolchain.paths import BROWNIE_VENV, NODE_MODULES, ROOT

_SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

contract Purse is ReentrancyGuardTransient {
    address public immutable owner = msg.sender;
    uint256 public held;

    function put() external payable nonReentrant {
        held += msg.value;
    }
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one contract, with this one's settings and libraries."""
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "Purse.sol").write_text(_SOURCE)
    (tmp_path / "tests").mkdir()
    for name in ("foundry.toml", "brownie-config.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    (tmp_path / ".toolchain").symlink_to(ROOT / ".toolchain")
    return tmp_path


def _standard_json(project: Path, source: str) -> dict[str, Any]:
    selection = {"*": {"*": ["evm.bytecode.object"]}}
    question = {
        "language": "Solidity",
        "sources": {"contracts/Purse.sol": {"content": source}},
        "settings": {**settings.load().standard_json(), "outputSelection": selection},
    }
    answer = subprocess.run(
        [solc.ensure(), "--standard-json"],
        input=json.dumps(question),
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found: dict[str, Any] = json.loads(answer)
    return found


def _ours(project: Path) -> str:
    contracts = _standard_json(project, _SOURCE)["contracts"]
    return str(contracts["contracts/Purse.sol"]["Purse"]["evm"]["bytecode"]["object"])


def test_brownie_makes_our_bytecode(project: Path) -> None:
    (project / "build" / "brownie").mkdir(parents=True)
    subprocess.run(
        [BROWNIE_VENV / "bin" / "brownie", "compile"],
        cwd=project,
        env={**solc.environment(), "HOME": str(project)},
        check=True,
        capture_output=True,
    )
    build = json.loads((project / "build/brownie/contracts/Purse.json").read_text())
    assert build["bytecode"] == _ours(project)


def _without_metadata(bytecode: str) -> str:
    """Cut off the trailer, whose last two bytes are its length."""
    length = int(bytecode[-4:], 16)
    return bytecode[: -2 * (length + 2)]


def test_forge_makes_our_code(project: Path) -> None:
    # Forge writes the remapping into the metadata with a slash of its own: another hash of it.
    _forge_build(project)
    build = json.loads((project / "build/forge/out/Purse.sol/Purse.json").read_text())
    made = build["bytecode"]["object"].removeprefix("0x")
    assert _without_metadata(made) == _without_metadata(_ours(project))
    assert len(_without_metadata(made)) > 500


def _forge_build(project: Path) -> None:
    done = subprocess.run(
        [anvil.find("forge"), "build", "--root", project],
        cwd=project,
        env={**os.environ, "HOME": str(project)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_compiler_says_its_version_as_the_native_one_does() -> None:
    said = subprocess.run([solc.ensure(), "--version"], capture_output=True, text=True, check=True)
    first, second = said.stdout.splitlines()[:2]
    assert first == "solc, the solidity compiler commandline interface"
    assert second.startswith(f"Version: {settings.load().version}+commit.")


def test_an_import_that_is_not_there_is_the_compilers_error(project: Path) -> None:
    answer = _standard_json(project, _SOURCE.replace("Transient.sol", "Lost.sol"))
    messages = [error["message"] for error in answer["errors"] if error["severity"] == "error"]
    assert any("ReentrancyGuardLost.sol" in message for message in messages)
