"""Brownie's entry point in brownie's environment; scripts/toolchain/brownie.py starts it.

The working directory is the project folder made for this run.
"""

import importlib.util
import os
import signal
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType


class DottedFolders(MetaPathFinder):
    """Finds a project's scripts where a folder above them has a dot in its name.

    Brownie imports a script by its path with dots for slashes, which such a folder breaks.
    """

    def __init__(self, scripts: Sequence[Path]) -> None:
        self._files = {".".join([*path.parts[1:-1], path.stem]): path for path in scripts}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for a script's dotted name and for each of its beginnings."""
        if name in self._files:
            return importlib.util.spec_from_file_location(name, self._files[name])
        if any(known.startswith(f"{name}.") for known in self._files):
            return ModuleSpec(name, None, is_package=True)
        return None


def main() -> None:
    """Write the build files, then become brownie's command line."""
    # As an exception it lets brownie end the chain it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    project = Path.cwd()
    scripts = (project / "scripts").resolve()
    sys.meta_path.append(DottedFolders([*scripts.glob("*.py")]))

    from scripts.toolchain import brownie_builds

    brownie_builds.write(project / "build" / "brownie" / "contracts")

    from brownie._cli.__main__ import main as brownie

    sys.argv[0] = "brownie"
    sys.exit(brownie())


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
