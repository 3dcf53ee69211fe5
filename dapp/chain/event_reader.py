"""Reads the logs of one event: in C where it is there and knows all of the event's types."""

import re
from typing import Any, cast

from dapp import native
from dapp.chain import abi, event_source
from dapp.chain.event_source import Read
from dapp.chain.keccak import checksummed
from dapp.domain.types import hash32

_KINDS = {
    "bool": ("b", 1),
    "address": ("a", 20),
    "string": ("s", 0),
    "bytes": ("y", 0),
}


def reader(contract: str, event: dict[str, Any]) -> Read:
    """The function for an event of a contract. Raises as `event_source.compiled`."""
    read = event_source.compiled(contract, event)
    kinds = [_kind(given["type"]) for given in event["inputs"]]
    if native.Reader is None or None in kinds:
        return read
    arguments = tuple(
        (given["name"], *kind, int(given["indexed"]))
        for given, kind in zip(event["inputs"], kinds, strict=True)
        if kind is not None
    )
    topic0 = hash32(abi.topic0(event))
    # It gives `read` what does not fit.
    return cast(Read, native.Reader(contract, event["name"], topic0, checksummed, read, arguments))


def _kind(kind: str) -> tuple[str, int] | None:
    """The letter and the size in bytes of a type; None for one that only Python reads."""
    if kind in _KINDS:
        return _KINDS[kind]
    sized = re.fullmatch(r"(uint|bytes)([0-9]+)", kind)
    if sized is None:
        return None
    return ("u", int(sized[2]) // 8) if sized[1] == "uint" else ("x", int(sized[2]))
