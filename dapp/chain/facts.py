"""Single facts that somebody who is about to sign asks their own node about."""

from collections.abc import Sequence

from dapp.chain import encode
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.domain.events import COURT, DESK, Value
from dapp.domain.phases import RoundPhase
from dapp.domain.rounds import armed
from dapp.domain.types import Address, BasisPoints, Wei


class Facts:
    """Of the latest block.

    Args:
        node: the signer's own.
        deployment: whose contracts are asked.
        asker: any address.
    """

    def __init__(self, node: Node, deployment: Deployment, asker: Address) -> None:
        self._node = node
        self._deployment = deployment
        self._asker = asker

    async def round_of(self, dispute: int) -> int:
        """The number of a dispute's open round: a commitment for another is worth nothing."""
        return armed(await self._word(COURT, "rounds", (dispute,))).number

    async def phase_of(self, dispute: int) -> RoundPhase:
        """Where the court says that a dispute's open round stands."""
        return RoundPhase(await self._word(COURT, "phase", (dispute,)))

    async def offer_of(self, complaint: int) -> tuple[int, BasisPoints]:
        """Number and share of the latest offer; 0 where there is none.

        The share is 0 for a rejection and for a promise in kind as well. Of the complaint's word
        (contracts/types/Complaint.sol).
        """
        word = await self._word(DESK, "complaints", (complaint,))
        number = word >> 248 & 0x7
        return number, BasisPoints(word >> 230 & 0x3FFF if number else 0)

    async def escalation_cost(self, complaint: Value, order: Value) -> Wei:
        """What the desk asks for."""
        answer = await self._ask(DESK, "escalationCost", (complaint, order))
        return Wei(int.from_bytes(answer[32:64], "big"))

    async def current_version(self, organisation: int) -> int:
        """Of an organisation's policy."""
        return await self._word("OrganisationRegistry", "currentVersion", (organisation,))

    async def _word(self, contract: str, function: str, args: Sequence[Value]) -> int:
        return int.from_bytes((await self._ask(contract, function, args))[:32], "big")

    async def _ask(self, contract: str, function: str, args: Sequence[Value]) -> bytes:
        data = encode.calldata(contract, function, args)
        to = self._deployment.address_of(contract)
        return await self._node.simulate(self._asker, to, data, 0)
