"""The one form of a bundle's JSON, and what is refused."""

import io
import json
from typing import Any

import pytest
from msgspec import UNSET

from dapp.audit.format import (
    Block,
    Claims,
    Contract,
    HistoryScope,
    Members,
    Place,
    Record,
    RecordedEvent,
    RecordsMember,
    read_claims,
    read_record,
    write_claims,
    write_record,
)

HASH = "0x" + "ab" * 32
CLAIMS = Claims(
    block=Block(HASH, 7),
    chain="eip155:31337",
    contracts={
        "OrderEscrow": Contract("0x" + "2e" * 20, HASH),
        "ComplaintDesk": Contract("0x" + "1e" * 20, HASH),
    },
    headers=[],
    members=Members(RecordsMember(1, HASH, 10)),
    nodes=[],
    schema="redress-bundle/1",
    scope=HistoryScope(None),
)
EVENT = RecordedEvent("ComplaintDesk", "0x0102", [HASH], Place(1, 2, 3), 4)
RECORD = Record(complaint=7, events=[EVENT])


def written(headers: list[bytes], nodes: list[bytes]) -> bytes:
    return b"".join(write_claims(CLAIMS, headers, nodes))


def read(data: bytes) -> tuple[Claims, list[bytes], list[bytes]]:
    return read_claims(io.BytesIO(data))


@pytest.mark.parametrize("count", [0, 1, 3, 5_000])
def test_claims_come_back(count: int) -> None:
    headers = [bytes([number % 251]) * 600 for number in range(count)]
    data = written(headers, headers[1:])
    assert read(data) == (CLAIMS, headers, headers[1:])
    # It is JSON, with its keys in order.
    value = json.loads(data)
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    assert canonical == data and len(value["headers"]) == count


def changed(change: str, by: str) -> bytes:
    data = written([b"\x01\x02"], [b"\x03", b"\x04"]).decode()
    assert change in data
    return data.replace(change, by, 1).encode()


@pytest.mark.parametrize(
    ("change", "by"),
    [
        ("{", " {"),
        ('"0x0102"', '"0x012"'),
        ('"0x0102"', '"0x01AB"'),
        ('"0x0102"', '"0102"'),
        ('"0x0102"', '"0x"'),
        ('"0x0102"', "258"),
        ('"0x03","0x04"', '"0x03", "0x04"'),
        ('"0x03","0x04"', '"0x03""0x04"'),
        ('"0x03","0x04"', '"0x03","0x04",'),
        ('"0x04"]', '"0x04"'),
        ("redress-bundle/1", "redress-bundle/2"),
        ("eip155:31337", "eip155:031337"),
        ("eip155:31337", "bip122:1"),
        ('"since":null', '"since":true'),
        ('"since":null', '"since":1.0'),
        ('"since":null', '"since":-1'),
        ('"since":null', '"since":9007199254740992'),
        ('"kind":"history",', ""),
        ('"kind":"history"', '"kind":"everything"'),
        ('"number":7', '"number":7,"number":7'),
        ('"number":7', '"number":"7"'),
        ('"lines":1', '"lines":1,"more":2'),
        ('"lines":1,', ""),
        ("1e1e", "1E1e"),
        ('"chain":', '"other":1,"chain":'),
        ("ComplaintDesk", "Complaint Desk"),
    ],
)
def test_refuses_claims(change: str, by: str) -> None:
    with pytest.raises(ValueError):
        read(changed(change, by))


def test_refuses_what_follows() -> None:
    with pytest.raises(ValueError):
        read(written([], []) + b"\n")


def test_refuses_every_cut() -> None:
    data = written([b"\x01\x02"], [b"\x03"])
    for end in range(len(data)):
        with pytest.raises(ValueError):
            read(data[:end])


def test_records_come_back() -> None:
    for record in (
        RECORD,
        Record(organisation=3, trail=HASH),
        Record(complaint=1, events=[RecordedEvent("ArbitrationCourt", "0x", [HASH] * 4)]),
    ):
        line = write_record(record)
        assert line.endswith(b"}\n")
        assert read_record(line[:-1]) == record


def with_(**changes: Any) -> bytes:
    value = json.loads(write_record(RECORD))
    for key, change in changes.items():
        place = value if key in ("complaint", "organisation", "trail", "events") else None
        place = value["events"][0] if place is None else place
        if change is UNSET:
            del place[key]
        else:
            place[key] = change
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "line",
    [
        with_(complaint=0),
        with_(complaint=UNSET),
        with_(organisation=3),
        with_(trail=HASH),
        with_(events=UNSET),
        with_(events=[]),
        with_(topics=[]),
        with_(topics=[HASH] * 5),
        with_(topics=[HASH[:-2]]),
        with_(topics=[HASH + "\n"]),
        with_(data="0x1"),
        with_(data="0x01\n"),
        with_(data=UNSET),
        with_(time=None),
        with_(time=1.5),
        with_(receipt=None),
        with_(receipt={"block": 1, "transaction": 3}),
        with_(receipt={"block": 1, "log": 2, "more": 0, "transaction": 3}),
        with_(contract="Complaint\u0000Desk"),
        with_(block=9),
        write_record(RECORD),
        write_record(RECORD)[:-1].replace(b":", b": ", 1),
        b"[]",
        b"",
    ],
)
def test_refuses_records(line: bytes) -> None:
    with pytest.raises(ValueError):
        read_record(line)
