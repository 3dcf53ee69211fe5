"""Random changes to a bundle's parts, half of the time with hashes made to fit: all are refused."""

import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from dapp.audit.verify import verify
from dapp.domain.types import Hash32
from tests.bundle_parts import EXPECTED, copied, parts_of
from tests.bundle_zip import Bundle
from tests.mutation import canonical

BASES = {
    "dispute": 2_000,
    "appeal": 2_000,
    "claim": 2_000,
    "outside": 2_000,
    "voting": 1_700,
    "organisation": 300,
}
# Money for appeals and claims is genuine, not complete (docs/audit.md, What is not proven).
INCOMPLETE = ("AppealFund", "BondClaims")
PARTS = {name: parts_of(name) for name in BASES}


def damage(lots: random.Random, data: bytes) -> bytes:
    """One byte changed, dropped, added, or a stretch of them repeated."""
    at = lots.randrange(len(data))
    kind = lots.randrange(4)
    if kind == 0:
        return data[:at] + bytes([data[at] ^ 1 << lots.randrange(8)]) + data[at + 1 :]
    if kind == 1:
        return data[:at] + data[at + 1 :]
    if kind == 2:
        return data[:at] + bytes([lots.randrange(256)]) + data[at:]
    end = min(len(data), at + 1 + lots.randrange(40))
    return data[:end] + data[at:end] + data[end:]


def in_a_line(lots: random.Random, bundle: Bundle) -> None:
    """One digit, or one field of an event, of a record that stays well-formed."""
    line = lots.randrange(len(bundle.records))
    record = json.loads(bundle.records[line])
    place = lots.randrange(len(record["events"]))
    event = record["events"][place]
    kind = lots.choice(("topic", "data", "time", "receipt", "drop", "copy", "swap"))
    if kind == "topic":
        at = lots.randrange(len(event["topics"]))
        event["topics"][at] = digit(lots, event["topics"][at])
    elif kind == "data" and len(event["data"]) > 2:
        event["data"] = digit(lots, event["data"])
    elif kind == "time":
        event["time"] = event.get("time", 0) + lots.choice((-1, 1, 3600))
    elif kind == "receipt":
        change_receipt(lots, event)
    elif kind == "drop" and "receipt" in event and event["contract"] in INCOMPLETE:
        event["data"] = digit(lots, event["data"])
    elif kind == "drop":
        del record["events"][place]
    elif kind == "copy":
        record["events"].insert(lots.randrange(len(record["events"])), event)
    else:
        record["events"].insert(lots.randrange(len(record["events"])), record["events"].pop(place))
    bundle.records[line] = canonical(record)


def change_receipt(lots: random.Random, event: dict[str, Any]) -> None:
    if "receipt" not in event:
        event["receipt"] = {"block": lots.randrange(200), "log": 0, "transaction": 0}
    elif lots.random() < 0.3:
        del event["receipt"]
    else:
        key = lots.choice(("block", "log", "transaction"))
        event["receipt"][key] = max(0, event["receipt"][key] + lots.choice((-1, 1)))


def digit(lots: random.Random, text: str) -> str:
    at = lots.randrange(2, len(text))
    return text[:at] + lots.choice("0123456789abcdef".replace(text[at], "")) + text[at + 1 :]


def in_a_list(lots: random.Random, bundle: Bundle) -> None:
    """One header or node."""
    which = lots.choice((bundle.headers, bundle.nodes))
    at = lots.randrange(len(which))
    kind = lots.randrange(4)
    if kind == 0:
        del which[at]
    elif kind == 1:
        which.insert(lots.randrange(len(which)), which[at])
    else:
        which[at] = damage(lots, which[at])


def in_the_claims(lots: random.Random, bundle: Bundle) -> None:
    """One digit of what the bundle says that it is, where it stays well-formed."""
    value = msgspec.to_builtins(bundle.claims)
    name = lots.choice(list(value["contracts"]))
    key = lots.choice(("address", "code_hash", "number", "drop"))
    if key == "number":
        value["block"]["number"] += lots.choice((-1, 1))
    elif key == "drop":
        del value["contracts"][name]
    else:
        value["contracts"][name][key] = digit(lots, value["contracts"][name][key])
    bundle.claims = msgspec.convert(value, type(bundle.claims))


def in_the_car(lots: random.Random, bundle: Bundle) -> None:
    assert bundle.car is not None
    bundle.car = damage(lots, bundle.car)


def unfitting(lots: random.Random, bundle: Bundle) -> None:
    """A member that is not what `bundle.json` says, or `bundle.json` itself."""
    good = parts_of_zip(bundle)
    name = lots.choice(list(good))
    bundle.fixed[name] = damage(lots, good[name])


def parts_of_zip(bundle: Bundle) -> dict[str, bytes]:

    with zipfile.ZipFile(io.BytesIO(bundle.zipped())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


FITTING: tuple[Callable[[random.Random, Bundle], None], ...] = (
    in_a_line,
    in_a_line,
    in_a_list,
    in_the_claims,
    in_the_car,
)


@pytest.mark.parametrize("base", BASES)
def test_nothing_damaged_is_verified(base: str) -> None:
    lots = random.Random(f"{base} 1")
    good = PARTS[base].zipped()
    trusted = Hash32(EXPECTED[base]["block_hash"])
    assert verify(io.BytesIO(good), trusted).is_verified
    for number in range(BASES[base]):
        bundle = copied(PARTS[base])
        choices = [one for one in FITTING if one is not in_the_car or bundle.car is not None]
        change = lots.choice(choices) if number % 2 else unfitting
        change(lots, bundle)
        data = bundle.zipped(method=0)
        if parts_of_zip_equal(bundle, base):
            continue  # chance put back what was there
        found = verify(io.BytesIO(data), trusted)
        assert not found.is_verified, (number, change.__name__)


def parts_of_zip_equal(bundle: Bundle, base: str) -> bool:
    one = PARTS[base]
    same = (one.claims, one.headers, one.records, one.car) == (
        bundle.claims,
        bundle.headers,
        bundle.records,
        bundle.car,
    )
    return same and sorted(one.nodes) == sorted(bundle.nodes) and not bundle.fixed


def test_flipped_bits_of_the_file_itself() -> None:
    """What the zip does not say twice, such as who made it, changes nothing that is read."""
    lots = random.Random(3)
    good = PARTS["outside"].zipped(method=0)
    trusted = Hash32(EXPECTED["outside"]["block_hash"])
    directory = good.index(b"PK\1\2")
    for _ in range(500):
        at = lots.randrange(directory)
        data = good[:at] + bytes([good[at] ^ 1 << lots.randrange(8)]) + good[at + 1 :]
        assert not verify(io.BytesIO(data), trusted).is_verified
