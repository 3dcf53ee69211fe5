"""Reads where the contracts are, and checks that the chain agrees."""

from pathlib import Path

import msgspec

from dapp.chain import encode
from dapp.chain.artifacts import CONTRACTS
from dapp.chain.keccak import keccak
from dapp.chain.node import Node
from dapp.domain.deployment import DeployedContract, Deployment
from dapp.domain.events import COURT
from dapp.domain.policy import FIRST_OUTSIDE_TRACK
from dapp.domain.rounds import GWEI, Terms, terms
from dapp.domain.types import Address, BlockNumber, ChainId, Hash32, Wei, caip2, hash32
from dapp.errors import DeploymentMismatch, DeploymentMissing, WrongChain


class _Contract(msgspec.Struct, rename="camel"):
    address: str
    code_hash: str
    transaction: str


class _File(msgspec.Struct, rename="camel"):
    chain_id: int
    genesis_hash: str
    deployed_at_block: int
    contracts: dict[str, _Contract]
    source_hash: str


def versions(folder: Path, chain_id: ChainId) -> list[str]:
    """Which versions of the contracts the folder has for a chain, besides CHAINID.json."""
    return sorted(path.stem.partition("-")[2] for path in folder.glob(f"{chain_id}-*.json"))


async def connect(
    node: Node, folder: Path, expected: ChainId | None = None, version: str = ""
) -> Deployment:
    """Read a deployment to the node's chain and check it against the chain.

    Args:
        node: of the chain.
        folder: where CHAINID.json lies, and CHAINID-VERSION.json for other versions.
        expected: refuse any other chain.
        version: which; empty for CHAINID.json.

    Raises:
        WrongChain: the node serves another chain than expected, or another of that id.
        DeploymentMissing: there is no file for the chain.
        DeploymentMismatch: the file or the code on the chain is not what it should be.
    """
    chain_id = await node.chain_id()
    if expected is not None and chain_id != expected:
        raise WrongChain(
            f"the node serves {caip2(chain_id)}, not {caip2(expected)}",
            remedy="Set REDRESS_NODE_URL to a node of that chain, or mend REDRESS_CHAIN_ID",
        )
    known = _read(folder / f"{chain_id}{version and '-'}{version}.json", chain_id)
    await check_genesis(node, chain_id, Hash32(known.genesis_hash))
    contracts = tuple(
        DeployedContract(
            name, Address(found.address), Hash32(found.code_hash), Hash32(found.transaction)
        )
        for name, found in sorted(known.contracts.items())
    )
    for contract in contracts:
        await _check_code(node, contract)
    court = next(contract.address for contract in contracts if contract.name == COURT)
    ticket_wei, bounty, tracks = await _terms(node, court)
    return Deployment(
        chain_id=chain_id,
        genesis_hash=Hash32(known.genesis_hash),
        deployed_at_block=BlockNumber(known.deployed_at_block),
        contracts=contracts,
        source_hash=known.source_hash,
        ticket_wei=ticket_wei,
        draw_bounty_wei=bounty,
        tracks=tracks,
        version=version,
    )


async def check_genesis(node: Node, chain_id: ChainId, genesis: Hash32) -> None:
    """Refuse a node of another chain, also of one with the same id. Raises WrongChain."""
    if await node.chain_id() != chain_id or await node.genesis_hash() != genesis:
        raise WrongChain(
            f"the node serves another chain than the {caip2(chain_id)} that was deployed to",
            remedy="Start the node from its saved state, or deploy again and index from nothing",
        )


def _read(path: Path, chain_id: ChainId) -> _File:
    try:
        known = msgspec.json.decode(path.read_bytes(), type=_File)
    except FileNotFoundError as error:
        raise DeploymentMissing(
            f"no contracts are deployed to {caip2(chain_id)}: there is no {path}",
            remedy="Deploy them, or set REDRESS_DEPLOYMENTS_DIR",
        ) from error
    except (OSError, msgspec.DecodeError) as error:
        raise DeploymentMismatch(
            f"{path} cannot be read: {error}", remedy="Deploy again"
        ) from error
    missing = [name for name in CONTRACTS if name not in known.contracts]
    if known.chain_id != chain_id or missing:
        raise DeploymentMismatch(
            f"{path} is not a deployment to {caip2(chain_id)} of these contracts",
            remedy="Deploy again",
        )
    return known


async def _check_code(node: Node, contract: DeployedContract) -> None:
    if hash32(keccak(await node.code(contract.address))) != contract.code_hash:
        raise DeploymentMismatch(
            f"the code at {contract.address} is not that of the deployed {contract.name}",
            remedy="Point REDRESS_NODE_URL at the chain that was deployed to, or deploy again",
        )


async def _terms(node: Node, court: Address) -> tuple[Wei, Wei, tuple[Terms, ...]]:
    """The stake of a ticket, the draw's bounty, and the tracks as they are now."""
    block = (await node.head()).block.hash

    async def number(function: str, *args: int) -> int:
        answer = await node.call(court, encode.calldata(COURT, function, args), block)
        return int.from_bytes(answer, "big")

    ticket = Wei(await number("ticketWei"))
    bounty = Wei(await number("drawBountyGwei") * GWEI)
    words = [await number("tracks", track) for track in range(FIRST_OUTSIDE_TRACK)]
    return ticket, bounty, tuple(terms(word or words[0]) for word in words)
