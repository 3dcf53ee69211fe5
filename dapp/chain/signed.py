"""A call that somebody signed (EIP-712), made again from what the wallet was shown.

Of the typed data only the domain, the struct's name and its values are read; the types are ours. So
what is checked and sent is what our ABI makes of them, and a signature over anything else fails.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dapp.chain import abi, artifacts, encode
from dapp.chain.keccak import checksummed, keccak
from dapp.domain import signing
from dapp.domain.actions import MAX_CATEGORY
from dapp.domain.anchor_file import Signed
from dapp.domain.anchoring import AnchoredComplaint, complaint_data, leaf_of, order_key
from dapp.domain.deployment import Deployment
from dapp.domain.events import ANCHOR, FORWARDER, Value
from dapp.domain.intents.call import check_range
from dapp.domain.parts import Category, Order
from dapp.domain.signing import NAME, VERSION, Place, SignedAction, Signer, TypedData
from dapp.domain.types import (
    ALL,
    Address,
    BasisPoints,
    Digest,
    Hash32,
    OrganisationId,
    UnixTime,
    raw,
)
from dapp.errors import InvalidInput

_TAIL = ("actor", "target", "nonce", "deadline")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,77})")
_HASH = re.compile(r"0x[0-9a-fA-F]{64}")
_BYTES = re.compile(r"0x([0-9a-fA-F]{2})*")
_AGAIN = "Send the typed_data that POST /v1/actions/… answered, as it is, with its signature"


@dataclass(frozen=True, slots=True)
class SignedCall:
    """Attributes: digest: what was signed; struct: its struct's hash."""

    contract: str
    function: str
    data: TypedData
    action: SignedAction
    digest: Hash32
    struct: Hash32


def read(typed_data: Mapping[str, Any], signature: str, deployment: Deployment) -> SignedCall:
    """The call of one of our contracts that the signature is for; whose it is, is not checked.

    Raises:
        InvalidInput: `typed-data-malformed`, `wrong-chain`, `wrong-forwarder`, `target-unknown`,
            `action-not-signable`, `vote-not-relayed`, `signature-malformed`.
    """
    _check_domain(_part(typed_data, "domain"), deployment)
    message = _part(typed_data, "message")
    if typed_data.get("primaryType") == "Commit":
        raise InvalidInput(
            "signed votes are not taken here",
            remedy="Anybody can send them: the court takes them in commitBatch",
            code="vote-not-relayed",
            fields={"field": "primaryType"},
        )
    signer = Signer(
        _address(message, "actor"),
        _address(message, "target"),
        _number(message, "nonce"),
        UnixTime(_number(message, "deadline")),
    )
    contract, entry = _called(typed_data.get("primaryType"), signer.target, deployment)
    known = set(_names(entry["inputs"])) | set(_TAIL)
    if set(message) != known:
        odd = ", ".join(sorted(str(name)[:40] for name in set(message) ^ known)[:5])
        raise _malformed(f"the message lacks or should not have: {odd}", "message")
    args = _values(entry["inputs"], message)
    called = encode.calldata(contract, entry["name"], args)
    place = Place(deployment.chain_id, deployment.address_of(FORWARDER))
    try:
        data = signing.action_typed_data(place, entry["name"], entry["inputs"], args, signer)
    except ValueError as error:
        raise _unknown(entry["name"]) from error
    return SignedCall(
        contract,
        entry["name"],
        data,
        SignedAction(
            signer.target,
            "0x" + called.hex(),
            signer.actor,
            signer.nonce,
            signer.deadline,
            _signature(signature),
        ),
        signing.digest(keccak, data),
        signing.struct_hash(keccak, data),
    )


def read_complaint(typed_data: Mapping[str, Any], signature: str, deployment: Deployment) -> Signed:
    """The complaint that is to be anchored; whether its customer signed it is not checked.

    Raises:
        InvalidInput: as `read`; demand or category out of range.
    """
    _check_domain(_part(typed_data, "domain"), deployment)
    message = _part(typed_data, "message")
    anchor = deployment.address_of(ANCHOR)
    if typed_data.get("primaryType") != "AnchoredComplaint":
        raise _malformed("it is no complaint that is to be anchored", "primaryType")
    if _address(message, "anchor") != anchor:
        raise InvalidInput(
            f"it is for another contract than {anchor}",
            remedy="Prepare and sign it again here",
            code="target-unknown",
            fields={"field": "message.anchor"},
        )
    demand, category = _number(message, "demand"), _number(message, "category")
    check_range("demand", demand, 1, ALL)
    check_range("category", category, 0, MAX_CATEGORY)
    complaint = AnchoredComplaint(
        _order(message),
        BasisPoints(demand),
        Category(category),
        Digest(_hash(message, "digest")),
        UnixTime(_number(message, "anchorBy")),
        _address(message, "opener"),
    )
    place = Place(deployment.chain_id, deployment.address_of(FORWARDER))
    if set(message) != set(complaint_data(place, anchor, complaint).values):
        raise _malformed("the message has more than a complaint", "message")
    return Signed(leaf_of(keccak, place, anchor, complaint), complaint, _signature(signature))


def _order(message: Mapping[str, Any]) -> Order:
    organisation, version = _number(message, "organisation"), _number(message, "version")
    check_range("organisation", organisation, 1, 2**24 - 1)
    check_range("version", version, 1, 2**16 - 1)
    terms = (
        OrganisationId(organisation),
        version,
        _address(message, "customer"),
        _address(message, "token"),
        _hash(message, "ref"),
    )
    return Order(*terms, order_key(keccak, *terms))


def _check_domain(domain: Mapping[str, Any], deployment: Deployment) -> None:
    if _number(domain, "chainId") != deployment.chain_id:
        raise InvalidInput(
            f"this was signed for another chain than {deployment.chain_id}",
            remedy="Prepare and sign it again here",
            code="wrong-chain",
            fields={"field": "domain.chainId"},
        )
    forwarder = deployment.address_of(FORWARDER)
    given = (domain.get("name"), domain.get("version"), _address(domain, "verifyingContract"))
    if given != (NAME, VERSION, forwarder):
        raise InvalidInput(
            f"this was signed for another contract than {forwarder}",
            remedy="Prepare and sign it again here",
            code="wrong-forwarder",
            fields={"field": "domain.verifyingContract"},
        )


def _called(primary: object, target: Address, deployment: Deployment) -> tuple[str, dict[str, Any]]:
    """The contract's name and the function in its ABI."""
    name = next((one.name for one in deployment.contracts if one.address == target), None)
    if name not in artifacts.CONTRACTS:
        raise InvalidInput(
            f"{target} is none of the contracts here",
            remedy="Prepare and sign it again here",
            code="target-unknown",
            fields={"field": "message.target"},
        )
    for entry in abi.entries(artifacts.load(name).abi, "function"):
        if entry["name"][0].upper() + entry["name"][1:] == primary:
            return name, entry
    raise _unknown(str(primary)[:40])


def _names(inputs: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        name
        for item in inputs
        for name in (
            _names(item["components"]) if item["type"] == "tuple" else [item["name"].rstrip("_")]
        )
    ]


def _values(inputs: Sequence[Mapping[str, Any]], message: Mapping[str, Any]) -> tuple[Value, ...]:
    return tuple(
        _values(item["components"], message)
        if item["type"] == "tuple"
        else _value(item["type"], item["name"].rstrip("_"), message)
        for item in inputs
    )


def _value(kind: str, name: str, message: Mapping[str, Any]) -> Value:
    if kind.startswith("uint"):
        return _number(message, name)
    if kind == "address":
        return _address(message, name)
    value = message[name]
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind.startswith("bytes") and isinstance(value, str) and _BYTES.fullmatch(value):
        return value.lower()
    raise _malformed(f"{name} is no {kind}", f"message.{name}")


def _part(typed_data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = typed_data.get(name)
    if not isinstance(found, dict):
        raise _malformed(f"{name} is missing", name)
    return found


def _number(values: Mapping[str, Any], name: str) -> int:
    """Of 256 bits; wallets write numbers as numbers or as decimal texts."""
    value = values.get(name)
    text = str(value) if type(value) in (int, str) else ""
    if not _NUMBER.fullmatch(text) or int(text) >= 1 << 256:
        raise _malformed(f"{name} is no number that fits", name)
    return int(text)


def _address(values: Mapping[str, Any], name: str) -> Address:
    value = values.get(name)
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise _malformed(f"{name} is no address", name)
    return checksummed(raw(value))


def _hash(values: Mapping[str, Any], name: str) -> Hash32:
    value = values.get(name)
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise _malformed(f"{name} is not 32 bytes", name)
    return Hash32(value.lower())


def _signature(text: str) -> str:
    if not text.startswith("0x") or not _BYTES.fullmatch(text) or len(text) < 4:
        raise InvalidInput(
            "the signature is not in hexadecimal digits",
            remedy="Give 0x and what the wallet answered",
            code="signature-malformed",
            fields={"field": "signature"},
        )
    return text.lower()


def _unknown(function: str) -> InvalidInput:
    return InvalidInput(
        f"{function} takes no signature",
        remedy="Its actor must send the transaction",
        code="action-not-signable",
        fields={"field": "primaryType"},
    )


def _malformed(what: str, field: str) -> InvalidInput:
    return InvalidInput(what, remedy=_AGAIN, code="typed-data-malformed", fields={"field": field})
