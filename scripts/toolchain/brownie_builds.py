"""Writes brownie's build files from the committed artifacts, so that brownie compiles nothing.

Runs in brownie's environment. The files hold what deploying, calling, events and errors need, but
no source maps: `brownie compile --all` makes those.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from scripts.toolchain import artifacts, settings, sources


def write(folder: Path) -> None:
    """Fill `folder`, brownie's build/contracts, for every contract name in the sources."""
    from brownie.project.sources import Sources

    folder.mkdir(parents=True, exist_ok=True)
    texts = sources.read()
    known = artifacts.committed()
    project = Sources(texts, {})
    for name in project.get_contract_list():
        build = _build(name, project.get_source_path(name), texts, known.get(name, {}))
        (folder / f"{name}.json").write_text(json.dumps(build), encoding="utf-8")


def _build(name: str, path: str, texts: dict[str, str], artifact: dict[str, Any]) -> dict[str, Any]:
    chosen = settings.load()
    bytecode = artifact.get("bytecode", "").removeprefix("0x")
    return {
        "abi": artifact.get("abi", []),
        "allSourcePaths": {"0": path},
        "ast": {},
        "bytecode": bytecode,
        "bytecodeSha1": hashlib.sha1(bytecode.encode()).hexdigest(),  # noqa: S324
        "compiler": {
            "evm_version": chosen.evm_version,
            "optimizer": chosen.standard_json()["optimizer"],
            "version": artifact.get("compiler", {}).get("version", chosen.version),
        },
        "contractName": name,
        "coverageMap": {"branches": {}, "statements": {}},
        "dependencies": [],
        "deployedBytecode": artifact.get("deployedBytecode", "").removeprefix("0x"),
        "deployedSourceMap": "",
        "language": "Solidity",
        "natspec": {},
        "offset": [0, 0],
        "opcodes": "",
        "pcMap": {},
        "sha1": hashlib.sha1(texts[path].encode()).hexdigest(),  # noqa: S324
        "source": texts[path],
        "sourceMap": "",
        "sourcePath": path,
        "type": "contract",
    }
