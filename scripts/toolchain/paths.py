"""Where things lie in a checkout."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
TOOLCHAIN: Final = ROOT / ".toolchain"
LOCKS: Final = ROOT / "locks"
CONTRACTS: Final = ROOT / "contracts"
ARTIFACTS: Final = ROOT / "dapp" / "chain" / "artifacts"
NODE_MODULES: Final = ROOT / "node_modules"
VENV: Final = TOOLCHAIN / "venv"
BROWNIE_VENV: Final = TOOLCHAIN / "brownie"
SCHEMATHESIS_VENV: Final = TOOLCHAIN / "schemathesis"
RELEASE_VENV: Final = TOOLCHAIN / "release"
