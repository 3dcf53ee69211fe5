"""Whether an account signed its message of Sign-in with Ethereum."""

from collections.abc import Mapping
from functools import partial

from anyio import CapacityLimiter, from_thread, to_thread

from dapp.chain.node import Node
from dapp.domain.sign_in import SignIn
from dapp.domain.types import UnixTime

_AT_ONCE = 4


class Signatures:
    """Asks the node for accounts that have code, or will have it.

    Args:
        node: of the chain that messages name.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        # Threads of its own: a slow node must not keep others from reading files.
        self._turns = CapacityLimiter(_AT_ONCE)

    async def check(self, text: str, signature: bytes, expected: SignIn, now: UnixTime) -> None:
        """Passes if `text` is the expected message, in force, and signed by its account.

        Raises as `dapp.chain.eip4361.check`.
        """
        work = partial(_check, self._node, text, signature, expected, now)
        await to_thread.run_sync(work, limiter=self._turns)


def _check(node: Node, text: str, signature: bytes, expected: SignIn, now: UnixTime) -> None:
    # Here, since it loads web3: in the thread, and only where somebody signs in.
    from dapp.chain import eip4361

    def ask(call: Mapping[str, str]) -> bytes:
        return from_thread.run(node.answer, call)

    eip4361.check(text, signature, expected, now, ask)
