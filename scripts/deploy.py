"""Deploys the contracts; run by `brownie run deploy --network …`.

The command: `python -m scripts.toolchain.brownie run deploy --network redress`.

The contracts know each other by immutables, in a circle, so each is told the addresses that the
others will have: an account's nonce decides them. Writes CHAINID.json to the folder named by
REDRESS_DEPLOYMENTS (deployments/ by default). A chain that has them already is left as it is.

The deployer's key comes from REDRESS_DEPLOYER_KEY; without it the node's first account signs.
"""

import json
import os
import sys
from pathlib import Path

from brownie import accounts, project, web3
from eth_utils import keccak

from scripts.toolchain import artifacts
from scripts.toolchain.paths import ROOT

# Terms of a dispute: fee and lock a seat in gwei, then hand-over, commit and reveal in hours.
SMALL_CLAIMS = (10_000_000, 100_000_000, 24, 24, 24)
# One ticket of stake; it must cover the lock of four seats.
TICKET_WEI = 4 * 100_000_000 * 10**9

# In the order of their nonces; "@NAME" stands for the address that NAME has or will have.
CONTRACTS = (
    ("RandaoSource", ()),
    ("OrganisationRegistry", ("@ComplaintDesk",)),
    ("OrderEscrow", ("@OrganisationRegistry", "@ComplaintDesk")),
    ("ArbitrationCourt", ("@ComplaintDesk", "@RandaoSource", TICKET_WEI, [SMALL_CLAIMS])),
    ("ComplaintDesk", ("@OrganisationRegistry", "@OrderEscrow", "@ArbitrationCourt")),
)


def main():
    chain_id = web3.eth.chain_id
    path = Path(os.environ.get("REDRESS_DEPLOYMENTS") or ROOT / "deployments") / f"{chain_id}.json"
    if _is_deployed(path):
        print(f"chain {chain_id} has the contracts already: {path}")
        return
    deployed_at = web3.eth.block_number + 1
    contracts = _deploy(_deployer())
    _write(
        path,
        {
            "chainId": chain_id,
            "caip2": f"eip155:{chain_id}",
            "genesisHash": _genesis_hash(),
            "deployedAtBlock": deployed_at,
            "contracts": contracts,
            "sourceHash": artifacts.committed_digest(),
        },
    )
    print(f"deployed {len(contracts)} contracts to chain {chain_id}: {path}")


def _deployer():
    key = os.environ.get("REDRESS_DEPLOYER_KEY")
    if key:
        return accounts.add(key)
    if not len(accounts):
        _refuse("this node holds no account to deploy with", "Set REDRESS_DEPLOYER_KEY")
    return accounts[0]


def _deploy(deployer):
    """Send one creation after another and return what the deployment file says of each."""
    places = {
        name: deployer.get_deployment_address(deployer.nonce + position)
        for position, (name, _) in enumerate(CONTRACTS)
    }
    found = {}
    loaded = project.get_loaded_projects()[0]
    for name, arguments in CONTRACTS:
        values = [places[a[1:]] if isinstance(a, str) else a for a in arguments]
        # Not by `deploy`: brownie 1.22.2 fails to note what it deploys to a live network, loudly.
        creation = deployer.transfer(data=loaded[name].deploy.encode_input(*values), silent=True)
        if creation.status != 1 or creation.contract_address != places[name]:
            _refuse(
                f"{name} did not come to be at {places[name]} ({creation.txid})",
                "Let nothing else send from the deployer's account, and deploy again",
            )
        print(f"  {name} {places[name]}")
        found[name] = {
            "address": places[name],
            "codeHash": _code_hash(places[name]),
            "transaction": creation.txid,
        }
    return found


def _is_deployed(path):
    """Whether the file speaks of this very chain, and the code it names is still there.

    A chain made with other sources is refused: the file would not fit the artifacts.
    """
    if not path.is_file():
        return False
    known = json.loads(path.read_text())
    if known["genesisHash"] != _genesis_hash():
        return False
    whole = all(_code_hash(c["address"]) == c["codeHash"] for c in known["contracts"].values())
    if whole and known["sourceHash"] != artifacts.committed_digest():
        _refuse(
            f"{path} was deployed from other sources than these",
            "Go back to those, or move the file away to deploy anew",
        )
    return whole


def _genesis_hash():
    return "0x" + bytes(web3.eth.get_block(0)["hash"]).hex()


def _code_hash(address):
    return "0x" + keccak(bytes(web3.eth.get_code(address))).hex()


def _write(path, deployment):
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps(deployment, indent=2, sort_keys=True) + "\n")
    new.replace(path)


def _refuse(problem, remedy):
    sys.stderr.write(f"refused: {problem}. {remedy}.\n")
    sys.exit(1)
