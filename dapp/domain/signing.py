"""What people sign instead of sending a transaction (EIP-712; contracts/Forwarder.sol).

The struct that is signed is the call itself: named like the function, with a capital letter; its
fields are the function's arguments, those of a struct one after another, then who acts, the
contract that is called, the nonce and the deadline. So what a wallet shows is word for word what
is called. The domain is the forwarder's, whichever contract is called.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dapp.domain.events import Value
from dapp.domain.types import (
    Address,
    ChainId,
    DisputeId,
    Hash32,
    Keccak,
    UnixTime,
    hash32,
    raw,
    word,
)

NAME, VERSION = "Redress", "1"
_DOMAIN_FIELDS = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)
_TAIL = (
    ("actor", "address"),
    ("target", "address"),
    ("nonce", "uint256"),
    ("deadline", "uint256"),
)
_COMMIT = (
    ("dispute", "uint256"),
    ("round", "uint256"),
    ("seat", "uint8"),
    ("commitment", "bytes32"),
    ("actor", "address"),
)


@dataclass(frozen=True, slots=True)
class SignedAction:
    """A signed call, as the forwarder takes it.

    Attributes:
        target: the contract that is called.
        action: selector and arguments, as for a direct call; 0x… text.
        actor: who signed, and who acts.
        nonce: any number that the actor has not used.
        deadline: the signature counts before it.
        signature: 65 bytes of ECDSA, or what the actor's contract accepts (ERC-1271); 0x… text.
    """

    target: Address
    action: str
    actor: Address
    nonce: int
    deadline: UnixTime
    signature: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a signature counts: at one chain's forwarder."""

    chain_id: ChainId
    forwarder: Address


@dataclass(frozen=True, slots=True)
class TypedData:
    """What a wallet is asked to sign: one flat struct in the forwarder's domain.

    Attributes:
        primary: the struct's name.
        fields: name and type, in order.
        values: by name; integers, booleans, addresses and 0x… texts of bytes.
    """

    place: Place
    primary: str
    fields: tuple[tuple[str, str], ...]
    values: Mapping[str, Value]

    @property
    def type_string(self) -> str:
        """`encodeType` of EIP-712, whose hash the contracts hold."""
        members = ",".join(f"{kind} {name}" for name, kind in self.fields)
        return f"{self.primary}({members})"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, for which contract, under which nonce, until when."""

    actor: Address
    target: Address
    nonce: int
    deadline: UnixTime


def action_typed_data(
    place: Place,
    function: str,
    inputs: Sequence[Mapping[str, Any]],
    args: Sequence[Value],
    signer: Signer,
) -> TypedData:
    """What `signer` signs for a call.

    Args:
        place: the forwarder.
        function: its name.
        inputs: the function's inputs as the ABI has them.
        args: structs as tuples, bytes as 0x… texts.
        signer: who acts, and on which contract.

    Raises:
        ValueError: the function has an argument that is not static, or another number of them.
    """
    values: tuple[Value, ...] = (signer.actor, signer.target, signer.nonce, signer.deadline)
    tail = [(name, kind, value) for (name, kind), value in zip(_TAIL, values, strict=True)]
    flat = [*_flat(inputs, args), *tail]
    return TypedData(
        place,
        function[0].upper() + function[1:],
        tuple((name, kind) for name, kind, _ in flat),
        {name: value for name, _, value in flat},
    )


def commit_typed_data(
    place: Place,
    dispute: DisputeId,
    round_number: int,
    vote: tuple[int, Hash32],
    actor: Address,
) -> TypedData:
    """What an arbitrator, or its voting key, signs so that another sends its hidden vote.

    `vote` is the seat and the commitment. It has no nonce: it never replaces another, and counts
    in that round alone.
    """
    values: tuple[Value, ...] = (dispute, round_number, *vote, actor)
    named = {name: value for (name, _), value in zip(_COMMIT, values, strict=True)}
    return TypedData(place, "Commit", _COMMIT, named)


def wallet_json(data: TypedData) -> dict[str, Any]:
    """The parameter of `eth_signTypedData_v4`. Numbers are decimal texts: no wallet rounds them."""
    return {
        "types": {
            "EIP712Domain": [{"name": name, "type": kind} for name, kind in _DOMAIN_FIELDS],
            data.primary: [{"name": name, "type": kind} for name, kind in data.fields],
        },
        "primaryType": data.primary,
        "domain": {
            "name": NAME,
            "version": VERSION,
            "chainId": data.place.chain_id,
            "verifyingContract": data.place.forwarder,
        },
        "message": {
            name: str(value) if kind.startswith("uint") else value
            for (name, kind), value in zip(data.fields, data.values.values(), strict=True)
        },
    }


def digest(keccak: Keccak, data: TypedData) -> Hash32:
    """The hash that is signed."""
    parts = raw(separator(keccak, data.place)) + raw(struct_hash(keccak, data))
    return hash32(keccak(b"\x19\x01" + parts))


def struct_hash(keccak: Keccak, data: TypedData) -> Hash32:
    """`hashStruct` of EIP-712."""
    struct = keccak(data.type_string.encode()) + b"".join(
        _encoded(kind, data.values[name]) for name, kind in data.fields
    )
    return hash32(keccak(struct))


def separator(keccak: Keccak, place: Place) -> Hash32:
    """The hash of the forwarder's domain."""
    kinds = ",".join(f"{kind} {name}" for name, kind in _DOMAIN_FIELDS)
    encoded = (
        keccak(f"EIP712Domain({kinds})".encode())
        + keccak(NAME.encode())
        + keccak(VERSION.encode())
        + word(place.chain_id)
        + _encoded("address", place.forwarder)
    )
    return hash32(keccak(encoded))


def _flat(
    inputs: Sequence[Mapping[str, Any]], args: Sequence[Value]
) -> list[tuple[str, str, Value]]:
    found: list[tuple[str, str, Value]] = []
    for item, value in zip(inputs, args, strict=True):
        kind = item["type"]
        if kind == "tuple" and isinstance(value, tuple):
            found += _flat(item["components"], value)
        elif kind in ("string", "bytes") or kind.endswith("]") or isinstance(value, tuple):
            raise ValueError(f"{item['name']} is not static")
        else:
            # A trailing underscore only keeps a name apart from another in Solidity.
            found.append((item["name"].rstrip("_"), kind, value))
    return found


def _encoded(kind: str, value: Value) -> bytes:
    """One word of `encodeData`."""
    if isinstance(value, int):
        return word(value)
    if not isinstance(value, str):
        raise ValueError(f"no {kind}")
    plain = raw(value)
    return plain.rjust(32, b"\0") if kind == "address" else plain.ljust(32, b"\0")
