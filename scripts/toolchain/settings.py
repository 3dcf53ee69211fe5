"""The compiler's settings, read from foundry.toml, the one place that states them."""

import tomllib
from dataclasses import dataclass
from typing import Any

from scripts.toolchain.paths import ROOT


@dataclass(frozen=True)
class CompilerSettings:
    """How every contract is compiled.

    Attributes:
        version: of solc, as in 0.8.37.
        evm_version: the EVM that the bytecode is for.
        via_ir: whether the compiler goes through its intermediate representation.
        optimizer_runs: how often the optimizer assumes each opcode to run.
        remappings: import prefixes and the folders they stand for, as in `@a=node_modules/@a`.
    """

    version: str
    evm_version: str
    via_ir: bool
    optimizer_runs: int
    remappings: tuple[str, ...]

    def standard_json(self) -> dict[str, Any]:
        """Return them as the `settings` of solc's standard JSON, without an output selection.

        The metadata settings are left at solc's defaults, since brownie cannot set them.
        """
        return {
            "evmVersion": self.evm_version,
            "optimizer": {"enabled": True, "runs": self.optimizer_runs},
            "remappings": list(self.remappings),
            "viaIR": self.via_ir,
        }


def load() -> CompilerSettings:
    """Read foundry.toml."""
    profile = tomllib.loads((ROOT / "foundry.toml").read_text())["profile"]["default"]
    return CompilerSettings(
        version=str(profile["solc"]).rpartition("-v")[2],
        evm_version=profile["evm_version"],
        via_ir=profile["via_ir"],
        optimizer_runs=profile["optimizer_runs"],
        remappings=tuple(profile["remappings"]),
    )
