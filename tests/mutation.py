"""What a damaged bundle is, and the ways to change records that all kinds of damage share."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dapp.chain.abi import entries, topic0
from dapp.chain.artifacts import load
from tests.bundle_parts import EXPECTED, copied, parts_of
from tests.bundle_zip import Bundle

Events = list[dict[str, Any]]


@dataclass(frozen=True)
class Mutation:
    """A damaged bundle, the block to trust, and the code that it must be refused with."""

    name: str
    data: bytes
    block_hash: str
    verdict: str
    previous: str | None = None


def of(name: str, base: str, verdict: str, data: bytes | Bundle) -> Mutation:
    """A damaged copy of a committed bundle, under its own block."""
    written = data.zipped() if isinstance(data, Bundle) else data
    said = EXPECTED[base]
    return Mutation(name, written, said["block_hash"], verdict, said.get("previous"))


def changed(base: str, change: Callable[[Bundle], None]) -> Bundle:
    """A copy whose parts were changed; sizes and hashes are made to fit."""
    bundle = copied(parts_of(base))
    change(bundle)
    return bundle


def with_events(base: str, change: Callable[[Events], object], line: int = 0) -> Bundle:
    """A copy with the events of one record changed."""
    bundle = copied(parts_of(base))
    record = json.loads(bundle.records[line])
    change(record["events"])
    bundle.records[line] = canonical(record)
    return bundle


def canonical(value: object) -> bytes:
    """A line."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def index(events: Events, contract: str, name: str, which: int = 0) -> int:
    """Where an event stands."""
    entry = next(one for one in entries(load(contract).abi, "event") if one["name"] == name)
    kind = (contract, "0x" + topic0(entry).hex())
    found = [
        place for place, one in enumerate(events) if (one["contract"], one["topics"][0]) == kind
    ]
    return found[which]


def flipped(text: str, digit: int = -1) -> str:
    """Hex with one digit changed; for data, of the last word by default."""
    digits = list(text)
    digits[digit] = "1" if digits[digit] == "0" else "0"
    return "".join(digits)
