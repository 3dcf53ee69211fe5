"""The headers of a bundle: from the trusted block down, each proven by one above it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from dapp.audit import rlp, slots
from dapp.audit.slots import HISTORY_BLOCKS, HISTORY_CONTRACT
from dapp.audit.state import Nodes, account, storage
from dapp.chain.keccak import keccak
from dapp.domain.types import BlockNumber, UnixTime

_FEWEST_FIELDS, _MOST_FIELDS = 15, 40
# Parent, uncles, miner, state, transactions, receipts, bloom; then numbers; extra, mix, nonce.
_SIZES = (32, 32, 20, 32, 32, 32, 256)
_NUMBERS = range(7, 12)


@dataclass(frozen=True, slots=True)
class Header:
    """What is read of a header; `hash` is the block's."""

    hash: bytes
    parent_hash: bytes
    state_root: bytes
    receipts_root: bytes
    number: BlockNumber
    time: UnixTime


def read(encoded: bytes) -> Header:
    """A header of any fork. Raises ValueError."""
    fields = rlp.items(encoded, *range(_FEWEST_FIELDS, _MOST_FIELDS))
    fixed = [rlp.string(field, size) for field, size in zip(fields, _SIZES, strict=False)]
    _, number, _, _, time = (rlp.integer(fields[place]) for place in _NUMBERS)
    for field, size in zip(fields[13:15], (32, 8), strict=True):
        rlp.string(field, size)
    for field in fields[12:]:
        rlp.string(field)
    return Header(
        hash=keccak(encoded),
        parent_hash=fixed[0],
        state_root=fixed[3],
        receipts_root=fixed[5],
        number=BlockNumber(number),
        time=UnixTime(time),
    )


class Headers:
    """Headers by number, the trusted block's first.

    Args:
        encoded: from the trusted block's down.
        nodes: of the proofs.

    Raises:
        ValueError: the list is empty, or one follows from none above it.
    """

    def __init__(self, encoded: Sequence[bytes], nodes: Nodes) -> None:
        found = [read(one) for one in encoded]
        if not found:
            raise ValueError("there is no header")
        self.trusted = found[0]
        self._by_number = {found[0].number: found[0]}
        self._bases: dict[BlockNumber, BlockNumber] = {}
        highest = 0
        for place, header in enumerate(found[1:], 1):
            above = found[place - 1]
            if header.number >= above.number:
                raise ValueError("the headers do not go down by their numbers")
            base = above
            if header.number + 1 < above.number:
                while found[highest].number > header.number + HISTORY_BLOCKS:
                    highest += 1
                base = found[highest]
            _check(header, base, above is base and header.number + 1 == above.number, nodes)
            self._by_number[header.number] = header
            self._bases[header.number] = base.number

    def at(self, number: int) -> Header | None:
        """The header of a block, if the bundle has it."""
        return self._by_number.get(BlockNumber(number))

    def are_needed(self, blocks: Collection[int]) -> bool:
        """Whether every header is the trusted block's, of one of these blocks, or leads to one."""
        needed = set(blocks) | {self.trusted.number}
        for number in reversed(self._by_number):
            if number not in needed:
                return False
            needed.add(self._bases.get(number, self.trusted.number))
        return True


def _check(header: Header, base: Header, is_parent: bool, nodes: Nodes) -> None:
    if is_parent:
        said = base.parent_hash
    elif base.number <= header.number:
        raise ValueError(f"no header above that of block {header.number} still knows it")
    else:
        history = account(nodes, base.state_root, HISTORY_CONTRACT)
        found = storage(nodes, history.storage_root, slots.block_hash(header.number))
        said = found.to_bytes(32, "big")
    if header.hash != said:
        raise ValueError(f"the header of block {header.number} is not of the trusted chain")
