"""The terms that disputes are deployed with, and how long a simulation is."""

import os

from dapp.domain import rounds
from dapp.domain.rounds import Terms
from scripts.release import SMALL_CLAIMS

PANELS = (3, 5, 7, 15, 31)
HOUR = 3600
LONGER = int(os.environ.get("SIMULATION_LONGER", "1"))
"""How many times the usual number of cases; `make simulation` sets it."""


def small_claims() -> Terms:
    """What a seat earns and risks, and the windows, as deployed."""
    return rounds.terms(SMALL_CLAIMS.word)
