"""Deploys the contracts to a node by brownie's script, and reads what that wrote."""

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from scripts.toolchain import anvil, brownie
from scripts.toolchain.refusal import Refusal

FOLDER = "REDRESS_DEPLOYMENTS"


@dataclass(frozen=True)
class Deployment:
    """Contracts on a chain.

    Attributes:
        folder: where CHAINID.json lies; REDRESS_DEPLOYMENTS names it to the service.
        chain_id: of the chain.
        addresses: by contract name, as 0x… with a checksum.
        source_hash: the digest of the sources they were compiled from.
    """

    folder: Path
    chain_id: int
    addresses: dict[str, str]
    source_hash: str


def deploy(node_url: str, folder: Path) -> Deployment:
    """Deploy to the node unless `folder` says that was done; return where the contracts are.

    Raises:
        Refusal: no node answers, or the deployment failed; brownie's own words are on stderr then.
    """
    variables = {brownie.NODE_URL: node_url, FOLDER: str(folder)}
    with tempfile.TemporaryFile() as said:
        if brownie.run(["run", "deploy", "--network", "redress"], variables, said) != 0:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace"))
            raise Refusal("the contracts were not deployed", "Read the lines above")
    return read(folder, int(anvil.rpc(node_url, "eth_chainId"), 16))


def read(folder: Path, chain_id: int) -> Deployment:
    """Read the deployment file of a chain."""
    known = json.loads((folder / f"{chain_id}.json").read_text(encoding="utf-8"))
    return Deployment(
        folder=folder,
        chain_id=known["chainId"],
        addresses={name: contract["address"] for name, contract in known["contracts"].items()},
        source_hash=known["sourceHash"],
    )
