"""Deploys the contracts; run by `brownie run deploy --network …`.

The command: `python -m scripts.toolchain.brownie run deploy --network redress`.

The factory goes where it is on every chain, by the deployment proxy that most chains have, and
the contracts where the factory puts them: their addresses depend on the deployer, the release
and their names alone. Writes CHAINID.json to the folder named by REDRESS_DEPLOYMENTS
(deployments/ by default). A chain that has them already is left as it is.

The deployer's key comes from REDRESS_DEPLOYER_KEY; without it the node's first account signs.
The deployer is the guardian, and proposes changes to the timelock.
"""

import json
import os
import sys
from pathlib import Path

from brownie import accounts, project, web3
from eth_utils import keccak, to_checksum_address

from scripts.release import NAMES, Terms, arguments
from scripts.toolchain import artifacts
from scripts.toolchain.paths import ROOT

RELEASE = b"redress-1".ljust(32, b"\0")
# Creates by CREATE2 what it is sent behind a salt; at the same address on most chains.
PROXY = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
# A transaction may use 2^24 gas (EIP-7825), and a byte of code costs 200 to store and up to 40 to
# send: so much code fits one.
CODE_BYTES_AT_ONCE = 50_000


def main():
    chain_id = web3.eth.chain_id
    path = Path(os.environ.get("REDRESS_DEPLOYMENTS") or ROOT / "deployments") / f"{chain_id}.json"
    if _is_deployed(path):
        print(f"chain {chain_id} has the contracts already: {path}")
        return
    deployed_at = web3.eth.block_number + 1
    deployer = _deployer()
    factory = _factory(deployer)
    contracts = _deploy(deployer, factory)
    _write(
        path,
        {
            "chainId": chain_id,
            "caip2": f"eip155:{chain_id}",
            "genesisHash": _genesis_hash(),
            "deployedAtBlock": deployed_at,
            "factory": factory.address,
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


def _deploy(deployer, factory):
    """Create the parts and return what the deployment file says of each."""
    found = {}
    places = {
        name: factory.addressOf(deployer, RELEASE, name.encode().ljust(32, b"\0")) for name in NAMES
    }
    told = arguments(places, Terms(guardian=str(deployer), proposers=[str(deployer)]))
    loaded = project.get_loaded_projects()[0]
    codes = {name: loaded[name].deploy.encode_input(*told[name]) for name in NAMES}
    for group in _groups(codes):
        parts = [(name.encode().ljust(32, b"\0"), codes[name]) for name in group]
        sent = factory.deploy(RELEASE, parts, {"from": deployer, "silent": True})
        if sent.status != 1:
            _refuse(f"{', '.join(group)} could not be created ({sent.txid})", "Deploy again")
        found |= {name: _entry(name, places[name], sent.txid) for name in group}
    return found


def _factory(deployer):
    """The factory, made now if nobody has made it yet."""
    loaded = project.get_loaded_projects()[0]
    code = bytes.fromhex(loaded["Factory"].bytecode.removeprefix("0x"))
    salt = bytes(32)
    if not web3.eth.get_code(PROXY):
        _refuse(
            f"this chain has no deployment proxy at {PROXY}",
            "Create it there as its authors say, so that the addresses are those of other chains",
        )
    whole = keccak(b"\xff" + bytes.fromhex(PROXY[2:]) + salt + keccak(code))
    place = to_checksum_address(whole[12:])
    if not web3.eth.get_code(place):
        deployer.transfer(PROXY, data="0x" + (salt + code).hex(), silent=True)
    # Brownie need not remember it, and cannot: its record of a live contract is of another type.
    return loaded["Factory"].at(place, persist=False)


def _groups(codes):
    """The names, in as few groups as a transaction's gas allows."""
    groups, size = [[]], 0
    for name, code in codes.items():
        size += len(code) // 2
        if groups[-1] and size > CODE_BYTES_AT_ONCE:
            groups.append([])
            size = len(code) // 2
        groups[-1].append(name)
    return groups


def _entry(name, place, transaction):
    print(f"  {name} {place}")
    return {"address": place, "codeHash": _code_hash(place), "transaction": transaction}


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
