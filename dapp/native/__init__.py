"""What takes longest in the index, in C: an extension that may be there or not (docs/adr/0019).

Python decides what is right. The extension takes what it knows for sure and says so of nothing
else: then, as where there is none, the same is done in Python.
"""

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, cast

from dapp.domain.events import Event, RawLog
from dapp.native import sources

NAME = "redress_native"


def _loaded() -> Any:
    if os.environ.get("PURE_PYTHON", "0") not in ("", "0"):
        return None
    try:
        found = import_module(NAME)
    except ImportError:
        return None
    # One of other sources stays behind when the package is upgraded.
    if getattr(found, "MARK", None) != sources.mark() or not found.bind(RawLog, Event):
        return None
    return found


_module = _loaded()

logs = cast(Callable[..., list[RawLog] | None] | None, getattr(_module, "logs", None))
"""(receipts as JSON, their root, block's hash, addresses by their bytes, block's number, hash as
text, timestamp): the block's logs of those addresses; None where Python has to look."""
rows = cast(
    Callable[[int, Sequence[tuple[RawLog, Event | None]]], bytes] | None,
    getattr(_module, "rows", None),
)
"""(chain id, list of logs and their events): their rows in the binary form of COPY."""
keccak = cast(Callable[[bytes], bytes] | None, getattr(_module, "keccak", None))
Reader = getattr(_module, "Reader", None)
"""(contract, event's name, topic0, what spells an address, function for logs that do not fit,
arguments): a function as `dapp.chain.event_source.compiled` makes; an argument is (name, kind,
bytes, whether it is a topic)."""


def path() -> str:
    """Which of the two is used: `native` or `python`."""
    return "python" if _module is None else "native"
