"""Puts a solc where py-solc-x, and so brownie, looks for it."""

import os
import subprocess
import sys
from pathlib import Path

from scripts.toolchain import settings
from scripts.toolchain.paths import NODE_MODULES, TOOLCHAIN
from scripts.toolchain.refusal import Refusal, exit_code_of

FOLDER = TOOLCHAIN / "solc"
_SHIM = Path(__file__).with_name("solc_shim.cjs")
_DOWNLOAD_SECONDS = 20
_DOWNLOAD = "import sys, solcx; solcx.install_solc(sys.argv[1])"


def ensure() -> Path:
    """Return the compiler's path, `.toolchain/solc/solc-vX.Y.Z`.

    py-solc-x may download the native one; where it cannot, npm's WebAssembly build stands in: the
    same compiler and the same bytecode, only slower.
    """
    version = settings.load().version
    program = FOLDER / f"solc-v{version}"
    if program.exists():
        return program
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not _downloaded(version):
        _put_shim(program)
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    if f"Version: {version}+commit." not in said:
        program.unlink(missing_ok=True)
        raise Refusal(
            f"the compiler is not solc {version}", "Run 'make environments' and try again"
        )
    return program


def environment() -> dict[str, str]:
    """Return the variables under which py-solc-x finds the compiler."""
    return {**os.environ, "SOLCX_BINARY_PATH": str(FOLDER)}


def _downloaded(version: str) -> bool:
    print(f"  looking for a native solc {version} …", flush=True)
    command = [sys.executable, "-c", _DOWNLOAD, version]
    try:
        done = subprocess.run(
            command, env=environment(), capture_output=True, timeout=_DOWNLOAD_SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 and (FOLDER / f"solc-v{version}").exists()


def _put_shim(program: Path) -> None:
    if not (NODE_MODULES / "solc").is_dir():
        raise Refusal("npm's solc is not installed", "Run 'make environments'")
    print("  not to be had; npm's solc stands in (the same compiler, slower)", flush=True)
    new = program.with_name(f"{program.name}.{os.getpid()}")
    new.symlink_to(os.path.relpath(_SHIM, program.parent))
    new.replace(program)


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: print(ensure()) or 0))
