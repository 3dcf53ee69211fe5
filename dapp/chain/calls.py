"""Reads calldata back into names and arguments, by the ABIs: what somebody is about to sign."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from dapp.chain import abi, artifacts, encode
from dapp.chain.keccak import checksummed
from dapp.domain.events import Value
from dapp.errors import Undecodable


@dataclass(frozen=True, slots=True)
class Call:
    """A call of one of our contracts.

    Attributes:
        contract: its name.
        inputs: the function's inputs as the ABI has them.
        args: structs as tuples, addresses with their checksum, bytes as 0x… texts.
    """

    contract: str
    function: str
    inputs: Sequence[Mapping[str, Any]]
    args: tuple[Value, ...]

    def words(self) -> str:
        """Such as `ComplaintDesk.offer(complaint 7, share 4000, digest 0x…)`."""
        pairs = zip(self.inputs, self.args, strict=True)
        return f"{self.contract}.{self.function}({', '.join(_named(*pair) for pair in pairs)})"


def read(contract: str, data: bytes) -> Call:
    """The call that `data` makes of the contract called `contract`.

    Raises:
        Undecodable: it is no function of the contract, or its bytes are not canonical.
    """
    entry = _functions(contract).get(data[:4])
    if entry is None:
        raise Undecodable(f"{contract} has no function 0x{data[:4].hex()}")
    types = [abi.canonical(item) for item in entry["inputs"]]
    try:
        found = decode(types, data[4:])
    except (DecodingError, ValueError, OverflowError) as error:
        raise Undecodable(f"the arguments of {entry['name']} cannot be read") from error
    pairs = zip(entry["inputs"], found, strict=True)
    args = tuple(_plain(item, value) for item, value in pairs)
    # One call has one encoding: nothing hides behind the arguments, or between them.
    if encode.calldata(contract, entry["name"], args) != data:
        raise Undecodable(f"the arguments of {entry['name']} are not written as they should be")
    return Call(contract, entry["name"], entry["inputs"], args)


@cache
def _functions(contract: str) -> dict[bytes, dict[str, Any]]:
    entries = abi.entries(artifacts.load(contract).abi, "function")
    return {abi.selector(entry): entry for entry in entries}


def _plain(item: Mapping[str, Any], value: Any) -> Value:
    kind: str = item["type"]
    if kind.endswith("[]"):
        member = {**item, "type": kind.removesuffix("[]")}
        return tuple(_plain(member, one) for one in value)
    if kind == "tuple":
        return tuple(_plain(*pair) for pair in zip(item["components"], value, strict=True))
    if kind == "address":
        return checksummed(bytes.fromhex(value[2:]))
    if isinstance(value, bytes):
        return "0x" + value.hex()
    found: Value = value
    return found


def _named(item: Mapping[str, Any], value: Value) -> str:
    if item["type"] == "tuple" and isinstance(value, tuple):
        members = zip(item["components"], value, strict=True)
        return f"{item['name']} [{', '.join(_named(*pair) for pair in members)}]"
    if isinstance(value, tuple):
        return f"{item['name']} [{len(value)} items]"
    text = str(value)
    shown = f"{text[:74]}… ({len(text) // 2 - 1} bytes)" if len(text) > 80 else text
    return f"{item['name'].strip('_')} {shown}"
