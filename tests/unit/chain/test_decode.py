"""The strict decoder beside eth_abi, for all our events, and against damage."""

from typing import Any

import pytest
from eth_abi.abi import encode
from hypothesis import given, settings
from hypothesis import strategies as st

from dapp.chain import abi, artifacts
from dapp.chain.decode import Decoder
from dapp.chain.keccak import checksummed
from dapp.domain.events import RawLog
from dapp.domain.types import Address, BlockNumber, ChainId, Hash32, UnixTime
from dapp.errors import Undecodable

CONTRACTS = {
    name: checksummed(bytes([number]) * 20)
    for number, name in enumerate(artifacts.CONTRACTS, start=1)
}
EVENTS = [
    (name, event)
    for name in artifacts.CONTRACTS
    for event in abi.entries(artifacts.load(name).abi, "event")
]
DECODE = Decoder(ChainId(1), CONTRACTS)


def _values(kind: str) -> st.SearchStrategy[Any]:
    if kind.endswith("[]"):
        return st.lists(_values(kind[:-2]), max_size=8).map(tuple)
    if kind.startswith("uint"):
        return st.integers(0, (1 << int(kind[4:])) - 1)
    if kind.startswith("int"):
        bits = int(kind[3:])
        return st.integers(-(1 << bits - 1), (1 << bits - 1) - 1)
    fixed: dict[str, st.SearchStrategy[Any]] = {
        "bool": st.booleans(),
        "address": st.binary(min_size=20, max_size=20).map(checksummed),
        "bytes32": st.binary(min_size=32, max_size=32).map(lambda raw: "0x" + raw.hex()),
        "bytes": st.binary(max_size=70).map(lambda raw: "0x" + raw.hex()),
        "string": st.text(max_size=70),
    }
    return fixed[kind]


def _log(address: Address, topics: tuple[bytes, ...], data: bytes) -> RawLog:
    return RawLog(
        address=address,
        topics=topics,
        data=data,
        block_number=BlockNumber(1),
        block_hash=Hash32("0x" + "00" * 32),
        timestamp=UnixTime(1),
        transaction=Hash32("0x" + "00" * 32),
        transaction_index=0,
        log_index=0,
    )


def _plain(kind: str, value: Any) -> Any:
    return bytes.fromhex(value[2:]) if kind.startswith("bytes") else value


def _encoded(contract: str, event: dict[str, Any], values: list[Any]) -> RawLog:
    indexed = [(i["type"], v) for i, v in zip(event["inputs"], values, strict=True) if i["indexed"]]
    rest = [
        (i["type"], v) for i, v in zip(event["inputs"], values, strict=True) if not i["indexed"]
    ]
    topics = tuple(encode([kind], [_plain(kind, value)]) for kind, value in indexed)
    data = encode([kind for kind, _ in rest], [_plain(kind, value) for kind, value in rest])
    return _log(CONTRACTS[contract], (abi.topic0(event), *topics), data)


@given(st.data())
@settings(max_examples=300)
def test_what_eth_abi_encodes_is_decoded(data: st.DataObject) -> None:
    contract, event = data.draw(st.sampled_from(EVENTS))
    values = [data.draw(_values(item["type"])) for item in event["inputs"]]
    decoded = DECODE(_encoded(contract, event, values))
    assert decoded is not None
    assert list(decoded.args) == [item["name"] for item in event["inputs"]]
    assert list(decoded.args.values()) == values
    kinds = [item["type"] for item in event["inputs"]]
    static = all(kind not in ("bytes", "string") and "[" not in kind for kind in kinds)
    plain = [_plain(kind, value) for kind, value in zip(kinds, values, strict=True)]
    assert decoded.words == (encode(kinds, plain) if static else b"")


@given(st.data())
@settings(max_examples=300)
def test_damage_is_noticed_or_gives_another_encoding(data: st.DataObject) -> None:
    contract, event = data.draw(st.sampled_from(EVENTS))
    values = [data.draw(_values(item["type"])) for item in event["inputs"]]
    log = _encoded(contract, event, values)
    if not log.data:
        return
    place = data.draw(st.integers(0, len(log.data) - 1))
    flip = data.draw(st.integers(1, 255))
    damaged = bytearray(log.data)
    damaged[place] ^= flip
    broken = _log(log.address, log.topics, bytes(damaged))
    try:
        decoded = DECODE(broken)
    except Undecodable:
        return
    assert decoded is not None
    again = _encoded(contract, event, list(decoded.args.values()))
    assert again.data == broken.data


@pytest.mark.parametrize("cut", [1, 31, 32])
def test_short_and_long_data_are_refused(cut: int) -> None:
    contract, event = next(one for one in EVENTS if one[1]["name"] == "Drawn")
    log = _encoded(contract, event, [1, "0x" + "ab" * 32, 255, (1, 2, 3)])
    for data in (log.data[:-cut], log.data + bytes(cut), b""):
        with pytest.raises(Undecodable):
            DECODE(_log(log.address, log.topics, data))
    with pytest.raises(Undecodable):
        DECODE(_log(log.address, log.topics[:1], log.data))


def test_unknown_events_and_addresses_have_no_event() -> None:
    contract, event = next(one for one in EVENTS if one[1]["name"] == "Acknowledged")
    log = _encoded(contract, event, [1, checksummed(b"\1" * 20), True, "0x" + "00" * 32])
    assert DECODE(log) is not None
    assert DECODE(_log(log.address, (b"\7" * 32, *log.topics[1:]), log.data)) is None
    assert DECODE(_log(checksummed(b"\x99" * 20), log.topics, log.data)) is None
    assert DECODE(_log(log.address, (), log.data)) is None


def test_every_kind_of_argument_is_read() -> None:
    kinds = {item["type"] for _, event in EVENTS for item in event["inputs"]}
    assert {"bytes", "string", "bool", "address", "uint32[]", "int256[]"} <= kinds
