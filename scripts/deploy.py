"""Deploys the contracts; run by `brownie run deploy --network …` (docs/deploying.md).

The command: `python -m scripts.toolchain.brownie run deploy --network redress`.

The factory goes where it is on every chain, by the deployment proxy that most chains have, and
the contracts where the factory puts them: their addresses depend on the deployer, the release
and their names alone. Writes CHAINID.json to the folder named by REDRESS_DEPLOYMENTS
(deployments/ by default). A chain that has them already is left as it is, and what a run that
failed half-way left is taken up: the chain itself says what is there.

The deployer's key comes from REDRESS_DEPLOYER_KEY; without it the node's first account signs.
The deployer is the guardian, and proposes changes to the timelock.
"""

import json
import os
import sys
from pathlib import Path

from brownie import accounts, network, project, web3
from brownie.exceptions import VirtualMachineError
from eth_utils import keccak, to_checksum_address

from scripts.deploy_chain import RELEASE, Chain, Refused, part_name
from scripts.release import NAMES, Terms, arguments
from scripts.toolchain import artifacts, networks
from scripts.toolchain.paths import ROOT

# Creates by CREATE2 what it is sent behind a salt; at the same address on most chains.
PROXY = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
# A transaction may use 2^24 gas (EIP-7825), and a byte of code costs 200 to store and up to 40 to
# send: so much code fits one.
CODE_BYTES_AT_ONCE = 50_000


def main():
    try:
        _main(Chain(web3, networks.chosen(network.show_active(), os.environ)))
    except Refused as refused:
        _refuse(*refused.args)
    except (ValueError, VirtualMachineError) as error:
        _refuse(f"the node or the chain refuses: {error}", "Mend that, and deploy again")


def _main(chain):
    chain.check()
    path = Path(os.environ.get("REDRESS_DEPLOYMENTS") or ROOT / "deployments")
    path = path / f"{chain.chain_id}.json"
    if _is_deployed(path):
        print(f"chain {chain.chain_id} has the contracts already: {path}")
        return
    deployer = _deployer()
    chain.wait_for_earlier(str(deployer))
    factory = _factory(chain, deployer)
    contracts, deployed_at = _deploy(chain, deployer, factory)
    _write(
        path,
        {
            "chainId": chain.chain_id,
            "caip2": f"eip155:{chain.chain_id}",
            "genesisHash": _genesis_hash(),
            "deployedAtBlock": deployed_at,
            "factory": factory.address,
            "contracts": contracts,
            "sourceHash": artifacts.committed_digest(),
        },
    )
    print(f"deployed {len(contracts)} contracts to chain {chain.chain_id}: {path}")


def _deployer():
    key = os.environ.get("REDRESS_DEPLOYER_KEY")
    if key:
        return accounts.add(key)
    if not len(accounts):
        _refuse("this node holds no account to deploy with", "Set REDRESS_DEPLOYER_KEY")
    return accounts[0]


def _deploy(chain, deployer, factory):
    """Create the parts that are missing.

    Returns what the deployment file says of each, and the first block that has any.
    """
    places = {name: factory.addressOf(deployer, RELEASE, part_name(name)) for name in NAMES}
    told = arguments(places, Terms(guardian=str(deployer), proposers=[str(deployer)]))
    loaded = project.get_loaded_projects()[0]
    codes = {name: loaded[name].deploy.encode_input(*told[name]) for name in NAMES}
    there = [name for name in NAMES if web3.eth.get_code(places[name])]
    if there:
        print(f"  {len(there)} of {len(NAMES)} parts are there from an earlier run")
    sent = chain.creations(factory.address, str(deployer), {name: codes[name] for name in there})
    for group in _groups({name: codes[name] for name in NAMES if name not in there}):
        parts = [(part_name(name), codes[name]) for name in group]
        made = factory.deploy(RELEASE, parts, {"from": deployer, "silent": True, **chain.fees()})
        if made.status != 1:
            raise Refused(f"{', '.join(group)} could not be created ({made.txid})", "Deploy again")
        print(f"  {', '.join(group)}: {made.txid}", flush=True)
        sent |= dict.fromkeys(group, made.txid)
        chain.confirm(made.txid)
    blocks = [chain.confirm(transaction) for transaction in set(sent.values())]
    return {name: _entry(name, places[name], sent[name]) for name in NAMES}, min(blocks)


def _factory(chain, deployer):
    """The factory, made now if nobody has made it yet."""
    loaded = project.get_loaded_projects()[0]
    code = bytes.fromhex(loaded["Factory"].bytecode.removeprefix("0x"))
    salt = bytes(32)
    if not web3.eth.get_code(PROXY):
        raise Refused(
            f"this chain has no deployment proxy at {PROXY}",
            "Create it there as its authors say, so that the addresses are those of other chains",
        )
    whole = keccak(b"\xff" + bytes.fromhex(PROXY[2:]) + salt + keccak(code))
    place = to_checksum_address(whole[12:])
    if not web3.eth.get_code(place):
        fees = {**chain.fees(), "silent": True}
        made = deployer.transfer(PROXY, data="0x" + (salt + code).hex(), **fees)
        chain.confirm(made.txid)
    # Brownie need not remember it, and cannot: its record of a live contract is of another type.
    return loaded["Factory"].at(place, persist=False)


def _groups(codes):
    """The names, in as few groups as a transaction's gas allows."""
    groups, size = [], CODE_BYTES_AT_ONCE
    for name, code in codes.items():
        size += len(code) // 2
        if size > CODE_BYTES_AT_ONCE:
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
        raise Refused(
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
