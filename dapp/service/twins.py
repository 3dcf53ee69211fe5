"""The signed twin of an action: what a person may sign for others to send."""

import secrets

from dapp.chain import abi, encode
from dapp.chain.keccak import keccak
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.domain.events import FORWARDER
from dapp.domain.intents import Intent
from dapp.domain.signing import Place, Signer, TypedData, action_typed_data
from dapp.domain.types import Address, UnixTime

SIGNED_FOR_SECONDS = 3600


class Twins:
    """Asks the forwarder, once for each function, whether it takes what would be signed."""

    def __init__(self, node: Node, deployment: Deployment) -> None:
        self._node = node
        self._deployment = deployment
        self._known: dict[bytes, bool] = {}

    async def of(self, actor: Address, intent: Intent, now: UnixTime) -> TypedData | None:
        """None where the action cannot be signed: some must be sent by whoever does them."""
        entry = encode.function(intent.contract, intent.function)
        place = Place(self._deployment.chain_id, self._deployment.address_of(FORWARDER))
        signer = Signer(
            actor,
            self._deployment.address_of(intent.contract),
            secrets.randbits(256),
            UnixTime(now + SIGNED_FOR_SECONDS),
        )
        try:
            inputs = entry["inputs"]
            twin = action_typed_data(place, intent.function, inputs, intent.args, signer)
        except ValueError:
            return None
        return twin if await self.takes(abi.selector(entry), twin) else None

    async def takes(self, selector: bytes, twin: TypedData) -> bool:
        """Whether the forwarder has this very struct for the function."""
        if selector not in self._known:
            data = encode.calldata(FORWARDER, "typeHash", (selector,))
            forwarder = twin.place.forwarder
            answer = await self._node.simulate(forwarder, forwarder, data, 0)
            self._known[selector] = answer == keccak(twin.type_string.encode())
        return self._known[selector]
