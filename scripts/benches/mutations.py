"""Damaged bundles, each with what a forger could hope for: how many of them are verified."""

import io

from dapp.audit.verdict import VERIFIED, read_previous
from dapp.audit.verify import verify
from dapp.domain.types import Hash32
from tests.bundle_mutations import mutations
from tests.bundle_parts import FOLDER


def tried() -> tuple[int, int]:
    """How many damaged bundles there are, and how many of them are said to be verified."""
    damaged = [one for one in mutations() if one.verdict != VERIFIED]
    accepted = 0
    for one in damaged:
        previous = None if one.previous is None else read_previous(FOLDER / one.previous)
        verdict = verify(io.BytesIO(one.data), Hash32(one.block_hash), previous=previous)
        accepted += verdict.is_verified
    return len(damaged), accepted
