"""Makes the environments under .toolchain/ from the committed locks; does nothing that is done.

Run by a bare Python: `python3 -m scripts.toolchain.environments [NAME …]`; all of them by default.
Each environment carries the digest of what it was made from and is made again when that changes.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from scripts.toolchain.paths import (
    BROWNIE_VENV,
    LOCKS,
    NODE_MODULES,
    RELEASE_VENV,
    ROOT,
    SCHEMATHESIS_VENV,
    TOOLCHAIN,
    VENV,
)
from scripts.toolchain.refusal import Refusal, exit_code_of

_UV = TOOLCHAIN / "uv"
_MINIMUM_NODE = 20
# Stamps: what an environment was made from, and what was put in it.
_MADE = ".made-from"
_FILLED = ".filled-from"
_COMPILED = ".compiled-from"


def _run(command: Sequence[str | Path], what: str) -> None:
    print(f"  {what} …", flush=True)
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
        raise Refusal(f"{what}: failed", "Read the lines above; check the network and the disk")


def _digest(*parts: bytes) -> str:
    whole = hashlib.sha256()
    # The place counts too: an environment holds its own path and does not survive a move.
    for part in (sys.version.encode(), str(ROOT).encode(), *parts):
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def _once(stamp: Path, digest: str, build: Callable[[], None]) -> None:
    """Run `build` unless `stamp` holds `digest` already; write it only after success."""
    if stamp.is_file() and stamp.read_text() == digest:
        return
    stamp.unlink(missing_ok=True)
    build()
    stamp.write_text(digest)


def _uv() -> Path:
    lock = LOCKS / "bootstrap.txt"

    def build() -> None:
        if find_spec("ensurepip") is None or find_spec("venv") is None:
            raise Refusal("Python has no venv here", "Install the package 'python3-venv'")
        shutil.rmtree(_UV, ignore_errors=True)
        _run([sys.executable, "-m", "venv", _UV], "making .toolchain/uv")
        pip = [str(_UV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
        _run([*pip, "-r", lock], "installing uv (locks/bootstrap.txt)")

    _once(_UV / _FILLED, _digest(lock.read_bytes()), build)
    return _UV / "bin" / "uv"


def _python_environment(folder: Path, lock: Path) -> None:
    uv = _uv()

    def make() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        command = [str(uv), "venv", "--quiet", "--python", sys.executable, str(folder)]
        _run(command, f"making {folder.relative_to(ROOT)}")

    # Made anew only for another Python; a new lock changes what is in it while others use it.
    _once(folder / _MADE, _digest(), make)
    install = [str(uv), "pip", "sync", "--quiet", "--require-hashes"]
    install += ["--python", str(folder)]
    _run([*install, lock], f"installing Python packages (locks/{lock.name})")


def venv() -> None:
    """Make .toolchain/venv: the service, its tests and their tools, with `redress` in bin/."""
    lock = LOCKS / "dev.txt"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    def build() -> None:
        _python_environment(VENV, lock)
        install = [str(_uv()), "pip", "install", "--quiet", "--python", str(VENV)]
        _run([*install, "--no-deps", "--no-build-isolation", "-e", "."], "installing redress")

    _once(VENV / _FILLED, _digest(lock.read_bytes(), json.dumps(project).encode()), build)
    _extension()


def _extension() -> None:
    """Compile the index's extension in C where that can be done (dapp/native/build.py)."""
    sources = [file.read_bytes() for file in sorted((ROOT / "dapp" / "native").glob("*.[ch]"))]
    compiler = os.environ.get("CC", "cc")
    build: list[str | Path] = [VENV / "bin" / "python", "-m", "dapp.native.build"]
    _once(
        VENV / _COMPILED,
        _digest(*sources, compiler.encode(), str(shutil.which(compiler)).encode()),
        lambda: _run(build, "compiling what the index does in C, if it can be"),
    )


def brownie() -> None:
    """Make .toolchain/brownie: brownie and the hundred packages it pins."""
    _from_its_lock("brownie", BROWNIE_VENV)


def schemathesis() -> None:
    """Make .toolchain/schemathesis: what asks the API everything that it says it takes."""
    _from_its_lock("schemathesis", SCHEMATHESIS_VENV)


def release() -> None:
    """Make .toolchain/release: what looks for known vulnerabilities and writes the SBOM."""
    _from_its_lock("release", RELEASE_VENV)


def _from_its_lock(name: str, folder: Path) -> None:
    lock = LOCKS / f"{name}.txt"
    _once(folder / _FILLED, _digest(lock.read_bytes()), lambda: _python_environment(folder, lock))


def node() -> None:
    """Make node_modules/ by `npm ci`; no package's own script is run."""
    lock = ROOT / "package-lock.json"
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _once(
        NODE_MODULES / _FILLED,
        _digest(lock.read_bytes()),
        lambda: _run(install, "installing npm packages (package-lock.json)"),
    )


def _check_node() -> None:
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise Refusal(f"{tool} is not installed", f"Install Node.js {_MINIMUM_NODE} with npm")
    said = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    if int(said.lstrip("v").split(".")[0]) < _MINIMUM_NODE:
        raise Refusal(f"node is {said}", f"Install Node.js {_MINIMUM_NODE} or later")


def main(names: Sequence[str]) -> int:
    """Make the named environments, all of them by default. Two runs at once take turns."""
    makers = {
        "venv": venv,
        "brownie": brownie,
        "schemathesis": schemathesis,
        "release": release,
        "node": node,
    }
    _check_node()
    TOOLCHAIN.mkdir(exist_ok=True)
    with (TOOLCHAIN / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        for name in names or makers:
            makers[name]()
    return 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(exit_code_of(lambda: main(sys.argv[1:])))
