"""The Merkle-Patricia trie of a block's receipts (or transactions): its root, and proofs.

Yellow paper, appendix D, made simple by what is put in:

- the keys are rlp(0), rlp(1), …, none of which begins another, so no branch has a value;
- every value is longer than a hash, so a node is always named by its hash and never embedded.
"""

from collections.abc import Callable, Collection, Sequence
from os.path import commonprefix

from dapp.chain.fast_rlp import EMPTY, sequence, string
from dapp.chain.keccak import keccak

_HASH_PREFIX = b"\xa0"
_Leaf = tuple[str, bytes]
"""The key's nibbles as hexadecimal digits, and the value."""
_Keep = Callable[[bytes, Sequence[_Leaf]], None]
"""Told of each node and what is under it."""


def root(values: Sequence[bytes]) -> bytes:
    """The root, 32 bytes, of the trie that holds each value under its place.

    Args:
        values: each of 32 bytes or more.
    """
    return prove(values, ())[0]


def prove(values: Sequence[bytes], places: Collection[int]) -> tuple[bytes, list[bytes]]:
    """The root, and the nodes on the way from it to some places, each once.

    Args:
        values: each of 32 bytes or more.
        places: of values.
    """
    if not values:
        return keccak(EMPTY), []
    kept: dict[bytes, None] = {}
    wanted = {_key(place) for place in places}

    def keep(node: bytes, leaves: Sequence[_Leaf]) -> None:
        if any(key in wanted for key, _ in leaves):
            kept[node] = None

    leaves = [(_key(place), value) for place, value in enumerate(values)]
    return _hash(leaves, 0, keep if wanted else _keep_nothing), list(kept)


def _key(place: int) -> str:
    return string(place.to_bytes((place.bit_length() + 7) // 8, "big")).hex()


def _hash(leaves: list[_Leaf], depth: int, keep: _Keep) -> bytes:
    """The hash of the node under which are `leaves`, whose first `depth` nibbles are the way."""
    node = _node(leaves, depth, keep)
    keep(node, leaves)
    return keccak(node)


def _node(leaves: list[_Leaf], depth: int, keep: _Keep) -> bytes:
    if len(leaves) == 1:
        key, value = leaves[0]
        return sequence(_path(key[depth:], leaf=True) + string(value))
    # Character by character is what is wanted: each is a nibble.
    shared = commonprefix([key[depth:] for key, _ in leaves])  # noqa: RUF071
    if shared:
        below = _hash(leaves, depth + len(shared), keep)
        return sequence(_path(shared, leaf=False) + _HASH_PREFIX + below)
    children: dict[str, list[_Leaf]] = {nibble: [] for nibble in "0123456789abcdef"}
    for leaf in leaves:
        children[leaf[0][depth]].append(leaf)
    named = (
        _HASH_PREFIX + _hash(under, depth + 1, keep) if under else EMPTY
        for under in children.values()
    )
    return sequence(b"".join(named) + EMPTY)


def _keep_nothing(_node: bytes, _leaves: Sequence[_Leaf]) -> None:
    """Where only the root is asked for."""


def _path(nibbles: str, leaf: bool) -> bytes:
    # Hex-prefix encoding: the first nibble tells leaf from extension and odd from even.
    if len(nibbles) % 2:
        return string(bytes.fromhex(("3" if leaf else "1") + nibbles))
    return string(bytes.fromhex(("20" if leaf else "00") + nibbles))
