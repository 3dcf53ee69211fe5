"""Reads the committed contract artifacts."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from dapp.errors import Unbuilt

FOLDER = Path(__file__).with_name("artifacts")
# Whose events are indexed, and whose functions people call.
CONTRACTS = (
    "OrganisationRegistry",
    "OrderEscrow",
    "BondClaims",
    "KeyRegistry",
    "ArbitrationCourt",
    "PublicArbitrator",
    "AppealFund",
    "OutsideArbitrators",
    "Forwarder",
    "ComplaintAnchor",
    "ComplaintDesk",
)


@dataclass(frozen=True)
class Artifact:
    """A compiled contract.

    Attributes:
        abi: as solc gives it.
        bytecode: creation code without constructor arguments.
    """

    name: str
    abi: list[dict[str, Any]]
    bytecode: bytes


@cache
def load(name: str) -> Artifact:
    """Read the artifact of a contract.

    Raises:
        Unbuilt: it is not there or cannot be read.
    """
    path = FOLDER / f"{name}.json"
    try:
        content = msgspec.json.decode(path.read_bytes())
        code = bytes.fromhex(content["bytecode"][2:])
        return Artifact(content["contractName"], content["abi"], code)
    except (OSError, msgspec.DecodeError, KeyError, ValueError) as error:
        raise Unbuilt(
            f"the artifact of {name} cannot be read", remedy="Compile the contracts"
        ) from error
