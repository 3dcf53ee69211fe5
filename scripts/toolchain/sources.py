"""The Solidity sources, and the digest that decides whether they must be compiled."""

import hashlib
import json

from scripts.toolchain import settings
from scripts.toolchain.paths import CONTRACTS, NODE_MODULES, ROOT
from scripts.toolchain.refusal import Refusal


def read() -> dict[str, str]:
    """Return every source of contracts/: its path from the root, and its text."""
    files = sorted(CONTRACTS.rglob("*.sol"))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files}


def openzeppelin_version() -> str:
    """Return the version of OpenZeppelin's contracts that the lock names.

    Read from the lock and not from node_modules, so that the digest needs nothing installed.
    """
    lock = json.loads((ROOT / "package-lock.json").read_text())
    return str(lock["packages"]["node_modules/@openzeppelin/contracts"]["version"])


def digest() -> str:
    """Return SHA-256 over all sources, the compiler's settings and OpenZeppelin's version."""
    chosen = settings.load()
    whole = {
        "sources": {
            path: hashlib.sha256(text.encode()).hexdigest() for path, text in read().items()
        },
        "solc": chosen.version,
        "settings": chosen.standard_json(),
        "openzeppelin": openzeppelin_version(),
    }
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def check_openzeppelin() -> None:
    """Refuse when what is installed is not what the lock names."""
    manifest = NODE_MODULES / "@openzeppelin" / "contracts" / "package.json"
    installed = json.loads(manifest.read_text())["version"] if manifest.is_file() else "missing"
    if installed != openzeppelin_version():
        raise Refusal(f"OpenZeppelin's contracts are {installed} here", "Run 'make environments'")
