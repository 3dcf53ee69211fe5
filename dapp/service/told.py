"""Events as JSON-ready dictionaries, with what an auditor folds."""

from collections.abc import Mapping
from typing import Any

from dapp.domain.events import Event
from dapp.domain.trail import is_folded
from dapp.service.views import time
from dapp.store.views import Head

View = dict[str, Any]


def event(found: Event, head: Head) -> View:
    """One event as the contract said it; `words` is its arguments' ABI encoding, for the fold."""
    return {
        "name": found.name,
        "contract": found.contract,
        "address": found.address,
        "actor": found.args.get("actor"),
        "args": {key: argument(value) for key, value in found.args.items()},
        "timestamp": time(found.timestamp),
        "block": found.block_number,
        "block_hash": found.block_hash,
        "transaction": found.transaction,
        "log_index": found.log_index,
        "topic0": found.topic0,
        "words": "0x" + found.words.hex(),
        "folded": is_folded(found),
        "finality": head.finality_of(found.block_number),
    }


def argument(value: Any) -> Any:
    """A value as JSON readers can hold it: numbers too long for doubles become decimal text."""
    if isinstance(value, bool) or not isinstance(value, int | tuple | list | Mapping):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, Mapping):
        return {key: argument(inner) for key, inner in value.items()}
    return [argument(inner) for inner in value]
