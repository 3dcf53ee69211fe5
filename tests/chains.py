"""The chain that tests run on: anvil, or the one that REDRESS_TEST_CHAIN names."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from scripts.toolchain import anvil, edr, geth, process
from scripts.toolchain.anvil import CHAIN_ID, Anvil
from scripts.toolchain.refusal import Refusal
from tests.engine_front import fronted

NAME: Final = os.environ.get("REDRESS_TEST_CHAIN", "anvil")
# What a test may need (`pytest.mark.needs`), why not every chain has it, and which have.
WANTS: Final = {
    "code": ("no transaction puts code where none can be", {"anvil", "edr"}),
    "impersonation": ("who has no key signs nothing", {"anvil", "edr"}),
    "base_fee": ("the base fee follows from the blocks before", {"anvil", "edr"}),
    "dropping": ("a pool forgets nothing because it is told to", {"anvil", "edr"}),
    "any_balance": ("balances only rise, by whole gwei of withdrawn stake", {"anvil", "edr"}),
    "final_genesis": ("its first block is not the final one at first", {"anvil"}),
    "reorgs": ("its newest block is final at once", {"anvil", "geth"}),
    "signing": ("it signs nothing without sending it", {"anvil"}),
    "queueing": ("it takes nothing that a missing nonce holds up", {"anvil", "geth"}),
    "receipts": ("it has no eth_getBlockReceipts", {"anvil", "geth"}),
    "block_overrides": ("its eth_call pretends no other block", {"anvil", "geth"}),
}


@contextmanager
def running(chain_id: int = CHAIN_ID, client: str = NAME) -> Iterator[Anvil]:
    """A chain of its own, ended on the way out, that takes anvil's methods as far as it can."""
    with _CLIENTS[client](chain_id) as node:
        yield node


def missing(want: str) -> str | None:
    """Why a test that needs this cannot run on the chain; None if it can."""
    reason, having = WANTS[want]
    return None if NAME in having else f"NOT TESTED on {NAME}: {reason}"


def strictest() -> str:
    """The client that forgives least, of those that are here."""
    try:
        geth.find()
    except Refusal:
        return "anvil"
    return "geth"


@contextmanager
def _geth(chain_id: int) -> Iterator[Anvil]:
    with tempfile.TemporaryDirectory(prefix="redress-geth-") as scratch:
        folder = Path(scratch)
        node = geth.start(folder / "data", log=folder / "geth.log", chain_id=chain_id)
        try:
            with fronted(node) as url:
                yield Anvil(url, node.process)
        finally:
            process.stop(node.process)


_CLIENTS: Final[dict[str, Callable[[int], AbstractContextManager[Anvil]]]] = {
    "anvil": lambda chain_id: anvil.running(chain_id=chain_id),
    "geth": _geth,
    "edr": edr.running,
}
