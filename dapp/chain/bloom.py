"""Blooms of logs: 2048 bits in which each address and topic sets three. Yellow paper, 4.3.1.

A block whose bloom lacks an item has no log with it; one whose bloom has it may have one.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from dapp.chain.keccak import keccak
from dapp.domain.events import RawLog
from dapp.domain.types import Address, raw

SIZE = 256
"""Bytes."""


# Addresses and signatures come again and again; other topics push each other out.
@lru_cache(maxsize=4096)
def bits(item: bytes) -> int:
    """The bloom, as a number, in which there is only an address (20 bytes) or a topic (32)."""
    digest = keccak(item)
    found = 0
    for place in (0, 2, 4):
        found |= 1 << (int.from_bytes(digest[place : place + 2], "big") & 0x7FF)
    return found


def holds(bloom: bytes, logs: Iterable[RawLog]) -> bool:
    """Tell whether the address and all topics of every log are in a bloom of 256 bytes.

    Where it is false for a block's own logs, that chain's blooms are not to be believed.
    """
    # A block's logs share most of what they are about.
    items: set[bytes] = set()
    addresses = set()
    for log in logs:
        items.update(log.topics)
        addresses.add(log.address)
    needed = 0
    for item in items.union(map(raw, addresses)):
        needed |= bits(item)
    return not needed & ~int.from_bytes(bloom, "big")


class Filter:
    """Tells blocks that cannot concern us by their blooms.

    Args:
        topics: for each contract the signature hashes of its events, 32 bytes each; a contract
            without any is never found.
    """

    def __init__(self, topics: Mapping[Address, Collection[bytes]]) -> None:
        self._contracts = [
            (bits(raw(address)), [bits(topic) for topic in topic0s])
            for address, topic0s in topics.items()
        ]

    def may_hold(self, bloom: bytes) -> bool:
        """Tell whether a bloom of 256 bytes has a contract and one of its events."""
        lacking = ~int.from_bytes(bloom, "big")
        return any(
            not contract & lacking and any(not topic & lacking for topic in topics)
            for contract, topics in self._contracts
        )
