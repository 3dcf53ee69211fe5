"""Logs as eth_abi encodes them, for the events of every artifact, and as it decodes them."""

from collections.abc import Sequence
from typing import Any

import pytest
from eth_abi.abi import decode, encode
from hypothesis import strategies as st

from dapp.chain import abi, artifacts
from dapp.chain.decode import Decoder
from dapp.chain.keccak import checksummed
from dapp.domain.events import RawLog, Value
from dapp.domain.types import Address, BlockNumber, ChainId, Hash32, UnixTime

Entry = dict[str, Any]
"""An event as the ABI has it."""

NAMES = sorted(path.stem for path in artifacts.FOLDER.glob("*.json") if path.stem != "SOURCES")
CONTRACTS = {name: checksummed(bytes([number]) * 20) for number, name in enumerate(NAMES, start=1)}
CHAIN = ChainId(1)
DECODE = Decoder(CHAIN, CONTRACTS)


def _entries() -> list[tuple[str, Entry]]:
    found = {}
    for name in NAMES:
        for event in abi.entries(artifacts.load(name).abi, "event"):
            told = [(item["name"], item["indexed"]) for item in event["inputs"]]
            found[abi.signature(event), str(told)] = name, event
    return list(found.values())


EVENTS = _entries()
"""Each event once, with a contract that has it: interfaces repeat those of contracts."""
each_event = pytest.mark.parametrize(
    ("contract", "event"),
    EVENTS,
    ids=[f"{contract}.{abi.signature(event)}" for contract, event in EVENTS],
)


def entry(contract: str, name: str) -> Entry:
    """The event of that name."""
    events = abi.entries(artifacts.load(contract).abi, "event")
    return next(event for event in events if event["name"] == name)


def made_up(*inputs: tuple[str, bool], name: str = "MadeUp") -> Entry:
    """An event that no contract has, of arguments a0, a1 …: their types, whether indexed."""
    return {
        "name": name,
        "inputs": [
            {"name": f"a{place}", "type": kind, "indexed": indexed}
            for place, (kind, indexed) in enumerate(inputs)
        ],
    }


def values(kind: str) -> st.SearchStrategy[Any]:
    """Values of a type, as events have them."""
    if kind.endswith("[]"):
        return st.lists(values(kind[:-2]), max_size=8).map(tuple)
    if kind == "bool":
        return st.booleans()
    if kind == "address":
        return st.binary(min_size=20, max_size=20).map(checksummed)
    if kind == "string":
        return st.text(max_size=70)
    if kind.startswith("bytes"):
        size = int(kind[5:] or 0)
        raws = st.binary(min_size=size, max_size=size or 70)
        return raws.map(lambda raw: "0x" + raw.hex())
    return st.integers(*limits(kind))


def limits(kind: str) -> tuple[int, int]:
    """The least and the greatest number of a type."""
    bits = int(kind.removeprefix("u").removeprefix("int"))
    return (0, (1 << bits) - 1) if kind[0] == "u" else (-(1 << bits - 1), (1 << bits - 1) - 1)


def fullest(kind: str) -> Any:
    """The value with every bit set that its type has."""
    if kind.endswith("[]"):
        return (fullest(kind[:-2]),) * 3
    if kind == "bool":
        return True
    if kind == "address":
        return checksummed(b"\xff" * 20)
    if kind == "string":
        return "\x7f" * 40
    if kind.startswith("bytes"):
        return "0x" + "ff" * int(kind[5:] or 40)
    return -1 if kind.startswith("int") else limits(kind)[1]


def log(
    topics: Sequence[bytes], data: bytes, address: Address = CONTRACTS["ComplaintDesk"]
) -> RawLog:
    """A log somewhere on the chain."""
    return RawLog(
        address=address,
        topics=tuple(topics),
        data=data,
        block_number=BlockNumber(2),
        block_hash=Hash32("0x" + "33" * 32),
        timestamp=UnixTime(4),
        transaction=Hash32("0x" + "55" * 32),
        transaction_index=6,
        log_index=7,
    )


def encoded(contract: str, event: Entry, given: Sequence[Any]) -> RawLog:
    """The log of an event with these arguments, as declared."""
    topics, kinds, plain = [abi.topic0(event)], [], []
    for item, value in zip(event["inputs"], given, strict=True):
        if item["indexed"]:
            topics.append(encode([item["type"]], [_plain(item["type"], value)]))
        else:
            kinds.append(item["type"])
            plain.append(_plain(item["type"], value))
    return log(topics, encode(kinds, plain), CONTRACTS.get(contract, CONTRACTS["ComplaintDesk"]))


def is_dynamic(event: Entry) -> bool:
    """Whether an argument's size depends on its value."""
    kinds = [item["type"] for item in event["inputs"]]
    return any(kind in ("bytes", "string") or kind.endswith("]") for kind in kinds)


def words_of(event: Entry, given: Sequence[Any]) -> bytes:
    """The encoding of all arguments as declared; empty if one is dynamic."""
    if is_dynamic(event):
        return b""
    kinds = [item["type"] for item in event["inputs"]]
    return encode(kinds, [_plain(*pair) for pair in zip(kinds, given, strict=True)])


def decoded(event: Entry, found: RawLog) -> dict[str, Value]:
    """The arguments as eth_abi decodes them, strictly. Raises what it raises."""
    kinds = [item["type"] for item in event["inputs"] if not item["indexed"]]
    rest = iter(decode(kinds, found.data, strict=True))
    topics = iter(found.topics[1:])
    return {
        item["name"]: _spelled(
            item["type"],
            decode([item["type"]], next(topics))[0] if item["indexed"] else next(rest),
        )
        for item in event["inputs"]
    }


def _plain(kind: str, value: Any) -> Any:
    if kind.endswith("[]"):
        return [_plain(kind[:-2], one) for one in value]
    return bytes.fromhex(value[2:]) if kind.startswith("bytes") else value


def _spelled(kind: str, value: Any) -> Value:
    if kind.endswith("[]"):
        return tuple([_spelled(kind[:-2], one) for one in value])
    if kind == "address":
        return checksummed(bytes.fromhex(value[2:]))
    if kind.startswith("bytes"):
        return "0x" + bytes(value).hex()
    found: Value = value
    return found
