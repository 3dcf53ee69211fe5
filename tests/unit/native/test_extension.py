"""Keccak, events and rows in C beside Python."""

from dataclasses import replace
from typing import Any

import pytest
import sha3
from hypothesis import given, settings
from hypothesis import strategies as st

from dapp import native
from dapp.chain import abi, event_reader, event_source
from dapp.domain.events import Event, RawLog
from dapp.domain.types import Address, BlockNumber
from dapp.store import copying
from tests.unit.chain import encoded
from tests.unit.chain.encoded import CHAIN, Entry, each_event, made_up


def test_keccak_is_keccak(extension: Any) -> None:
    for size in (*range(280), 1_000, 100_000):
        data = bytes(place * size % 251 for place in range(size))
        assert extension.keccak(data) == sha3.keccak_256(data).digest()
    with pytest.raises(TypeError):
        extension.keccak("text")


def _both(extension: Any, contract: str, event: Entry) -> tuple[Any, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "Reader", extension.Reader)
        return event_reader.reader(contract, event), event_source.compiled(contract, event)


def _said(read: Any, log: RawLog) -> Event | str:
    try:
        found: Event = read(log, CHAIN)
    except ValueError as error:
        return str(error)
    return found


@each_event
@given(st.data())
@settings(max_examples=20)
def test_events_are_read_as_python_reads_them(
    extension: Any, contract: str, event: Entry, data: st.DataObject
) -> None:
    in_c, in_python = _both(extension, contract, event)
    values = [data.draw(encoded.values(item["type"])) for item in event["inputs"]]
    log = encoded.encoded(contract, event, values)
    found = _said(in_c, log)
    assert found == _said(in_python, log)
    assert isinstance(found, Event)
    assert [type(one) for one in found.args.values()] == [type(one) for one in values]
    # Any byte of it changed, added or taken away: the same event, or the same words of refusal.
    size = len(log.data)
    at = data.draw(st.integers(0, max(size - 1, 0)))
    changed = log.data[:at] + data.draw(st.binary(max_size=2)) + log.data[at + 1 :]
    for other in (
        replace(log, data=changed),
        replace(log, data=log.data[:at]),
        replace(log, topics=log.topics[:-1]),
        replace(log, topics=(*log.topics[:-1], data.draw(st.binary(min_size=31, max_size=33)))),
    ):
        assert _said(in_c, other) == _said(in_python, other)


_KINDS = ("uint8", "uint64", "uint96", "uint256", "bool", "address", "bytes1", "bytes4", "bytes32")


@given(st.data())
def test_any_event_with_text_and_bytes_is_read_as_python_reads_it(
    extension: Any, data: st.DataObject
) -> None:
    kinds = data.draw(st.lists(st.sampled_from((*_KINDS, "string", "bytes", "int8")), max_size=7))
    event = made_up(*[(kind, False) for kind in kinds])
    in_c, in_python = _both(extension, encoded.NAMES[0], event)
    values = [data.draw(encoded.values(kind)) for kind in kinds]
    log = encoded.encoded(encoded.NAMES[0], event, values)
    assert _said(in_c, log) == _said(in_python, log)
    words = len(log.data) // 32
    if words:
        # Lengths and offsets are words like others: any of them may be anything.
        at = 32 * data.draw(st.integers(0, words - 1))
        word = data.draw(st.sampled_from((bytes(32), b"\xff" * 32, (2**32 - 1).to_bytes(32))))
        log = replace(log, data=log.data[:at] + word + log.data[at + 32 :])
        assert _said(in_c, log) == _said(in_python, log)


def test_only_logs_are_read(extension: Any) -> None:
    contract, event = encoded.EVENTS[0]
    in_c, _ = _both(extension, contract, event)
    with pytest.raises(TypeError, match="not a log"):
        in_c(object(), CHAIN)
    with pytest.raises(TypeError, match="not a log"):
        in_c(object.__new__(RawLog), CHAIN)
    with pytest.raises(TypeError):
        in_c()


def test_an_interruption_is_no_matter_of_the_log(
    extension: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_account: bytes) -> Address:
        raise KeyboardInterrupt

    monkeypatch.setattr(event_reader, "checksummed", interrupted)
    event = made_up(("address", False))
    in_c, in_python = _both(extension, encoded.NAMES[0], event)
    log = encoded.log((bytes(32),), bytes(32))
    assert in_python(log, CHAIN).args == {"a0": "0x" + "00" * 20}
    with pytest.raises(KeyboardInterrupt):
        in_c(log, CHAIN)


class _Changing:
    """What Python would take for a number, and might do anything when it is asked for it."""

    def __index__(self) -> int:
        return 1


def test_rows_are_pythons(extension: Any) -> None:
    event: Any = "an event"
    logs = [
        (encoded.log(tuple(bytes([count]) * 32 for count in range(topics)), bytes(size)), known)
        for topics in range(5)
        for size in (0, 1, 5_000)
        for known in (None, event)
    ]
    found = []
    for rows in (extension.rows, None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(native, "rows", rows)
            found.append(copying.logs(CHAIN, logs))
    assert found[0] == found[1]


def test_rows_of_anything_else_are_refused(extension: Any) -> None:
    log = encoded.log((), b"")
    for pair in (log, (log,), (None, None), (object.__new__(RawLog), None)):
        with pytest.raises(TypeError):
            extension.rows(CHAIN, [pair])
    large = BlockNumber(2**63)
    for wrong in (replace(log, log_index=2**31), replace(log, block_number=large)):
        with pytest.raises(OverflowError):
            extension.rows(CHAIN, [(wrong, None)])
    number: Any
    for number in (None, "1", 1.0, _Changing()):
        with pytest.raises(TypeError):
            extension.rows(CHAIN, [(replace(log, block_number=number), None)])
    others: list[Any] = ["0x12", "0x" + "zz" * 32, "0x" + "é" * 64, b"\0" * 66]
    for other in others:
        with pytest.raises(ValueError, match="not a hash"):
            extension.rows(CHAIN, [(replace(log, transaction=other), None)])


def test_other_types_are_not_bound(extension: Any) -> None:
    assert not extension.bind(RawLog, RawLog)
    assert not extension.bind(Event, Event)
    assert not extension.bind(type("Other", (), {}), Event)
    assert extension.bind(RawLog, Event)


def test_the_abi_of_every_event_that_we_have_is_known(extension: Any) -> None:
    unknown = {
        abi.signature(event)
        for contract, event in encoded.EVENTS
        if not isinstance(_both(extension, contract, event)[0], extension.Reader)
    }
    # Lists are left to Python.
    assert all("[]" in signature for signature in unknown)
