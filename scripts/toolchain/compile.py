"""Compiles the contracts, never twice: a digest of sources and settings decides.

`python -m scripts.toolchain.compile` brings dapp/chain/artifacts up to date. The compiler's whole
output is kept under .toolchain/cache/DIGEST/ for brownie and for the test that compares.
"""

import fcntl
import gzip
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from scripts.toolchain import artifacts, settings, solc, sources
from scripts.toolchain.paths import ROOT, TOOLCHAIN
from scripts.toolchain.refusal import Refusal, exit_code_of

_CACHE = TOOLCHAIN / "cache"
# What brownie asks the compiler for, so that its build files come from the same output.
_SELECTION = {
    "*": {
        "*": ["abi", "devdoc", "evm.bytecode", "evm.deployedBytecode", "storageLayout", "userdoc"],
        "": ["ast"],
    }
}


def standard_input() -> dict[str, Any]:
    """Return the compiler's standard-JSON input; OpenZeppelin's files are left on disk."""
    return {
        "language": "Solidity",
        "sources": {path: {"content": text} for path, text in sources.read().items()},
        "settings": {**settings.load().standard_json(), "outputSelection": _SELECTION},
    }


def cached_output(digest: str) -> dict[str, Any] | None:
    """Return the compiler's output for sources of this digest, if they were compiled here."""
    path = _output_path(digest)
    if not path.is_file():
        return None
    with gzip.open(path, "rt", encoding="utf-8") as file:
        output: dict[str, Any] = json.load(file)
    return output


def fresh_output() -> dict[str, Any]:
    """Return the compiler's output for the sources as they are, compiling unless that was done.

    Raises:
        Refusal: the compiler found errors; the message is its first.
    """
    digest = sources.digest()
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        found = cached_output(digest)
        if found is not None:
            return found
        output = _compile()
        _keep(_output_path(digest), output)
    return output


def _output_path(digest: str) -> Path:
    return _CACHE / digest / "output.json.gz"


def _keep(path: Path, output: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}")
    with gzip.open(new, "wt", encoding="utf-8", compresslevel=3) as file:
        json.dump(output, file)
    new.replace(path)


def _compile() -> dict[str, Any]:
    import solcx  # only here: brownie's environment and a bare Python import this module too

    sources.check_openzeppelin()
    program = solc.ensure()
    print("  compiling the contracts (minutes where npm's solc stands in) …", flush=True)
    began = time.monotonic()
    before = Path.cwd()
    os.chdir(ROOT)  # py-solc-x starts the compiler where we are, and imports are read from there
    try:
        output: dict[str, Any] = solcx.compile_standard(
            standard_input(), allow_paths=str(ROOT), solc_binary=program
        )
    except solcx.exceptions.SolcError as error:
        said = _first_error(error)
        raise Refusal(f"the contracts do not compile: {said}", "Correct the source") from error
    finally:
        os.chdir(before)
    _report_warnings(output)
    output["compiler"] = str(solcx.wrapper.get_solc_version(program, with_commit_hash=True))
    print(f"  compiled in {time.monotonic() - began:.0f} s", flush=True)
    return output


def _first_error(error: Any) -> str:
    errors = error.error_dict or []
    for found in errors:
        if found["severity"] == "error":
            return str(found.get("formattedMessage", found["message"])).strip()
    return str(error.message)


def _report_warnings(output: dict[str, Any]) -> None:
    for found in output.get("errors", []):
        where = found.get("sourceLocation", {}).get("file", "")
        if where.startswith("contracts/"):
            print(found["formattedMessage"].strip(), flush=True)


def ensure() -> str:
    """Bring the committed artifacts up to date and return the digest of the sources."""
    digest = sources.digest()
    if artifacts.committed_digest() != digest:
        artifacts.write(artifacts.from_output(fresh_output()), digest)
    return digest


def main() -> int:
    """Bring the artifacts up to date and say what they are."""
    digest = ensure()
    print(f"artifacts of {digest[:12]}: {', '.join(artifacts.committed())}")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(main))
