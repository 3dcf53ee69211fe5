"""Makes our errors of the contracts' custom errors."""

import re
from functools import cache
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from dapp.chain import abi, artifacts
from dapp.chain.revert_words import WORDS
from dapp.chain.rpc import readable
from dapp.domain.phases import Phase, RoundPhase
from dapp.errors import ContractRefused

# Built into Solidity: require with a text, and broken arithmetic.
_ERROR = {"name": "Error", "inputs": [{"name": "reason", "type": "string"}]}
_PANIC = {"name": "Panic", "inputs": [{"name": "panic", "type": "uint256"}]}
_MOST_BYTES = 1_024
"""Of what is shown: all of it may be megabytes, and its author is anybody."""


def explain(data: bytes) -> ContractRefused:
    """The error that a call reverted with, from its return data."""
    entry = _errors().get(data[:4])
    if entry is None:
        return ContractRefused(
            "the contract refuses this without saying why",
            fields={"data": "0x" + data[:_MOST_BYTES].hex()},
        )
    types = [abi.canonical(item) for item in entry["inputs"]]
    try:
        values = decode(types, data[4:])
    except (DecodingError, ValueError, OverflowError):  # a text need not be UTF-8
        values = ()
    names = [item["name"] for item in entry["inputs"]]
    fields = {name: _shown(value) for name, value in zip(names, values, strict=False)}
    if entry["name"] == "WrongPhase" and fields:
        # The desk's complaints and the court's disputes have phases of their own.
        fields["phase"] = _phase(fields)
    words = WORDS.get(entry["name"], "the contract refuses this")
    return ContractRefused(
        words.format_map(_Gaps(fields)),
        code=f"contract-{kebab(entry['name'])}",
        fields={"error": entry["name"], **fields},
    )


def kebab(name: str) -> str:
    """`OfferChanged` as `offer-changed`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def names() -> frozenset[str]:
    """The names of all custom errors that our contracts and their libraries can revert with."""
    return frozenset(entry["name"] for entry in _errors().values()) - {"Error", "Panic"}


def _phase(fields: dict[str, object]) -> str:
    names = Phase if "complaint" in fields else RoundPhase
    number = fields.get("current")
    known = {member.value: member.name for member in names}
    return known[number].lower() if isinstance(number, int) and number in known else "?"


class _Gaps(dict[str, object]):
    """Leaves a gap in a sentence whose arguments could not be read."""

    def __missing__(self, key: str) -> str:
        return "?"


@cache
def _errors() -> dict[bytes, dict[str, Any]]:
    known = [_ERROR, _PANIC]
    for contract in (*artifacts.CONTRACTS, "RandaoSource"):
        known += abi.entries(artifacts.load(contract).abi, "error")
    return {abi.selector(entry): entry for entry in known}


def _shown(value: object) -> object:
    if isinstance(value, str):
        return readable(value)
    return "0x" + value.hex() if isinstance(value, bytes) else value
