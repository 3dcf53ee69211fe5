"""Reads single values out of ABI encoding, strictly: wrong padding is refused with ValueError."""

from collections.abc import Callable
from functools import partial

from dapp.chain.keccak import checksummed
from dapp.domain.events import Value

WORD = 32
Reader = Callable[[bytes], Value]
"""Reads one 32-byte word."""
TailReader = Callable[[bytes, int], tuple[Value, int]]
"""Reads a dynamic value that starts at an offset; returns it and where it ends."""


def reader(kind: str) -> Reader | None:
    """How a static type is read; None for a dynamic one."""
    if kind in _FIXED:
        return _FIXED[kind]
    if kind.endswith("]"):
        return None
    if kind.startswith("uint"):
        return partial(_unsigned, int(kind[4:]))
    if kind.startswith("int"):
        return partial(_signed, int(kind[3:]))
    if kind.startswith("bytes") and kind != "bytes":
        return partial(_bytes, int(kind[5:]))
    return None


def tail_reader(kind: str) -> TailReader:
    """How a dynamic type is read.

    Raises:
        NotImplementedError: none of our events has such a type.
    """
    if kind == "string":
        return _string
    if kind == "bytes":
        return _blob
    item = reader(kind.removesuffix("[]")) if kind.endswith("[]") else None
    if item is None:
        raise NotImplementedError(f"no reader for {kind}")
    return partial(_list, item)


def _unsigned(bits: int, word: bytes) -> int:
    value = int.from_bytes(word, "big")
    if value >> bits:
        raise ValueError(f"a uint{bits} is out of range")
    return value


def _signed(bits: int, word: bytes) -> int:
    value = int.from_bytes(word, "big", signed=True)
    if not -(1 << bits - 1) <= value < 1 << bits - 1:
        raise ValueError(f"an int{bits} is out of range")
    return value


def _bool(word: bytes) -> bool:
    value = int.from_bytes(word, "big")
    if value > 1:
        raise ValueError("a bool is neither 0 nor 1")
    return value == 1


def _address(word: bytes) -> str:
    if any(word[:12]):
        raise ValueError("an address is padded with something")
    return checksummed(word[12:])


def _bytes(size: int, word: bytes) -> str:
    if any(word[size:]):
        raise ValueError(f"a bytes{size} is padded with something")
    return "0x" + word[:size].hex()


def _length(data: bytes, start: int) -> int:
    if start + WORD > len(data):
        raise ValueError("the data ends before a length")
    return int.from_bytes(data[start : start + WORD], "big")


def _list(item: Reader, data: bytes, start: int) -> tuple[Value, int]:
    first, count = start + WORD, _length(data, start)
    end = first + count * WORD
    if end > len(data):
        raise ValueError("the data ends inside a list")
    return tuple(item(data[at : at + WORD]) for at in range(first, end, WORD)), end


def _string(data: bytes, start: int) -> tuple[Value, int]:
    content, end = _content(data, start)
    return content.decode("utf-8"), end


def _blob(data: bytes, start: int) -> tuple[Value, int]:
    content, end = _content(data, start)
    return "0x" + content.hex(), end


def _content(data: bytes, start: int) -> tuple[bytes, int]:
    first, size = start + WORD, _length(data, start)
    end = first + (size + WORD - 1) // WORD * WORD
    if end > len(data):
        raise ValueError("the data ends inside a text or bytes")
    if any(data[first + size : end]):
        raise ValueError("a text or bytes are padded with something")
    return data[first : first + size], end


_FIXED: dict[str, Reader] = {"bool": _bool, "address": _address}
