"""The file of a batch: everything that customers signed, so that anyone can open any of it.

Lines of JSON, ASCII, without spaces. The first says whose batch it is and where it counts; then
follows a line for each complaint, in the order of the leaves. The same complaints of the same
sender make the same bytes.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dapp.domain.actions import MAX_CATEGORY
from dapp.domain.anchoring import (
    LAST_ANCHOR_BY,
    MAX_LEAVES,
    AnchoredComplaint,
    leaf_of,
    order_key,
)
from dapp.domain.parts import Category, Order
from dapp.domain.signing import Place
from dapp.domain.types import (
    ALL,
    Address,
    BasisPoints,
    ChainId,
    Digest,
    Hash32,
    Keccak,
    OrganisationId,
    UnixTime,
    caip2,
    raw,
)
from dapp.errors import InvalidInput

FORMAT = "redress-anchored/1"
NAME = "complaints.jsonl"
MEDIA_TYPE = "application/jsonl"
MOST_BYTES = MAX_LEAVES * 4096
MOST_SIGNATURE_BYTES = 1024
"""Of an account of code; a key's has 65."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A complaint and its customer's signature, 0x… text."""

    leaf: Hash32
    complaint: AnchoredComplaint
    signature: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose batch it is, and where its signatures count."""

    place: Place
    anchor: Address
    sender: Address


def written(origin: Origin, complaints: Iterable[Signed]) -> bytes:
    """The file of these."""
    ordered = sorted(complaints, key=lambda one: one.leaf)
    return b"".join(_line(one) for one in (_head(origin, len(ordered)), *map(_record, ordered)))


def read(keccak: Keccak, data: bytes) -> tuple[Origin, list[Signed]]:
    """What a file says; its leaves are computed, and must be those that it names.

    Raises:
        InvalidInput: `batch-file-malformed`, with the line in `fields`.
    """
    lines = data.split(b"\n")
    if lines.pop() != b"":
        raise _malformed(len(lines) + 1, "the last line does not end")
    origin, leaves = _origin(keccak, _object(lines[0] if lines else b"", 1))
    if not leaves == len(lines) - 1 <= MAX_LEAVES:
        raise _malformed(1, f"it speaks of {leaves} complaints and has {len(lines) - 1}")
    if _line(_head(origin, leaves)) != lines[0] + b"\n":
        raise _malformed(1, "it is not written as the format says")
    return origin, list(_complaints(keccak, origin, lines[1:]))


def _order(keccak: Keccak, facts: Mapping[str, Any]) -> Order:
    terms = (
        OrganisationId(_number(facts, "organisation", 2**24 - 1)),
        _number(facts, "version", 2**16 - 1),
        _address(keccak, facts, "customer"),
        _address(keccak, facts, "token"),
        Hash32(_hex(facts, "ref", 32)),
    )
    return Order(*terms, order_key(keccak, *terms))


def _complaints(keccak: Keccak, origin: Origin, lines: list[bytes]) -> Iterator[Signed]:
    before = ""
    for number, line in enumerate(lines, 2):
        record = _object(line, number)
        try:
            found = _signed(keccak, origin, record)
        except (KeyError, TypeError, ValueError) as error:
            raise _malformed(number, "it is no complaint") from error
        if _line(_record(found)) != line + b"\n":
            raise _malformed(number, "it is not written as the format says")
        if found.leaf <= before:
            raise _malformed(number, "the leaves are not in order")
        before = found.leaf
        yield found


def _signed(keccak: Keccak, origin: Origin, record: Mapping[str, Any]) -> Signed:
    complaint = AnchoredComplaint(
        _order(keccak, record),
        BasisPoints(_number(record, "demand", ALL)),
        Category(_number(record, "category", MAX_CATEGORY)),
        Digest(_hex(record, "digest", 32)),
        UnixTime(_number(record, "anchor_by", LAST_ANCHOR_BY)),
        _address(keccak, record, "opener"),
    )
    signature = record["signature"]
    if not 0 < len(raw(signature)) <= MOST_SIGNATURE_BYTES:
        raise ValueError("no signature")
    leaf = leaf_of(keccak, origin.place, origin.anchor, complaint)
    return Signed(leaf, complaint, signature)


def _head(origin: Origin, leaves: int) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "chain": caip2(origin.place.chain_id),
        "forwarder": origin.place.forwarder,
        "anchor": origin.anchor,
        "sender": origin.sender,
        "leaves": leaves,
    }


def _record(one: Signed) -> dict[str, Any]:
    order = one.complaint.order
    return {
        "leaf": one.leaf,
        "organisation": order.organisation,
        "version": order.version,
        "customer": order.customer,
        "token": order.token,
        "ref": order.ref,
        "demand": one.complaint.demand,
        "category": int(one.complaint.category),
        "digest": one.complaint.digest,
        "opener": one.complaint.opener,
        "anchor_by": one.complaint.anchor_by,
        "signature": one.signature,
    }


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode("ascii") + b"\n"


def _origin(keccak: Keccak, head: Mapping[str, Any]) -> tuple[Origin, int]:
    try:
        space, _, number = head["chain"].partition(":")
        if head["format"] != FORMAT or space != "eip155":
            raise _malformed(1, f"it is no file of {FORMAT}")
        place = Place(ChainId(int(number)), _address(keccak, head, "forwarder"))
        anchor, sender = (_address(keccak, head, name) for name in ("anchor", "sender"))
        return Origin(place, anchor, sender), _number(head, "leaves", MAX_LEAVES)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _malformed(1, f"it is no file of {FORMAT}") from error


def _object(line: bytes, number: int) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise _malformed(number, "it is no JSON") from error
    if not isinstance(found, dict):
        raise _malformed(number, "it is no object")
    return found


def _number(record: Mapping[str, Any], name: str, most: int) -> int:
    value = record[name]
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(name)
    return value


def _hex(record: Mapping[str, Any], name: str, size: int) -> str:
    value = record[name]
    if not isinstance(value, str) or not value.startswith("0x") or len(raw(value)) != size:
        raise ValueError(name)
    return value


def _address(keccak: Keccak, record: Mapping[str, Any], name: str) -> Address:
    """With its checksum (EIP-55)."""
    digits = _hex(record, name, 20)[2:].lower()
    marks = keccak(digits.encode()).hex()
    found = "".join(
        one.upper() if int(mark, 16) > 7 else one for one, mark in zip(digits, marks, strict=False)
    )
    return Address("0x" + found)


def _malformed(line: int, what: str) -> InvalidInput:
    return InvalidInput(
        f"line {line} of the batch's file: {what}",
        remedy="Fetch the file again by its digest",
        code="batch-file-malformed",
        fields={"line": line},
    )
