"""A Merkle tree as the contracts check it (contracts/ComplaintAnchor.sol), and OpenZeppelin's.

Leaves stand in ascending order, so a set of them has one root. An inner node is the keccak-256 of
its two children, the lower one first. The tree is a heap: node i stands over 2i + 1 and 2i + 2, and
the leaves are its last nodes, from the end.
"""

from collections.abc import Iterable, Sequence

from dapp.domain.types import Hash32, Keccak, hash32, raw


class Tree:
    """The tree over leaves, of which there is at least one, and none twice. Raises ValueError."""

    def __init__(self, keccak: Keccak, leaves: Iterable[Hash32]) -> None:
        ordered = sorted(leaves)
        if not ordered or len(set(ordered)) != len(ordered):
            raise ValueError("a tree has distinct leaves")
        inner = len(ordered) - 1
        nodes = [b""] * inner + [raw(leaf) for leaf in reversed(ordered)]
        for place in reversed(range(inner)):
            nodes[place] = _pair(keccak, nodes[2 * place + 1], nodes[2 * place + 2])
        self._nodes = nodes
        self._places = {leaf: len(nodes) - 1 - i for i, leaf in enumerate(ordered)}

    @property
    def root(self) -> Hash32:
        """What is anchored."""
        return hash32(self._nodes[0])

    def proof(self, leaf: Hash32) -> list[Hash32]:
        """The siblings from a leaf to the root, from below. Raises KeyError: not in the tree."""
        place = self._places[leaf]
        found = []
        while place > 0:
            sibling = place - 1 if place % 2 == 0 else place + 1
            found.append(hash32(self._nodes[sibling]))
            place = (place - 1) // 2
        return found


def root_of(keccak: Keccak, leaf: Hash32, proof: Sequence[Hash32]) -> Hash32:
    """Where a proof leads from a leaf."""
    node = raw(leaf)
    for sibling in proof:
        node = _pair(keccak, node, raw(sibling))
    return hash32(node)


def _pair(keccak: Keccak, one: bytes, other: bytes) -> bytes:
    return keccak(min(one, other) + max(one, other))
