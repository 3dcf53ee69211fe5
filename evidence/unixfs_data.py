"""The UnixFS message inside a dag-pb node (specs.ipfs.tech/unixfs)."""

from dataclasses import dataclass
from enum import IntEnum

from evidence.errors import DagInvalid
from evidence.wire import (
    LENGTH,
    VARINT,
    decode_fields,
    decode_varint,
    encode_bytes_field,
    encode_varint_field,
)

_TYPE, _DATA, _FILESIZE, _BLOCKSIZES, _HASH_TYPE, _FANOUT = 1, 2, 3, 4, 5, 6


class Kind(IntEnum):
    RAW = 0
    DIRECTORY = 1
    FILE = 2
    METADATA = 3
    SYMLINK = 4
    HAMT_SHARD = 5


@dataclass(frozen=True, slots=True)
class UnixfsData:
    """Mode and time are read over: nothing that is shown or checked hangs on them."""

    kind: Kind
    data: bytes
    blocksizes: tuple[int, ...]
    """Bytes of file below each link, in the order of the links."""
    hash_type: int = 0
    """Of a shard: the multihash code by which names find their slots."""
    fanout: int = 0
    """Of a shard: its number of slots."""

    @property
    def filesize(self) -> int:
        return len(self.data) + sum(self.blocksizes)


def encode_file_data(blocksizes: list[int]) -> bytes:
    """A file's inner node. The sizes are written one by one, not packed, as all writers do."""
    sizes = [encode_varint_field(_BLOCKSIZES, size) for size in blocksizes]
    head = encode_varint_field(_TYPE, Kind.FILE) + encode_varint_field(_FILESIZE, sum(blocksizes))
    return head + b"".join(sizes)


def encode_directory_data() -> bytes:
    return encode_varint_field(_TYPE, Kind.DIRECTORY)


def encode_shard_data(taken: int, hash_type: int, fanout: int) -> bytes:
    """`taken` has a bit for each slot in use; its leading zero bytes are left out."""
    return (
        encode_varint_field(_TYPE, Kind.HAMT_SHARD)
        + encode_bytes_field(_DATA, taken.to_bytes((taken.bit_length() + 7) // 8, "big"))
        + encode_varint_field(_HASH_TYPE, hash_type)
        + encode_varint_field(_FANOUT, fanout)
    )


def decode_data(message: bytes) -> UnixfsData:
    """Raises DagInvalid, also when `filesize` is there and is not the sum of the parts."""
    values: dict[int, int | bytes] = {}
    blocksizes: list[int] = []
    try:
        for number, wire_type, value in decode_fields(message):
            if number == _BLOCKSIZES:
                blocksizes += _sizes(wire_type, value)
            elif number in values:
                raise DagInvalid("UnixFS field twice", field=number)
            else:
                values[number] = value
        kind = Kind(_integer(values.get(_TYPE)))
        hash_type, fanout = (_integer(values.get(name, 0)) for name in (_HASH_TYPE, _FANOUT))
    except ValueError as error:
        raise DagInvalid(f"not UnixFS: {error}") from error
    data = values.get(_DATA, b"")
    if not isinstance(data, bytes):
        raise DagInvalid("UnixFS data is not bytes")
    result = UnixfsData(kind, data, tuple(blocksizes), hash_type, fanout)
    if kind in (Kind.FILE, Kind.RAW) and values.get(_FILESIZE, result.filesize) != result.filesize:
        raise DagInvalid("UnixFS filesize is not the sum of its parts", sum=result.filesize)
    return result


def _integer(value: int | bytes | None) -> int:
    if not isinstance(value, int):
        raise ValueError("type is missing, or a number is none")
    return value


def _sizes(wire_type: int, value: int | bytes) -> list[int]:
    if wire_type == VARINT and isinstance(value, int):
        return [value]
    if wire_type != LENGTH or not isinstance(value, bytes):
        raise ValueError("block size is not a number")
    sizes = []
    offset = 0
    while offset < len(value):
        size, offset = decode_varint(value, offset, bits=64)
        sizes.append(size)
    return sizes
