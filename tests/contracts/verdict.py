"""What a contract says to a call: nothing against it, or which error with which values."""

from functools import cache

from brownie import project, web3
from eth_abi import decode
from eth_utils import keccak

# Selectors of the errors that calls in this session were really refused with.
seen: set[bytes] = set()


def verdict(method, *arguments, by, value: int = 0):
    """Call `method` on the head without sending; None if it goes through, else the error.

    The error is a tuple: its name, then its values. An address is in lower case, bytes are bytes.
    """
    call = {
        "from": str(by),
        "to": method._address,
        "data": method.encode_input(*arguments),
        "value": hex(value),
        "gas": hex(29_000_000),
    }
    answer = web3.provider.make_request("eth_call", [call, "latest"])
    if "error" not in answer:
        return None
    data = bytes.fromhex(answer["error"]["data"].removeprefix("0x"))
    name, types = errors()[data[:4]]
    seen.add(data[:4])
    return (name, *decode(types, data[4:]))


def lower(account) -> str:
    """An address as errors show it."""
    return str(account).lower()


@cache
def errors() -> dict[bytes, tuple[str, list[str]]]:
    """Every error of the contracts and their interfaces, by selector: its name and types."""
    found = {}
    known = [entry for contract in project.get_loaded_projects()[0] for entry in contract.abi]
    panic = {"type": "error", "name": "Panic", "inputs": [{"type": "uint256"}]}
    for entry in [*known, panic]:
        if entry["type"] == "error":
            types = [value["type"] for value in entry["inputs"]]
            selector = keccak(text=f"{entry['name']}({','.join(types)})")[:4]
            found[selector] = (entry["name"], types)
    return found
