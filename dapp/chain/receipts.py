"""The receipts of a block, proven by the root in its header, and the logs that are in them.

The encoding is that of the execution specification (`encode_receipt`): the type's byte (EIP-2718)
unless it is 0, then RLP of outcome, gas, bloom and logs. The root binds the order, the types, the
outcomes, the gas, the blooms and the logs; it does not bind the transactions' hashes, which are
the node's word.
"""

from binascii import unhexlify
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import msgspec

from dapp import native
from dapp.chain import bloom, trie
from dapp.chain.fast_rlp import sequence, string
from dapp.chain.headers import Header
from dapp.domain.events import RawLog
from dapp.domain.types import Address, hash32, raw
from dapp.errors import IntegrityBroken, NodeUnavailable

_Content = tuple[bytes, tuple[bytes, ...], bytes]
"""What a log says: its address, topics and data."""

_OUTCOMES = {"0x0": b"", "0x1": b"\x01"}
_MOST_GAS_BYTES = 8
# What goes before the topics, by their number: the list's prefix and the first topic's.
_BEFORE_TOPICS = (b"\xc0", b"\xe1\xa0", b"\xf8\x42\xa0", b"\xf8\x63\xa0", b"\xf8\x84\xa0")


class Log(msgspec.Struct, rename="camel"):
    """A log within a receipt, as the node writes it."""

    address: str
    topics: list[str]
    data: str
    transaction_index: str
    log_index: str


class Receipt(msgspec.Struct, rename="camel"):
    """A receipt as `eth_getBlockReceipts` answers it.

    Attributes:
        root: in place of the status before EIP-658.
    """

    cumulative_gas_used: str
    logs_bloom: str
    logs: list[Log]
    block_hash: str
    transaction_hash: str
    transaction_index: str
    type: str = "0x0"
    status: str | None = None
    root: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """Receipts that the header proves.

    Attributes:
        logs: those of some contracts, in order.
        firsts: by transaction, the index in the block of its first log (or of the next one's).
        nodes: of the trie of receipts, on the way to those of the logs.
    """

    logs: list[RawLog]
    firsts: list[int]
    nodes: list[bytes]


def read(answer: Sequence[Receipt], header: Header, addresses: Collection[Address]) -> list[RawLog]:
    """The logs of some contracts in one block, in order.

    Args:
        answer: the receipts of all its transactions, in order.

    Raises:
        NodeUnavailable: the answer makes no sense.
        IntegrityBroken: it is not what the header's root stands for, or names another block, or
            counts otherwise than the block does.
    """
    return prove(answer, header, addresses, ()).logs


def read_answer(
    answer: msgspec.Raw, header: Header, addresses: Collection[Address]
) -> list[RawLog]:
    """As `read`, of the JSON that `eth_getBlockReceipts` answered; in C where that can be."""
    block = header.block
    if native.logs is not None:
        logs = native.logs(
            answer,
            raw(block.receipts_root),
            raw(block.hash),
            {raw(address): address for address in addresses},
            *(block.number, block.hash, block.timestamp),
        )
        if logs is not None:
            return logs
    try:
        decoded = msgspec.json.decode(answer, type=list[Receipt])
    except (msgspec.DecodeError, RecursionError) as error:
        raise NodeUnavailable("the node's answer to eth_getBlockReceipts makes no sense") from error
    return read(decoded, header, addresses)


def prove(
    answer: Sequence[Receipt],
    header: Header,
    addresses: Collection[Address],
    transactions: Collection[int],
) -> Proof:
    """As `read`, with the trie's nodes on the way to the receipts of some transactions."""
    try:
        contents = [[_content(log) for log in receipt.logs] for receipt in answer]
        encoded = [_encode(*pair) for pair in zip(answer, contents, strict=True)]
        root, nodes = trie.prove(encoded, transactions)
        if root != raw(header.block.receipts_root):
            raise _broken(header, "are not those that its header stands for")
        _check_places(answer, header)
        logs = _ours(answer, contents, header, {raw(address): address for address in addresses})
    except ValueError as error:
        raise NodeUnavailable("the node's answer to eth_getBlockReceipts makes no sense") from error
    sizes = [len(logs) for logs in contents]
    return Proof(logs, [0, *accumulate(sizes)][: len(sizes)], nodes)


def bloom_of(answer: Iterable[Receipt]) -> bytes:
    """The bloom of all logs of a block, 256 bytes, made of the logs themselves.

    Not every chain's headers and receipts have it. Raises NodeUnavailable as `read`.
    """
    found = 0
    try:
        for receipt in answer:
            for log in receipt.logs:
                address, topics, _ = _content(log)
                found |= bloom.bits(address)
                for topic in topics:
                    found |= bloom.bits(topic)
    except ValueError as error:
        raise NodeUnavailable("the node's answer to eth_getBlockReceipts makes no sense") from error
    return found.to_bytes(bloom.SIZE, "big")


def _content(log: Log) -> _Content:
    # Sizes are checked one by one: with them the encoding has one reading, so that what the root
    # proves is what we hold.
    address = unhexlify(log.address[2:])
    topics = tuple([unhexlify(topic[2:]) for topic in log.topics])
    if len(address) != 20 or len(topics) > 4:
        raise ValueError("not a log")
    for topic in topics:
        if len(topic) != 32:
            raise ValueError("not a topic")
    return address, topics, unhexlify(log.data[2:])


def _encode(receipt: Receipt, contents: list[_Content]) -> bytes:
    logs = b"".join(
        [
            sequence(
                b"\x94%b%b%b%b"
                % (address, _BEFORE_TOPICS[len(topics)], b"\xa0".join(topics), string(data))
            )
            for address, topics, data in contents
        ]
    )
    fields = (
        string(_outcome(receipt)),
        string(_gas(receipt.cumulative_gas_used)),
        string(_fixed(receipt.logs_bloom, bloom.SIZE)),
        sequence(logs),
    )
    return _type(receipt.type) + sequence(b"".join(fields))


def _outcome(receipt: Receipt) -> bytes:
    if receipt.status is None:
        return _fixed(receipt.root or "", 32)
    if receipt.status not in _OUTCOMES:
        raise ValueError("not a status")
    return _OUTCOMES[receipt.status]


def _gas(text: str) -> bytes:
    digits = text[2:].lstrip("0")
    gas = unhexlify("0" * (len(digits) % 2) + digits)
    if len(gas) > _MOST_GAS_BYTES:
        raise ValueError("not an amount of gas")
    return gas


def _type(text: str) -> bytes:
    kind = unhexlify(text[2:].zfill(2))
    # EIP-2718: from 0x80 on it would not be told from RLP.
    if len(kind) != 1 or kind >= b"\x80":
        raise ValueError("not a type of transactions")
    return b"" if kind == b"\x00" else kind


def _fixed(text: str, size: int) -> bytes:
    found = unhexlify(text[2:])
    if len(found) != size:
        raise ValueError(f"{len(found)} bytes instead of {size}")
    return found


def _check_places(answer: Sequence[Receipt], header: Header) -> None:
    block = raw(header.block.hash)
    log_index = 0
    for place, receipt in enumerate(answer):
        index = hex(place)
        if _fixed(receipt.block_hash, 32) != block:
            raise _broken(header, "are said to be of another block")
        if receipt.transaction_index != index:
            raise _broken(header, "are not numbered as they stand")
        for log in receipt.logs:
            if log.log_index != hex(log_index) or log.transaction_index != index:
                raise _broken(header, "have logs that are not numbered as they stand")
            log_index += 1


def _ours(
    answer: Sequence[Receipt],
    contents: list[list[_Content]],
    header: Header,
    addresses: dict[bytes, Address],
) -> list[RawLog]:
    found = []
    block = header.block
    first = 0
    for place, (receipt, logs) in enumerate(zip(answer, contents, strict=True)):
        transaction = hash32(_fixed(receipt.transaction_hash, 32))
        # By position: names would take half as long again.
        found += [
            RawLog(
                addresses[address],
                topics,
                data,
                block.number,
                block.hash,
                block.timestamp,
                transaction,
                place,
                log_index,
            )
            for log_index, (address, topics, data) in enumerate(logs, first)
            if address in addresses
        ]
        first += len(logs)
    return found


def _broken(header: Header, what: str) -> IntegrityBroken:
    number = header.block.number
    return IntegrityBroken(
        f"the receipts that the node gives for block {number} {what}",
        remedy="Use a node of a chain with Ethereum's receipts, and one that does not lie",
        fields={"block": number},
    )
