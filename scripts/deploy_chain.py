"""A chain that is deployed to: what a gas costs there, what is on it already, what is settled."""

import time
from collections.abc import Mapping
from typing import Any, Final

from eth_utils.crypto import keccak

from scripts.toolchain.networks import CONFIRMATIONS, MAX_FEE, Network

RELEASE: Final = b"redress-1".ljust(32, b"\0")
GWEI: Final = 10**9
_DEPLOYED: Final = keccak(text="Deployed(address,bytes32,bytes32,address,bytes32)")
_PATIENCE_SECONDS: Final = 900.0
# Many nodes give the logs of no more blocks at once.
_BLOCKS_AT_ONCE: Final = 9_000


class Refused(Exception):
    """What cannot be done, and what to do about it."""


def part_name(name: str) -> bytes:
    """A part's name, as the factory takes it."""
    return name.encode().ljust(32, b"\0")


class Chain:
    """A chain, through brownie's web3 (its version 5 or later).

    Args:
        web3: of brownie.
        network: how that chain is deployed to.
    """

    def __init__(
        self, web3: Any, network: Network, patience_seconds: float = _PATIENCE_SECONDS
    ) -> None:
        self._eth = web3.eth
        self._network = network
        self._patience_seconds = patience_seconds
        self.chain_id = int(self._eth.chain_id)

    def check(self) -> None:
        """Raises Refused where the node is of another chain than the network's."""
        expected = self._network.chain_id
        if expected not in (None, self.chain_id):
            raise Refused(
                f"the node is of chain {self.chain_id}, and {self._network.name} is {expected}",
                "Let REDRESS_NODE_URL name a node of that chain",
            )

    def fees(self) -> dict[str, int]:
        """What brownie is told to pay: twice the base fee at the most, so that it can rise."""
        base = int(self._eth.get_block("latest")["baseFeePerGas"])
        tip = int(self._eth.max_priority_fee)
        limit = int(self._network.max_fee_gwei * GWEI)
        if base + tip > limit:
            raise Refused(
                f"a gas costs {(base + tip) / GWEI:.3f} gwei now, more than the"
                f" {self._network.max_fee_gwei:g} that may be paid",
                f"Deploy again later, which goes on from here, or raise {MAX_FEE}",
            )
        return {"max_fee": min(limit, 2 * base + tip), "priority_fee": tip}

    def wait_for_earlier(self, deployer: str) -> None:
        """Until nothing of the deployer waits to be mined: it would stand in the way."""

        def waiting() -> bool:
            told = [self._eth.get_transaction_count(deployer, at) for at in ("latest", "pending")]
            return bool(told[0] < told[1])

        if waiting():
            print("  waiting for what an earlier run sent …", flush=True)
        self._until(
            lambda: not waiting(),
            "the deployer's earlier transactions are not mined",
            "Deploy again once they are, or replace them by ones with a higher fee",
        )

    def confirm(self, transaction: str) -> int:
        """Wait until a transaction is under enough blocks; the number of its own.

        One that a reorganisation took out waits to come back.
        """
        found: list[int] = []

        def settled() -> bool:
            block = self._block_of(transaction)
            found[:] = [] if block is None else [block]
            head = int(self._eth.block_number)
            return block is not None and head - block + 1 >= self._network.confirmations

        self._until(
            settled,
            f"{transaction} does not have {self._network.confirmations} confirmations",
            f"Deploy again, which goes on from here, or set {CONFIRMATIONS} lower",
        )
        return found[0]

    def creations(self, factory: str, deployer: str, codes: Mapping[str, str]) -> dict[str, str]:
        """The transactions by which the factory made some parts, by the parts' names.

        Args:
            codes: with which each is to have been made; one made with another is refused.
        """
        found: dict[str, str] = {}
        last = int(self._eth.block_number)
        topics = ["0x" + _DEPLOYED.hex(), "0x" + deployer[2:].lower().rjust(64, "0")]
        while len(found) < len(codes):
            if last < 0:
                raise Refused("the node has no logs of the factory", "Use a node with older blocks")
            first = max(0, last - _BLOCKS_AT_ONCE + 1)
            which = {"fromBlock": hex(first), "toBlock": hex(last), "address": factory}
            for log in self._eth.get_logs({**which, "topics": [*topics, "0x" + RELEASE.hex()]}):
                name = bytes(log["topics"][3]).rstrip(b"\0").decode()
                found |= {name: "0x" + bytes(log["transactionHash"]).hex()}
            last = first - 1
        for name, code in codes.items():
            self._check_made_with(name, code, found[name])
        return {name: found[name] for name in codes}

    def _check_made_with(self, name: str, code: str, transaction: str) -> None:
        given = self._eth.get_transaction(transaction)["input"]
        whole = given if isinstance(given, str) else bytes(given).hex()
        if code.removeprefix("0x") not in whole:
            raise Refused(
                f"{name} is on the chain already, made from other sources or for other terms",
                "Go back to those, or deploy with another key",
            )

    def _block_of(self, transaction: str) -> int | None:
        try:
            block = self._eth.get_transaction(transaction)["blockNumber"]
        except Exception as error:
            # Web3's own, whose versions differ in where it lies.
            if type(error).__name__ != "TransactionNotFound":
                raise
            return None
        return None if block is None else int(block)

    def _until(self, done: Any, problem: str, remedy: str) -> None:
        deadline = time.monotonic() + self._patience_seconds
        while not done():
            if time.monotonic() > deadline:
                raise Refused(f"{problem} after {self._patience_seconds:.0f} s", remedy)
            time.sleep(0.5)
