"""What a bundle's JSON members hold (docs/audit.md), read strictly and written canonically.

Reading raises ValueError for all that is not the one form that writing gives. The lists of headers
and nodes are read as a stream: of everything else there is little.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, BinaryIO, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from dapp.audit.hex_lists import ListReader

SCHEMA = "redress-bundle/1"
CLAIMS, RECORDS, EVIDENCE = "bundle.json", "records.jsonl", "evidence.car"
MAX_CLAIMS_BYTES = 256 << 20
MAX_LINE_BYTES = 32 << 20
MAX_NUMBER = 2**53 - 1

Number = Annotated[int, Meta(ge=0, le=MAX_NUMBER)]
Positive = Annotated[int, Meta(ge=1, le=MAX_NUMBER)]
HexHash = Annotated[str, Meta(pattern=r"^0x[0-9a-f]{64}\Z")]
HexAddress = Annotated[str, Meta(pattern=r"^0x[0-9a-f]{40}\Z")]
HexBytes = Annotated[str, Meta(pattern=r"^0x(?:[0-9a-f]{2})*\Z")]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z]{1,40}\Z")]
Chain = Annotated[str, Meta(pattern=r"^eip155:[1-9][0-9]{0,15}\Z")]


class Block(Struct, frozen=True, forbid_unknown_fields=True):
    """The block that the bundle was made at."""

    hash: HexHash
    number: Number


class Contract(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a contract is, and the keccak-256 of its code."""

    address: HexAddress
    code_hash: HexHash


class CaseScope(Struct, frozen=True, forbid_unknown_fields=True, tag="case", tag_field="kind"):
    """One complaint."""

    complaint: Positive


class OrganisationScope(
    Struct, frozen=True, forbid_unknown_fields=True, tag="organisation", tag_field="kind"
):
    """An organisation and all complaints about it."""

    organisation: Positive


class HistoryScope(
    Struct, frozen=True, forbid_unknown_fields=True, tag="history", tag_field="kind"
):
    """All there is; what changed since an earlier block, if `since` names one."""

    since: Number | None


Scope = CaseScope | OrganisationScope | HistoryScope


class RecordsMember(Struct, frozen=True, forbid_unknown_fields=True):
    """`size` is in bytes, before anything is deflated."""

    lines: Number
    sha256: HexHash
    size: Number


class EvidenceMember(Struct, frozen=True, forbid_unknown_fields=True):
    """`roots` are the digests of the manifests that are there, in their order."""

    roots: list[HexHash]
    sha256: HexHash
    size: Number


class Members(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the zip has beside `bundle.json`."""

    records: RecordsMember = msgspec.field(name=RECORDS)
    evidence: EvidenceMember | UnsetType = msgspec.field(name=EVIDENCE, default=UNSET)


class Claims(Struct, frozen=True, forbid_unknown_fields=True):
    """`bundle.json`, without its lists of headers and nodes."""

    block: Block
    chain: Chain
    contracts: dict[Name, Contract]
    headers: Annotated[list[str], Meta(max_length=0)]
    members: Members
    nodes: Annotated[list[str], Meta(max_length=0)]
    schema: Literal["redress-bundle/1"]
    scope: Scope

    @property
    def chain_id(self) -> int:
        """The number in `chain`."""
        return int(self.chain.partition(":")[2])


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """Which log of which receipt: `transaction` counts in the block, `log` in the receipt."""

    block: Number
    log: Number
    transaction: Number


class RecordedEvent(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A log; `time` is the block's, absent where nothing binds it."""

    contract: Name
    data: HexBytes
    topics: Annotated[list[HexHash], Meta(min_length=1, max_length=4)]
    receipt: Place | UnsetType = UNSET
    time: Number | UnsetType = UNSET


class Record(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A line of `records.jsonl`: `events`, or the `trail` of what has not changed."""

    complaint: Positive | UnsetType = UNSET
    events: Annotated[list[RecordedEvent], Meta(min_length=1)] | UnsetType = UNSET
    organisation: Positive | UnsetType = UNSET
    trail: HexHash | UnsetType = UNSET

    def __post_init__(self) -> None:
        one_subject = (self.complaint is UNSET) != (self.organisation is UNSET)
        if not one_subject or (self.events is UNSET) == (self.trail is UNSET):
            raise ValueError("a record is of one subject, and has events or a trail")


_claims = msgspec.json.Decoder(Claims)
_record = msgspec.json.Decoder(Record)
_canonical = msgspec.json.Encoder(order="sorted")
# Between quotation marks that are not escaped, so never within a string.
_HEADERS, _NODES = b'"headers":[', b'"nodes":['
_MAX_HEAD_BYTES = 64 << 10
_MAX_MIDDLE_BYTES = 64 << 20


def read_claims(stream: BinaryIO) -> tuple[Claims, list[bytes], list[bytes]]:
    """`bundle.json`: what it says, the headers and the nodes. Raises ValueError."""
    reader = ListReader(stream)
    head = reader.until(_HEADERS, _MAX_HEAD_BYTES)
    headers = list(reader.items())
    middle = reader.until(_NODES, _MAX_MIDDLE_BYTES)
    nodes = list(reader.items())
    tail = reader.rest(_MAX_HEAD_BYTES)
    small = b"".join((head, b"]", middle, b"]", tail))
    claims = _claims.decode(small)
    if _canonical.encode(claims) != small:
        raise ValueError("bundle.json is not in its canonical form")
    return claims, headers, nodes


def write_claims(
    claims: Claims, headers: Iterable[bytes], nodes: Iterable[bytes]
) -> Iterator[bytes]:
    """`bundle.json` in pieces."""
    small = _canonical.encode(claims)
    for mark, values in ((_HEADERS, headers), (_NODES, nodes)):
        head, _, small = small.partition(mark)
        yield head + mark
        for number, value in enumerate(values):
            yield b'%b"0x%b"' % (b"," if number else b"", value.hex().encode())
    yield small


def read_record(line: bytes) -> Record:
    """A line without its LF. Raises ValueError."""
    found = _record.decode(line)
    if _canonical.encode(found) != line:
        raise ValueError("a record is not in its canonical form")
    return found


def write_record(record: Record) -> bytes:
    """A line with its LF."""
    return _canonical.encode(record) + b"\n"
