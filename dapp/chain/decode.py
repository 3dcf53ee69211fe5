"""Makes events of logs, by the ABIs, strictly: what is not canonical ABI encoding is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dapp.chain import abi, artifacts
from dapp.chain.words import WORD, Reader, TailReader, reader, tail_reader
from dapp.domain.events import Event, RawLog, Value
from dapp.domain.types import Address, ChainId, Hash32, hash32
from dapp.errors import Undecodable


class Decoder:
    """Decodes the logs of one chain's contracts.

    Args:
        chain_id: of the chain.
        contracts: where each contract is, by name; those without an artifact of ours are refused.
    """

    def __init__(self, chain_id: ChainId, contracts: Mapping[str, Address]) -> None:
        self._chain_id = chain_id
        self._shapes = {
            (address, abi.topic0(event)): _shape(name, event)
            for name, address in contracts.items()
            for event in abi.entries(artifacts.load(name).abi, "event")
        }

    def topics(self) -> dict[Address, list[bytes]]:
        """The signature hashes of each contract's events."""
        found: dict[Address, list[bytes]] = {}
        for address, topic0 in self._shapes:
            found.setdefault(address, []).append(topic0)
        return found

    def __call__(self, log: RawLog) -> Event | None:
        """The event of a log; None for one that no ABI explains.

        Raises:
            Undecodable: its bytes do not fit the ABI of the event it claims to be.
        """
        shape = self._shapes.get((log.address, log.topics[0])) if log.topics else None
        if shape is None:
            return None
        try:
            args = shape.read(log)
        except ValueError as error:
            raise Undecodable(
                f"a log does not fit {shape.contract}.{shape.name}: {error}",
                fields={"transaction": log.transaction, "log_index": log.log_index},
            ) from error
        return Event(
            chain_id=self._chain_id,
            contract=shape.contract,
            address=log.address,
            name=shape.name,
            args=args,
            words=shape.words(log),
            topic0=shape.topic0,
            block_number=log.block_number,
            block_hash=log.block_hash,
            timestamp=log.timestamp,
            transaction=log.transaction,
            transaction_index=log.transaction_index,
            log_index=log.log_index,
        )


_Argument = tuple[str, bool, int, Reader | None, TailReader | None]
"""An argument's name, whether it is indexed, the number of its topic or else where its word begins
in the data, and how it is read: as a word, or from a tail."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """How one event is read.

    Attributes:
        leads: all indexed arguments come before the others.
    """

    contract: str
    name: str
    topic0: Hash32
    plan: tuple[_Argument, ...]
    topic_count: int
    head_size: int
    is_static: bool
    leads: bool

    def read(self, log: RawLog) -> dict[str, Value]:
        """The arguments by name. Raises ValueError where the encoding is not canonical."""
        data, end = log.data, self.head_size
        if len(log.topics) != self.topic_count:
            raise ValueError(f"{len(log.topics)} topics instead of {self.topic_count}")
        if len(data) < end:
            raise ValueError(f"{len(data)} bytes of data instead of {end}")
        args: dict[str, Value] = {}
        topics = log.topics
        for name, indexed, place, static, tail in self.plan:
            word = topics[place] if indexed else data[place : place + WORD]
            if static is not None:
                args[name] = static(word)
            elif tail is not None:
                # Canonical: the tails follow the head, in order and without gaps.
                if int.from_bytes(word, "big") != end:
                    raise ValueError(f"{name} is not where it should be")
                args[name], end = tail(data, end)
        if end != len(data):
            raise ValueError(f"{len(data)} bytes of data instead of {end}")
        return args

    def words(self, log: RawLog) -> bytes:
        """The ABI encoding of all arguments as declared; empty where one is dynamic."""
        if not self.is_static:
            return b""
        if self.leads:
            return b"".join(log.topics[1:]) + log.data
        return b"".join(
            [
                log.topics[place] if indexed else log.data[place : place + WORD]
                for _, indexed, place, _, _ in self.plan
            ]
        )


def _shape(contract: str, event: dict[str, Any]) -> _Shape:
    topics, head = 1, 0
    arguments: list[_Argument] = []
    for item in event["inputs"]:
        indexed: bool = item["indexed"]
        word = reader(item["type"])
        tail = None if word is not None else tail_reader(item["type"])
        if indexed and word is None:
            raise NotImplementedError(f"{event['name']}: only the hash of {item['name']} is kept")
        place = topics if indexed else head * WORD
        arguments.append((item["name"], indexed, place, word, tail))
        topics, head = (topics + 1, head) if indexed else (topics, head + 1)
    return _Shape(
        contract=contract,
        name=event["name"],
        topic0=hash32(abi.topic0(event)),
        plan=tuple(arguments),
        topic_count=topics,
        head_size=head * WORD,
        is_static=all(tail is None for *_, tail in arguments),
        leads=all(indexed for _, indexed, *_ in arguments[: topics - 1]),
    )
