"""Who may change what, what is refused for now, and whether the code is what was deployed."""

import asyncio
from typing import Any

from dapp.chain import encode
from dapp.chain.keccak import checksummed, keccak
from dapp.chain.node import Node
from dapp.domain.deployment import DeployedContract, Deployment
from dapp.domain.types import Hash32, caip2, hash32

View = dict[str, Any]

_GOVERNED = ("OrganisationRegistry", "OrderEscrow", "ArbitrationCourt")
_WORD = 32


class Governance:
    """As the node tells it, once a block."""

    def __init__(self, node: Node, deployment: Deployment) -> None:
        self._node = node
        self._deployment = deployment
        self._known: tuple[Hash32, View] | None = None

    async def show(self) -> View:
        """Raises NodeUnavailable, NodeBusy, NodeRefused."""
        block = (await self._node.head()).block
        if self._known is None or self._known[0] != block.hash:
            governed = [await self._governed(name, block.hash) for name in _GOVERNED]
            checked = await asyncio.gather(*map(self._checked, self._deployment.contracts))
            view = {
                "chain": caip2(self._deployment.chain_id),
                "block_number": block.number,
                "governed": governed,
                "contracts": checked,
            }
            self._known = block.hash, view
        return self._known[1]

    async def _governed(self, name: str, block: Hash32) -> View:
        address = self._deployment.address_of(name)
        asked = [
            (address, encode.calldata(name, function, ()))
            for function in ("guardian", "timelock", "paused")
        ]
        guardian, timelock, paused = await self._node.calls(asked, block)
        return {
            "contract": name,
            "guardian": _address(guardian),
            "timelock": _address(timelock),
            "paused": any(paused),
        }

    async def _checked(self, contract: DeployedContract) -> View:
        found = hash32(keccak(await self._node.code(contract.address)))
        return {
            "contract": contract.name,
            "address": contract.address,
            "code_hash": contract.code_hash,
            "matches": found == contract.code_hash,
        }


def _address(word: bytes) -> str:
    return checksummed(word[_WORD - 20 : _WORD])
