"""Unsigned varints and protobuf fields: the byte-level encodings that CID, CAR and dag-pb share.

Decoders raise ValueError; each caller turns it into the error of what it was decoding.
"""

from collections.abc import Iterator

VARINT, I64, LENGTH, I32 = 0, 1, 2, 5

Field = tuple[int, int, int | bytes]
"""Field number, wire type, value."""


def encode_varint(value: int) -> bytes:
    if value < 0x80:  # nearly all there are
        return bytes((value,))
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def decode_varint(data: bytes, offset: int = 0, *, bits: int = 63) -> tuple[int, int]:
    """The number at `offset` and the offset after it.

    63 bits is the limit of multiformats' unsigned-varint; protobuf's uint64 needs 64.
    Raises ValueError when it is cut off, too long, or not the shortest spelling.
    """
    value = shift = 0
    while True:
        if offset >= len(data):
            raise ValueError("varint is cut off")
        byte = data[offset]
        offset += 1
        value |= (byte & 0x7F) << shift
        if value >> bits:
            raise ValueError(f"varint has more than {bits} bits")
        if byte < 0x80:
            if byte == 0 and shift:
                raise ValueError("varint is not minimal")
            return value, offset
        shift += 7
        if shift >= bits:
            raise ValueError(f"varint has more than {bits} bits")


def decode_fields(data: bytes) -> Iterator[Field]:
    """Every field of a protobuf message, in the order written."""
    offset = 0
    while offset < len(data):
        tag, offset = decode_varint(data, offset, bits=32)
        number, wire_type = tag >> 3, tag & 7
        if number == 0:
            raise ValueError("protobuf field number 0")
        if wire_type == VARINT:
            value, offset = decode_varint(data, offset, bits=64)
            yield number, wire_type, value
            continue
        if wire_type == LENGTH:
            size, offset = decode_varint(data, offset)
        elif wire_type in (I64, I32):
            size = 8 if wire_type == I64 else 4
        else:
            raise ValueError(f"protobuf wire type {wire_type}")
        if size > len(data) - offset:
            raise ValueError("protobuf field is cut off")
        yield number, wire_type, data[offset : offset + size]
        offset += size


def encode_bytes_field(number: int, value: bytes) -> bytes:
    return encode_varint(number << 3 | LENGTH) + encode_varint(len(value)) + value


def encode_varint_field(number: int, value: int) -> bytes:
    return encode_varint(number << 3 | VARINT) + encode_varint(value)
