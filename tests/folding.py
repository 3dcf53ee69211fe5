"""Folds everything a chain holds, without a database: what the domain says beside the contracts."""

from collections.abc import Iterable
from typing import Any

from dapp.chain.artifacts import CONTRACTS
from dapp.chain.decode import Decoder
from dapp.chain.keccak import checksummed, keccak
from dapp.domain.case import Case
from dapp.domain.draw import Stake
from dapp.domain.events import Event, RawLog
from dapp.domain.position import Position
from dapp.domain.types import (
    BlockNumber,
    Hash32,
    PositionId,
    UnixTime,
)
from dapp.store.records import Record, Records
from dapp.store.subjects import COMPLAINT, POSITION, Subject
from tests.local_chain import LocalChain


class Folded:
    """What the domain makes of a chain, kept up with it.

    Args:
        chain: with the contracts on it; nothing of it may go away meanwhile.
    """

    def __init__(self, chain: LocalChain) -> None:
        self._chain = chain
        self._records = Records(keccak, {})
        self._next = chain.deployed_at
        self.follow()

    def follow(self) -> None:
        """Fold what happened since the last time."""
        for event in events(self._chain, self._next):
            self._records.advance(event)
        self._next = BlockNumber(self._chain.block_number() + 1)

    def of(self, subject: Subject) -> Record | None:
        """The record of a subject."""
        return self._records.changed.get(subject)

    def case(self, complaint: int) -> Case:
        """A complaint's case."""
        found = self.of(Subject(COMPLAINT, str(complaint)))
        assert isinstance(found, Case)
        return found


def events(chain: LocalChain, first: BlockNumber | None = None) -> list[Event]:
    """Every event of the contracts from a block on, or from the first of theirs, in order."""
    which = {
        "fromBlock": hex(chain.deployed_at if first is None else first),
        "toBlock": "latest",
        "address": [chain.contracts[name] for name in CONTRACTS],
    }
    decode = Decoder(chain.chain_id, {name: chain.contracts[name] for name in CONTRACTS})
    found = [decode(log) for log in raw_logs(chain, chain.rpc("eth_getLogs", which))]
    assert None not in found
    return [event for event in found if event is not None]


def raw_logs(chain: LocalChain, answer: Iterable[dict[str, Any]]) -> list[RawLog]:
    """Logs as the node gives them, with their blocks' times."""
    times: dict[int, UnixTime] = {}
    found = []
    for log in answer:
        number = int(log["blockNumber"], 16)
        if number not in times:
            times[number] = chain.header(number).block.timestamp
        found.append(
            RawLog(
                address=checksummed(bytes.fromhex(log["address"][2:])),
                topics=tuple(bytes.fromhex(topic[2:]) for topic in log["topics"]),
                data=bytes.fromhex(log["data"][2:]),
                block_number=BlockNumber(number),
                block_hash=Hash32(log["blockHash"]),
                timestamp=times[number],
                transaction=Hash32(log["transactionHash"]),
                transaction_index=int(log["transactionIndex"], 16),
                log_index=int(log["logIndex"], 16),
            )
        )
    return found


def records(chain: LocalChain) -> Records:
    """Every record that the events so far make."""
    found = Records(keccak, {})
    for event in events(chain):
        found.advance(event)
    return found


def case(chain: LocalChain, complaint: int) -> Case:
    """A complaint's case as of now."""
    found = records(chain).changed[Subject(COMPLAINT, str(complaint))]
    assert isinstance(found, Case)
    return found


def stakes(chain: LocalChain) -> dict[PositionId, Stake]:
    """Who holds which position; how many seats they hold is left out."""
    held = {}
    for subject, record in records(chain).changed.items():
        if subject.kind == POSITION and isinstance(record, Position) and record.left_at is None:
            held[record.id] = Stake(
                record.owner, record.tickets, record.since_block, record.exit_block, 0
            )
    return held
