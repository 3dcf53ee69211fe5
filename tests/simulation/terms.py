"""The terms that disputes are deployed with, and how long a simulation is."""

import ast
import os

from dapp.domain.rounds import GWEI, Terms
from dapp.domain.types import Wei
from scripts.toolchain.paths import ROOT

PANELS = (3, 5, 7, 15, 31)
HOUR = 3600
LONGER = int(os.environ.get("SIMULATION_LONGER", "1"))
"""How many times the usual number of cases; `make simulation` sets it."""


def deployed(name: str) -> str:
    """A constant of scripts/deploy.py as its source has it: importing that needs brownie."""
    for node in ast.parse((ROOT / "scripts" / "deploy.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.unparse(node.value)
    raise LookupError(name)


def small_claims() -> Terms:
    """What a seat earns and risks, and the windows, as deployed."""
    fee, lock, hand_over, commit, reveal = ast.literal_eval(deployed("SMALL_CLAIMS"))
    hours = (hand_over * HOUR, commit * HOUR, reveal * HOUR)
    return Terms(Wei(fee * GWEI), Wei(lock * GWEI), *hours)
