"""Signatures and their hashes, from a contract's ABI."""

from typing import Any

from dapp.chain.keccak import keccak


def canonical(parameter: dict[str, Any]) -> str:
    """The parameter's type as signatures spell it: a struct as the tuple of its members."""
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    members = ",".join(canonical(member) for member in parameter["components"])
    return f"({members}){kind.removeprefix('tuple')}"


def signature(entry: dict[str, Any]) -> str:
    """Such as `offer(uint64,uint16,bytes32)`, of a function, event or error."""
    return f"{entry['name']}({','.join(canonical(item) for item in entry['inputs'])})"


def topic0(event: dict[str, Any]) -> bytes:
    """The hash that an event's first topic holds."""
    return keccak(signature(event).encode())


def selector(entry: dict[str, Any]) -> bytes:
    """The four bytes that name a function or an error."""
    return keccak(signature(entry).encode())[:4]


def entries(abi: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The entries of one kind: `function`, `event` or `error`."""
    return [entry for entry in abi if entry["type"] == kind]
