"""`python -m dapp.native.build`: compiles the extension into the environment of this Python.

Where there is no compiler, or Python came without its headers, there will be no extension, and
everything works as before, more slowly.
"""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from dapp.native import NAME, sources

_FLAGS = (
    *("-std=c11", "-O3", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra"),
    # A function that a later Python no longer has must not become a guess.
    "-Werror=implicit-function-declaration",
    *("-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"),
)
# Python's own symbols are found when it loads the extension.
_DARWIN = ("-undefined", "dynamic_lookup")


def command(target: Path, *more: str) -> list[str] | None:
    """What compiles it, by the usual variables CC and CFLAGS; None where this machine cannot.

    Raises:
        ValueError: those are not words of a shell.
    """
    compiler = shlex.split(os.environ.get("CC", "")) or ["cc"]
    more = (*more, *shlex.split(os.environ.get("CFLAGS", "")), f'-DMARK="{sources.mark()}"')
    headers = Path(sysconfig.get_path("include"))
    if shutil.which(compiler[0]) is None or not (headers / "Python.h").is_file():
        return None
    flags = [*_FLAGS, *(_DARWIN if sys.platform == "darwin" else ()), *more, f"-I{headers}"]
    files = [str(file) for file in sources.files() if file.suffix == ".c"]
    return [*compiler, *flags, *files, "-o", str(target)]


def build(folder: Path, *more: str) -> Path | None:
    """Compile it into a folder; None where that cannot be done.

    Raises:
        RuntimeError: there is a compiler, and it refuses.
        ValueError: as `command`.
    """
    target = folder / f"{NAME}{sysconfig.get_config_var('EXT_SUFFIX')}"
    # Beside it at first: whoever has the old one loaded keeps that.
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    words = command(fresh, *more)
    if words is None:
        return None
    try:
        done = subprocess.run(words, capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode(errors="replace").strip())
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    return target


def main() -> int:
    """Build it here and say what came of it; never a failure, since nothing depends on it."""
    try:
        built = build(Path(sysconfig.get_path("platlib")))
    except (OSError, RuntimeError, ValueError) as error:
        print(f"the index will do without its extension in C: {error}")
        return 0
    if built is None:
        print("the index will do without its extension in C: no compiler, or no Python.h")
    else:
        print(f"built {built}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
