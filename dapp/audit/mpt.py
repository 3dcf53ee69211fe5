"""Proofs in Merkle-Patricia tries (yellow paper, appendix D): what a key has, or that it has none.

The nodes of all proofs are one set, by their keccak-256. What a hash does not name is not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dapp.audit import rlp
from dapp.audit.rlp import Item
from dapp.chain.fast_rlp import EMPTY
from dapp.chain.keccak import keccak

EMPTY_ROOT = keccak(EMPTY)
"""The root of a trie without keys."""

_HASH_BYTES = 32
_BRANCH, _SHORT_NODE = 17, 2
_LEAF, _ODD = 2, 1


class NodeMissing(ValueError):
    """A node that the proof needs is not in the set; `args[0]` is its hash."""

    def __str__(self) -> str:
        return f"the node 0x{self.args[0].hex()} is missing"


@dataclass(frozen=True, slots=True)
class Proof:
    """Where the way of a key ends.

    Attributes:
        value: what the key has; None where the trie has no such key, which is proven as well.
        nodes: the hashes of the nodes on the way, from the root down, those within others left out.
    """

    value: bytes | None
    nodes: tuple[bytes, ...]


def prove(nodes: Mapping[bytes, bytes], root: bytes, key: bytes) -> Proof:
    """Follow `key` (bytes, not hashed here) from the root.

    Raises:
        NodeMissing: the set does not hold what is needed.
        ValueError: a node is none, or not in the one form it may have.
    """
    used: list[bytes] = []
    if root == EMPTY_ROOT:
        return Proof(None, ())
    path, at, below = key.hex(), 0, root
    node: Item = below
    while True:
        if isinstance(node, bytes):
            below = rlp.string(node, _HASH_BYTES)
            if below not in nodes:
                raise NodeMissing(below)
            used.append(below)
            node = rlp.items(nodes[below], _BRANCH, _SHORT_NODE)
        found = _branch(node, path[at:]) if len(node) == _BRANCH else _short(node, path[at:])
        if found.is_end:
            return Proof(found.value, tuple(used))
        at, node = at + found.taken, found.child


@dataclass(frozen=True, slots=True)
class _Step:
    """What one node says: the way ends here, with a value or none, or goes on."""

    is_end: bool
    value: bytes | None = None
    taken: int = 0
    child: Item = b""


_ABSENT = _Step(is_end=True)


def _branch(node: list[Item], path: str) -> _Step:
    value = rlp.string(node[-1])
    if not path:
        return _Step(is_end=True, value=value or None)
    child = _child(node[int(path[0], 16)])
    return _ABSENT if child == b"" else _Step(is_end=False, taken=1, child=child)


def _short(node: list[Item], path: str) -> _Step:
    """A leaf or an extension."""
    if len(node) != _SHORT_NODE:
        raise ValueError("not a node")
    is_leaf, shared = _nibbles(rlp.string(node[0]))
    if is_leaf:
        value = rlp.string(node[1])
        if not value:
            raise ValueError("a leaf without a value")
        return _Step(is_end=True, value=value if shared == path else None)
    child = _child(node[1])
    if not shared or child == b"":
        raise ValueError("an extension that leads nowhere")
    if not path.startswith(shared):
        return _ABSENT
    return _Step(is_end=False, taken=len(shared), child=child)


def _child(item: Item) -> Item:
    """A hash, nothing, or a node so short that it stands within its parent."""
    if isinstance(item, list):
        if len(item) not in (_BRANCH, _SHORT_NODE) or len(rlp.encode(item)) >= _HASH_BYTES:
            raise ValueError("a node within another that is too long, or none")
        return item
    if len(item) not in (0, _HASH_BYTES):
        raise ValueError("a child that is neither a hash nor a node")
    return item


def _nibbles(packed: bytes) -> tuple[bool, str]:
    """Hex-prefix encoding: the first nibble tells leaf from extension and odd from even."""
    digits = packed.hex()
    flag = int(digits[0], 16) if digits else _LEAF + _LEAF
    if flag > _LEAF + _ODD:
        raise ValueError("not a path")
    if flag & _ODD:
        return flag & _LEAF != 0, digits[1:]
    if digits[1] != "0":
        raise ValueError("a path padded with something")
    return flag & _LEAF != 0, digits[2:]
