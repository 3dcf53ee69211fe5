"""What a node proves of accounts and storage at one block. None of it is kept unchecked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from dapp.audit import mpt, rlp
from dapp.chain.headers import Header
from dapp.chain.keccak import keccak
from dapp.chain.node import Node
from dapp.domain.types import Address, BlockNumber, Hash32, hash32, raw
from dapp.errors import IntegrityBroken, NodeRefused

_AT_ONCE = 256
"""Words proven in one answer, which has some four kilobytes for each."""
# By EIP-1474: not found, not supported.
_UNKNOWN_METHOD = (-32601, -32004)

Key = TypeVar("Key")
Nodes = dict[bytes, bytes]
"""RLP of tries' nodes, by keccak-256."""


@dataclass(frozen=True, slots=True)
class Account:
    """What the state holds of a contract."""

    storage_root: bytes
    code_hash: Hash32


@dataclass(frozen=True, slots=True)
class _Held:
    """What a trie has under a key, and the nodes that say so."""

    value: bytes | None
    nodes: Nodes


class State:
    """The state at a block.

    Args:
        node: asked for proofs.
        header: of the block, its own hash checked.
        nodes: gets the nodes of what was read, and no others.
    """

    def __init__(self, node: Node, header: Header, nodes: Nodes) -> None:
        self.header = header
        self._node = node
        self._nodes = nodes
        self._accounts: dict[Address, _Held] = {}
        self._words: dict[tuple[Address, bytes], _Held] = {}

    async def account(self, address: Address) -> Account | None:
        """None where there is no such account. Raises as `fetch`."""
        if address not in self._accounts:
            await self._prove(address, ())
        return _account(_used(self._accounts, address, self._nodes))

    async def words(self, address: Address, slots: Sequence[bytes]) -> list[int]:
        """The words in some slots (32 bytes each) of a contract's storage. Raises as `fetch`."""
        await self.fetch(address, slots)
        if slots:
            _used(self._accounts, address, self._nodes)
        return [_word(_used(self._words, (address, slot), self._nodes)) for slot in slots]

    async def holds(self, address: Address, slot: bytes, word: int) -> bool:
        """Whether a slot has that word; if not, nothing is kept of it. Raises as `fetch`."""
        await self.fetch(address, [slot])
        if _word(self._words[address, slot].value) != word:
            return False
        await self.words(address, [slot])
        return True

    async def fetch(self, address: Address, slots: Sequence[bytes]) -> None:
        """Have proofs ready for `words`.

        Raises:
            NodeRefused: `node-without-proofs`; `node-without-state` where this block's is gone.
            IntegrityBroken: `proof-broken`, what the node gave proves nothing.
            Retryable: it did not answer.
        """
        unknown = [slot for slot in dict.fromkeys(slots) if (address, slot) not in self._words]
        for first in range(0, len(unknown), _AT_ONCE):
            await self._prove(address, unknown[first : first + _AT_ONCE])

    async def _prove(self, address: Address, slots: Sequence[bytes]) -> None:
        block = self.header.block
        try:
            of_account, of_slots = await self._node.proof(address, slots, block.hash)
        except NodeRefused as error:
            raise refusal(error, block.number) from error
        given = {keccak(node): node for nodes in (of_account, *of_slots) for node in nodes}
        try:
            held = _held(raw(self.header.state_root), raw(address), given)
            account = _account(held.value)
            root = mpt.EMPTY_ROOT if account is None else account.storage_root
            words = {(address, slot): _held(root, slot, given) for slot in slots}
            for one in words.values():
                _word(one.value)
        except ValueError as error:
            raise IntegrityBroken(
                f"what the node gives for {address} at block {block.number} proves nothing",
                remedy="Use a node that does not lie",
                code="proof-broken",
                fields={"block": block.number, "address": address},
            ) from error
        self._accounts[address] = held
        self._words |= words


def _used(held: dict[Key, _Held], key: Key, nodes: Nodes) -> bytes | None:
    """What is held, whose nodes are needed from now on."""
    found = held[key]
    nodes.update(found.nodes)
    # Of a long history the values alone are kept a second time.
    held[key] = _Held(found.value, {})
    return found.value


def _held(root: bytes, key: bytes, given: Mapping[bytes, bytes]) -> _Held:
    proof = mpt.prove(given, root, keccak(key))
    return _Held(proof.value, {name: given[name] for name in proof.nodes})


def _account(value: bytes | None) -> Account | None:
    if value is None:
        return None
    _, _, root, code_hash = rlp.items(value, 4)
    return Account(rlp.string(root, 32), hash32(rlp.string(code_hash, 32)))


def _word(value: bytes | None) -> int:
    return 0 if value is None else rlp.integer(rlp.decode(value))


def refusal(error: NodeRefused, block: BlockNumber) -> NodeRefused:
    """Why there is no proof, in words that say what to do."""
    fields = {**error.fields, "block": block, "said": error.message}
    if error.fields.get("rpc_code") in _UNKNOWN_METHOD:
        return NodeRefused(
            "the node gives no proofs (eth_getProof)",
            remedy="Use a node that has that method",
            code="node-without-proofs",
            fields=fields,
        )
    return NodeRefused(
        f"the node does not have the state of block {block} (any more)",
        remedy="Ask for a newer block, or use a node that keeps old states",
        code="node-without-state",
        fields=fields,
    )
