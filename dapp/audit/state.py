"""Accounts and words of storage, proven by the state root of a header."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dapp.audit import rlp
from dapp.audit.mpt import prove
from dapp.chain.keccak import keccak

_ACCOUNT_FIELDS = 4
_SHORTEST = 32


class Nodes:
    """The nodes of all proofs of a bundle, and which of them were needed so far.

    Raises:
        ValueError: they do not go up by their hashes, or one is too short to have one.
    """

    def __init__(self, nodes: Sequence[bytes]) -> None:
        self._nodes = {keccak(node): node for node in nodes}
        self._used: set[bytes] = set()
        if any(len(node) < _SHORTEST for node in nodes) or len(self._nodes) != len(nodes):
            raise ValueError("a node is too short, or there twice")
        if any(first >= second for first, second in pairwise(self._nodes)):
            raise ValueError("the nodes are not in the order of their hashes")

    def prove(self, root: bytes, key: bytes) -> bytes | None:
        """What `key` has under `root`; None if nothing, which is proven. Raises ValueError."""
        proof = prove(self._nodes, root, key)
        self._used.update(proof.nodes)
        return proof.value

    @property
    def all_used(self) -> bool:
        """Whether every node was needed."""
        return len(self._used) == len(self._nodes)


@dataclass(frozen=True, slots=True)
class Account:
    """What a state says of a contract."""

    storage_root: bytes
    code_hash: bytes


def account(nodes: Nodes, state_root: bytes, address: bytes) -> Account:
    """The account at an address. Raises ValueError, also where there is none."""
    found = nodes.prove(state_root, keccak(address))
    if found is None:
        raise ValueError("there is no such account")
    nonce, balance, storage_root, code_hash = rlp.items(found, _ACCOUNT_FIELDS)
    rlp.integer(nonce)
    rlp.integer(balance)
    return Account(rlp.string(storage_root, 32), rlp.string(code_hash, 32))


def storage(nodes: Nodes, storage_root: bytes, slot: bytes) -> int:
    """The word in a slot (32 bytes); what is absent is zero. Raises ValueError."""
    found = nodes.prove(storage_root, keccak(slot))
    if found is None:
        return 0
    # Zero, too: Ethereum removes such a leaf, anvil leaves it in the tries of its chain.
    return rlp.integer(rlp.decode(found))
