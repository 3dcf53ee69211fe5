"""Makes calldata of function names and arguments, by the ABIs."""

from collections.abc import Sequence
from typing import Any

from eth_abi.abi import encode
from eth_abi.exceptions import EncodingError

from dapp.chain import abi, artifacts
from dapp.errors import InvalidInput, Unbuilt

Argument = int | str | bool | bytes | Sequence["Argument"]
"""Structs are tuples of their members; addresses and bytes are 0x… texts, or bytes."""


def calldata(contract: str, name: str, args: Sequence[Argument]) -> bytes:
    """The call of the function `name` of the contract called `contract`.

    Raises:
        InvalidInput: an argument does not fit its type.
        Unbuilt: the artifact has no such function.
    """
    entry = function(contract, name)
    return abi.selector(entry) + _arguments(entry, args)


def creation(contract: str, args: Sequence[Any]) -> bytes:
    """The creation code of a contract with its constructor's arguments."""
    artifact = artifacts.load(contract)
    constructors = abi.entries(artifact.abi, "constructor")
    return artifact.bytecode + (_arguments(constructors[0], args) if constructors else b"")


def result_types(contract: str, name: str) -> list[str]:
    """The types that a function answers with."""
    return [abi.canonical(item) for item in function(contract, name)["outputs"]]


def function(contract: str, name: str) -> dict[str, Any]:
    """A function's entry in the ABI. Raises Unbuilt: the artifact has no such function."""
    functions = abi.entries(artifacts.load(contract).abi, "function")
    entry = next((entry for entry in functions if entry["name"] == name), None)
    if entry is None:
        raise Unbuilt(f"{contract} has no function {name}", remedy="Compile the contracts")
    return entry


def _arguments(entry: dict[str, Any], args: Sequence[Any]) -> bytes:
    types = [abi.canonical(item) for item in entry["inputs"]]
    if len(types) != len(args):
        raise InvalidInput(f"{len(args)} arguments instead of {len(types)}")
    try:
        pairs = zip(entry["inputs"], args, strict=True)
        return encode(types, [_plain(parameter, value) for parameter, value in pairs])
    except (EncodingError, ValueError, TypeError, OverflowError) as error:
        name = entry.get("name", "constructor")
        raise InvalidInput(f"the arguments of {name} do not fit: {error}") from error


def _plain(parameter: dict[str, Any], value: Any) -> Any:
    """The value as the encoder takes it: bytes for what is bytes on chain."""
    kind: str = parameter["type"]
    if kind.endswith("[]"):
        item = {**parameter, "type": kind.removesuffix("[]")}
        return [_plain(item, member) for member in value]
    if kind == "tuple":
        members = zip(parameter["components"], value, strict=True)
        return tuple(_plain(component, member) for component, member in members)
    if kind.startswith("bytes"):
        plain = bytes.fromhex(value.removeprefix("0x")) if isinstance(value, str) else value
        # The encoder would fill up a value that is too short.
        if kind != "bytes" and len(plain) != int(kind[5:]):
            raise ValueError(f"{len(plain)} bytes instead of {kind}")
        return plain
    return value
