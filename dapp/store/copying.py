"""Blocks and logs as PostgreSQL takes them fastest: the binary form of COPY, made row by row.

Each row is a count of columns, then each column as its length and its bytes; -1 is null. Columns
of fixed size are packed together, lengths and all, which makes a row of a log in a third of the
time that a general adapter takes.
"""

import struct
from collections.abc import Iterable
from functools import lru_cache

from dapp import native
from dapp.domain.events import Block, Event, RawLog
from dapp.domain.proof import Level
from dapp.domain.types import ChainId, raw

Decoded = tuple[RawLog, Event | None]
"""A log and its event; None where no ABI explains it."""
Proven = tuple[Block, Level]
"""A block, and what its logs rest on."""

# Addresses, and the hashes of blocks and transactions, come many times in a row.
_raw = lru_cache(maxsize=1024)(raw)
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_LENGTH = struct.Struct(">i").pack
_HASH_LENGTH = _LENGTH(32)
_BLOCK = struct.Struct(">h iq iq i32s i32s i32s iq ih").pack
_LOG_BEFORE = struct.Struct(">h iq i32s ii iq iq i20s").pack
_LOG_AFTER = struct.Struct(">i32s ii i?").pack
_NO_TOPICS = [_NULL * (4 - count) for count in range(5)]


def blocks(chain_id: ChainId, found: Iterable[Proven]) -> bytes:
    """Columns: chain_id, number, hash, parent_hash, receipts_root, timestamp, level."""
    rows = [_HEADER]
    for block, level in found:
        own, parent, root = raw(block.hash), raw(block.parent_hash), raw(block.receipts_root)
        rows.append(
            _BLOCK(
                7,
                *(8, chain_id, 8, block.number),
                *(32, own, 32, parent, 32, root),
                *(8, block.timestamp, 2, level),
            )
        )
    rows.append(_END)
    return b"".join(rows)


def logs(chain_id: ChainId, found: Iterable[Decoded]) -> bytes:
    """Columns: chain_id, those of `event_log`, known."""
    rows = [_HEADER]
    add = rows.append
    if native.rows is not None:
        return b"".join((_HEADER, native.rows(chain_id, list(found)), _END))
    for log, event in found:
        add(
            _LOG_BEFORE(
                *(14, 8, chain_id, 32, _raw(log.block_hash), 4, log.log_index),
                *(8, log.block_number, 8, log.timestamp, 20, _raw(log.address)),
            )
        )
        for topic in log.topics:
            add(_HASH_LENGTH)
            add(topic)
        add(_NO_TOPICS[len(log.topics)])
        add(_LENGTH(len(log.data)))
        add(log.data)
        add(_LOG_AFTER(32, _raw(log.transaction), 4, log.transaction_index, 1, event is not None))
    add(_END)
    return b"".join(rows)
