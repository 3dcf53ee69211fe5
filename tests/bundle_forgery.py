"""Bundles under blocks of our own: what no real chain would have, a forger can build and hash.

The trusted header is one that was made up, so its hash vouches for whatever stands below it.
"""

from collections.abc import Callable, Sequence

import msgspec
import rlp
from msgspec import UNSET
from trie.hexary import HexaryTrie

from dapp.audit import mpt
from dapp.audit.format import Block, Place, RecordedEvent, write_record
from dapp.chain.fast_rlp import string
from dapp.chain.keccak import keccak
from dapp.domain.types import hash32, raw
from tests.bundle_parts import copied, parts_of, record_of
from tests.bundle_zip import Bundle
from tests.mutation_words import state_nodes

BLOOM = bytes(256)
Change = Callable[[list[bytes]], None]
"""Changes the receipts of the made-up block."""


def forged(change: Change | None = None, kinds: Sequence[int] = (0,)) -> tuple[Bundle, str]:
    """The bundle of the dispute with all its receipts in one block of ours, and the block to trust.

    Each event with a receipt is the second log of a transaction of its own, of these types in turn.
    """
    bundle = copied(parts_of("dispute"))
    record = record_of(bundle)
    assert record.events is not UNSET
    proven = [one for one in record.events if one.receipt is not UNSET]
    time = max(one.time for one in proven if one.time is not UNSET)
    addresses = {name: raw(one.address) for name, one in bundle.claims.contracts.items()}
    receipts = [
        receipt(log(addresses[one.contract], one), kinds[place % len(kinds)])
        for place, one in enumerate(proven)
    ]
    if change is not None:
        change(receipts)
    number = bundle.claims.block.number - 1
    root, nodes = trie_of(receipts, len(proven))
    kept = state_nodes(bundle, complaint=2)
    places = {id(one): Place(number, 1, place) for place, one in enumerate(proven)}
    events = [
        msgspec.structs.replace(one, receipt=places[id(one)], time=time)
        if id(one) in places
        else one
        for one in record.events
    ]
    bundle.records = [write_record(msgspec.structs.replace(record, events=events))]
    trusted = rlp.decode(bundle.headers[0])
    below = list(trusted)
    below[5], below[8], below[11] = root, _number(number), _number(time)
    trusted[0] = keccak(rlp.encode(below))
    bundle.headers = [rlp.encode(trusted), rlp.encode(below)]
    bundle.nodes = [*kept, *nodes]
    block = Block(hash32(keccak(bundle.headers[0])), bundle.claims.block.number)
    bundle.claims = msgspec.structs.replace(bundle.claims, block=block)
    return bundle, block.hash


def log(address: bytes, event: RecordedEvent) -> list[object]:
    """As it stands in a receipt."""
    return [address, [raw(topic) for topic in event.topics], raw(event.data)]


def receipt(content: list[object], kind: int = 0, status: bytes = b"\x01") -> bytes:
    """A receipt with another log before this one."""
    logs = [[b"\x77" * 20, [], b""], content]
    encoded: bytes = rlp.encode([status, 21_000, BLOOM, logs])
    return (bytes([kind]) if kind else b"") + encoded


def trie_of(values: Sequence[bytes], count: int) -> tuple[bytes, list[bytes]]:
    """The root, and the nodes on the way to the first `count` places."""
    trie = HexaryTrie({})
    for place, value in enumerate(values):
        trie[_key(place)] = value
    used: dict[bytes, None] = {}
    for place in range(count):
        used |= dict.fromkeys(mpt.prove(trie.db, trie.root_hash, _key(place)).nodes)
    return trie.root_hash, [trie.db[name] for name in used]


def _key(place: int) -> bytes:
    return string(_number(place))


def _number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")
