"""Logs proven by the receipts root of a header."""

from functools import lru_cache

from dapp.audit import rlp
from dapp.audit.headers import Header
from dapp.audit.rlp import Item
from dapp.audit.state import Nodes
from dapp.chain.fast_rlp import string

Content = tuple[bytes, tuple[bytes, ...], bytes]
"""What a log says: its address, topics and data."""

_FIELDS = 4
_LAST_TYPE = 4
_FIRST_LIST = 0xC0
_MOST_TOPICS = 4


class Receipts:
    """The receipts of a bundle's blocks."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        # Logs of one transaction stand together in most records.
        self._logs = lru_cache(maxsize=16)(self._proven)

    def log(self, header: Header, transaction: int, place: int) -> Content:
        """The log at a place in a transaction's receipt.

        Raises:
            ValueError: it is not proven, or the transaction failed.
        """
        logs = self._logs(header.receipts_root, transaction)
        if place >= len(logs):
            raise ValueError("the receipt has no such log")
        return logs[place]

    def _proven(self, root: bytes, transaction: int) -> list[Content]:
        key = string(transaction.to_bytes((transaction.bit_length() + 7) // 8, "big"))
        found = self._nodes.prove(root, key)
        if found is None:
            raise ValueError("the block has no such transaction")
        return logs_of(found)


def logs_of(receipt: bytes) -> list[Content]:
    """The logs of a receipt of type 0 to 4 (EIP-2718) that says success. Raises ValueError."""
    if receipt[:1] < bytes((_FIRST_LIST,)):
        if not 1 <= receipt[0] <= _LAST_TYPE:
            raise ValueError(f"a receipt of the unknown type {receipt[0]}")
        receipt = receipt[1:]
    status, gas, bloom, logs = rlp.items(receipt, _FIELDS)
    if status != b"\x01":
        raise ValueError("the transaction failed, or is older than statuses")
    rlp.integer(gas, 8)
    rlp.string(bloom, 256)
    return [_content(log) for log in rlp.children(logs)]


def _content(log: Item) -> Content:
    parts = rlp.children(log)
    if len(parts) != 3:
        raise ValueError("not a log")
    topics = tuple([rlp.string(topic, 32) for topic in rlp.children(parts[1])])
    if len(topics) > _MOST_TOPICS:
        raise ValueError("not a log")
    return rlp.string(parts[0], 20), topics, rlp.string(parts[2])
