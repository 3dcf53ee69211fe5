"""Whether an account signed: a message of Sign-in with Ethereum, or an action (EIP-712)."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from anyio import CapacityLimiter, from_thread, to_thread

from dapp.chain import encode
from dapp.chain.node import Node
from dapp.domain.events import FORWARDER
from dapp.domain.sign_in import SignIn
from dapp.domain.types import Address, Hash32, UnixTime
from dapp.errors import NodeBusy, NodeRefused

if TYPE_CHECKING:
    from dapp.chain.eip4361 import Ask

_AT_ONCE = 4
_MOST_ASKING = 32
_MOST_GAS = 10_000_000
"""For an account's own check; a stranger wrote its code."""


class _ChainNeeded(Exception):
    """It is not the signature of the account's own key."""


class Signatures:
    """Asks the node for accounts that have code, or will have it.

    Args:
        node: of the chain that messages name.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        # Threads of its own: a slow node must not keep others from reading files.
        self._turns = CapacityLimiter(_AT_ONCE)
        self._asking = 0

    async def check(self, text: str, signature: bytes, expected: SignIn, now: UnixTime) -> None:
        """Passes if `text` is the expected message, in force, and signed by its account.

        Raises as `dapp.chain.eip4361.check`; NodeBusy also where too many wait.
        """
        work = partial(_check, text, signature, expected, now)
        try:
            # What strangers' contracts take of the node's time keeps nobody with a key waiting.
            await to_thread.run_sync(work, _without_chain)
        except _ChainNeeded:
            if self._asking >= _MOST_ASKING:
                raise NodeBusy("too many accounts with code sign in at once") from None
            self._asking += 1
            try:
                await to_thread.run_sync(work, self._ask, limiter=self._turns)
            finally:
                self._asking -= 1

    async def is_signed(
        self, forwarder: Address, actor: Address, struct_hash: Hash32, signature: bytes
    ) -> bool:
        """Whether the forwarder takes the actor's signature: by key, or by code (ERC-1271).

        Raises NodeBusy, NodeUnavailable.
        """
        if self._asking >= _MOST_ASKING:
            raise NodeBusy("too many signatures are checked at once")
        data = encode.calldata(FORWARDER, "isSigned", (actor, struct_hash, signature))
        call = {"to": forwarder, "data": "0x" + data.hex(), "gas": hex(_MOST_GAS)}
        self._asking += 1
        try:
            async with self._turns:
                return any(await self._node.answer(call))
        except NodeRefused:
            return False  # whatever kept the call from its end, the account has not said yes
        finally:
            self._asking -= 1

    def _ask(self, call: Mapping[str, str]) -> bytes:
        return from_thread.run(self._node.answer, call)


def _without_chain(call: Mapping[str, str]) -> bytes:
    raise _ChainNeeded


def _check(text: str, signature: bytes, expected: SignIn, now: UnixTime, ask: "Ask") -> None:
    # Here, since it loads web3: in the thread, and only where somebody signs in.
    from dapp.chain import eip4361

    eip4361.check(text, signature, expected, now, ask)
