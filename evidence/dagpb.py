"""dag-pb nodes (ipld.io/specs/codecs/dag-pb/spec): links and a piece of data."""

from dataclasses import dataclass

from evidence.cid import CID, cid_from_bytes
from evidence.errors import DagInvalid
from evidence.wire import LENGTH, VARINT, decode_fields, encode_bytes_field, encode_varint_field

_DATA, _LINKS = 1, 2
_HASH, _NAME, _TSIZE = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Link:
    cid: CID
    name: str = ""
    tsize: int = 0
    """Bytes of the whole DAG below, blocks counted as often as they are linked."""


@dataclass(frozen=True, slots=True)
class Node:
    links: tuple[Link, ...]
    data: bytes = b""


def encode_node(node: Node) -> bytes:
    """Links come before Data, though Data has the lower field number: the spec's one order."""
    out = [encode_bytes_field(_LINKS, _encode_link(link)) for link in node.links]
    out.append(encode_bytes_field(_DATA, node.data))
    return b"".join(out)


def decode_node(block: bytes) -> Node:
    """Takes Data before or after Links, as old writers did. Raises DagInvalid, CidInvalid."""
    links: list[Link] = []
    data: bytes | None = None
    links_closed = False
    try:
        for number, wire_type, value in decode_fields(block):
            if wire_type != LENGTH or number not in (_DATA, _LINKS):
                raise DagInvalid(f"dag-pb field {number} of wire type {wire_type}", field=number)
            assert isinstance(value, bytes)
            if number == _LINKS:
                if links_closed:
                    raise DagInvalid("dag-pb links in two places")
                links.append(_decode_link(value))
            else:
                if data is not None:
                    raise DagInvalid("dag-pb data twice")
                data = value
                links_closed = bool(links)
    except ValueError as error:
        raise DagInvalid(f"not dag-pb: {error}") from error
    return Node(tuple(links), data or b"")


def _encode_link(link: Link) -> bytes:
    return (
        encode_bytes_field(_HASH, bytes(link.cid))
        + encode_bytes_field(_NAME, link.name.encode())
        + encode_varint_field(_TSIZE, link.tsize)
    )


def _decode_link(data: bytes) -> Link:
    cid: CID | None = None
    name, tsize, last = "", 0, 0
    for number, wire_type, value in decode_fields(data):
        if number <= last:
            raise DagInvalid("dag-pb link fields twice or out of order", field=number)
        last = number
        if number == _HASH and wire_type == LENGTH and isinstance(value, bytes):
            cid = cid_from_bytes(value)
        elif number == _NAME and wire_type == LENGTH and isinstance(value, bytes):
            name = value.decode()
        elif number == _TSIZE and wire_type == VARINT and isinstance(value, int):
            tsize = value
        else:
            raise DagInvalid(f"dag-pb link field {number}", field=number)
    if cid is None:
        raise DagInvalid("dag-pb link without a CID")
    return Link(cid, name, tsize)
