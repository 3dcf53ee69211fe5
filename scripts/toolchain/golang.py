"""Builds programs from pinned Go modules: a folder of ours with go.mod and go.sum names each."""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from scripts.toolchain.refusal import Refusal


@dataclass(frozen=True)
class Program:
    """One of them.

    Attributes:
        title: what people call it.
        name: of the program, as PATH may have it.
        package: of Go's, to build.
        module: the folder with go.mod and go.sum.
        folder: where what was built lies.
        minutes: that the build takes on two cores.
        make: the target that builds it.
    """

    title: str
    name: str
    package: str
    module: Path
    folder: Path
    minutes: int
    make: str

    @property
    def built(self) -> Path:
        """Where the program built from this go.sum lies, or will."""
        version = hashlib.sha256((self.module / "go.sum").read_bytes()).hexdigest()[:12]
        return self.folder / f"{self.name}-{version}"

    def find(self) -> Path:
        """Return the program: from PATH, else the one built here.

        Raises:
            Refusal: there is neither; the remedy says how to get one.
        """
        on_path = shutil.which(self.name)
        if on_path is not None:
            return Path(on_path)
        if self.built.is_file():
            return self.built
        raise Refusal(
            f"{self.title} is not installed",
            f"Run 'make {self.make}' (builds it with Go), or put {self.name} on PATH",
        )

    def build(self, *options: str) -> Path:
        """Return the program, building it when it is nowhere; `options` are of `go build`.

        Raises:
            Refusal: Go is missing, or the build failed.
        """
        try:
            return self.find()
        except Refusal:
            go = shutil.which("go")
        if go is None:
            raise Refusal(
                f"{self.title} is not installed and Go is missing",
                f"Install Go 1.26, or put {self.name} on PATH",
            )
        print(f"  building {self.title} with Go (about {self.minutes} minutes on two cores) …")
        self.folder.mkdir(parents=True, exist_ok=True)
        half_done = self.built.with_suffix(f".{os.getpid()}")
        command = [go, "build", "-mod=readonly", "-trimpath", "-ldflags=-s -w", *options]
        done = subprocess.run(
            [*command, "-o", str(half_done), self.package],
            cwd=self.module,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            said = done.stderr.strip().splitlines() or ["go said nothing"]
            raise Refusal(
                f"{self.title} cannot be built: {said[-1]}",
                "Go 1.26 and the module proxy are needed",
            )
        half_done.replace(self.built)
        return self.built
