"""The committed artifacts: what is taken from the compiler's output, and how it is written."""

import json
import os
from pathlib import Path
from typing import Any, Final

from scripts.toolchain import settings
from scripts.toolchain.paths import ARTIFACTS, CONTRACTS, ROOT

# Says what the artifacts were made from; not an artifact itself.
SOURCES: Final = "SOURCES"
# ERC-792 and ERC-1497, which others wrote.
_THIRD_PARTY: Final = ("IArbitrable", "IArbitrator", "IEvidence")


def from_output(output: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the artifacts of a standard-JSON output, by contract name.

    They are the contracts of contracts/*.sol that can be deployed and the interfaces of
    contracts/interfaces/*.sol that are ours.
    """
    compiler = _compiler(output)
    found: dict[str, dict[str, Any]] = {}
    for path, contracts in output["contracts"].items():
        folder = (ROOT / path).parent
        for name, contract in contracts.items():
            deployable = folder == CONTRACTS and contract["evm"]["bytecode"]["object"]
            ours = folder == CONTRACTS / "interfaces" and name not in _THIRD_PARTY
            if deployable or ours:
                found[name] = _artifact(name, contract, compiler)
    return found


def _compiler(output: dict[str, Any]) -> dict[str, Any]:
    return {"version": output["compiler"], **settings.load().standard_json()}


def _artifact(name: str, contract: dict[str, Any], compiler: dict[str, Any]) -> dict[str, Any]:
    evm = contract["evm"]
    places = evm["deployedBytecode"].get("immutableReferences", {})
    # The compiler keys these by syntax-tree ids, which move when any file is added.
    immutables = sorted(
        [place["start"], place["length"]] for group in places.values() for place in group
    )
    return {
        "contractName": name,
        "abi": contract["abi"],
        "bytecode": _hex(evm["bytecode"]["object"]),
        "deployedBytecode": _hex(evm["deployedBytecode"]["object"]),
        "compiler": {**compiler, "immutableReferences": immutables},
    }


def _hex(code: str) -> str:
    return f"0x{code}" if code else ""


def as_text(artifact: dict[str, Any]) -> str:
    """Return the bytes an artifact is committed as."""
    return json.dumps(artifact, indent=2, sort_keys=True) + "\n"


def write(artifacts: dict[str, dict[str, Any]], digest: str) -> None:
    """Replace the committed artifacts; the digest goes last, so that half a set never counts."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for path in ARTIFACTS.glob("*.json"):
        if path.stem not in artifacts:
            path.unlink()
    for name, artifact in artifacts.items():
        _replace(ARTIFACTS / f"{name}.json", as_text(artifact))
    made_from = {"contracts": sorted(artifacts), "hash": digest}
    _replace(ARTIFACTS / f"{SOURCES}.json", as_text(made_from))


def _replace(path: Path, text: str) -> None:
    new = path.with_suffix(f".{os.getpid()}")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def committed() -> dict[str, dict[str, Any]]:
    """Return the committed artifacts, by contract name."""
    files = [path for path in ARTIFACTS.glob("*.json") if path.stem != SOURCES]
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(files)}


def committed_digest() -> str | None:
    """Return the digest of the sources that the committed artifacts were made from.

    None when an artifact that the list names is missing, or there are none at all.
    """
    path = ARTIFACTS / f"{SOURCES}.json"
    if not path.is_file():
        return None
    made_from = json.loads(path.read_text(encoding="utf-8"))
    names = made_from["contracts"]
    complete = all((ARTIFACTS / f"{name}.json").is_file() for name in names)
    return str(made_from["hash"]) if complete and names else None
