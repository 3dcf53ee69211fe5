"""How each type of the ABI is written in words of 32 bytes, strictly: a value has one encoding.

Of Solidity's ABI specification this is the strict mode: bits of a word that its type does not need
are zero, and what is dynamic follows the head in order, without gaps.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

WORD = 32
_BITS = 8 * WORD
# What `struct` reads as numbers, by their size in bytes.
_NUMBERS = {1: "B", 2: "H", 4: "I", 8: "Q", 12: "IQ", 16: "QQ"}


@dataclass(frozen=True, slots=True)
class Form:
    """How a type is written; `value` and `tail` are Python, for functions made of them.

    Attributes:
        layout: its word in the head, as `struct` reads it.
        value: what to make of the one or two things, `{0}` and `{1}`, that the layout gives, or of
            what the tail gives.
        spare: the bits of the word that have to be zero.
        parts: how many things the layout gives.
        tail: of a dynamic type, whose word says where it starts: what gives its bytes in `data`
            from `end` on, and the end of them.
    """

    layout: str
    value: str
    spare: int = 0
    parts: int = 1
    tail: str | None = None


def form(kind: str) -> Form:
    """The form of a type.

    Raises:
        NotImplementedError: none of our events has such a type.
    """
    if kind in _FORMS:
        return _FORMS[kind]
    if kind.endswith("[]"):
        return _list(kind, form(kind.removesuffix("[]")))
    sized = re.fullmatch(r"(uint|int|bytes)([0-9]+)", kind)
    if sized is None:
        raise NotImplementedError(f"no form for {kind}")
    return _SIZED[sized[1]](int(sized[2]))


def _above(bits: int) -> int:
    """All bits of a word but its last ones."""
    return (1 << _BITS) - (1 << bits)


def _unsigned(bits: int) -> Form:
    for size, letters in _NUMBERS.items():
        if bits <= 8 * size:
            value = "{0}" if len(letters) == 1 else "({0} << 64 | {1})"
            return Form(f"{WORD - size}x{letters}", value, _above(bits), len(letters))
    return Form("32s", "from_bytes({0})", _above(bits))


def _signed(bits: int) -> Form:
    return Form("32s", f"signed({{0}}, {bits})")


def _bytes(size: int) -> Form:
    return Form(f"{size}s{WORD - size}x", "'0x' + {0}.hex()", (1 << _BITS - 8 * size) - 1)


def _list(kind: str, item: Form) -> Form:
    if item.tail is not None:
        raise NotImplementedError(f"no form for {kind}")
    names = ("one", "other")[: item.parts]
    each = f"for [{', '.join(names)}] in iter_unpack('>{item.layout}', {{0}})"
    value = f"tuple([{item.value.format(*names)} {each}])"
    return Form("32s", value, tail=f"items(data, end, {item.spare:#x})")


_FORMS = {
    "bool": Form("31x?", "{0}", _above(1)),
    "address": Form("12x20s", "checksummed({0})", _above(160)),
    "string": Form("32s", "{0}.decode('utf-8')", tail="content(data, end)"),
    "bytes": Form("32s", "'0x' + {0}.hex()", tail="content(data, end)"),
}
_SIZED = {"uint": _unsigned, "int": _signed, "bytes": _bytes}


def signed(word: bytes, bits: int) -> int:
    """Two's complement, with the sign in all bits that are left over."""
    value = int.from_bytes(word, "big", signed=True)
    if value >> bits - 1 not in (0, -1):
        raise ValueError(f"an int{bits} is out of range")
    return value


def misfit(words: bytes, spare: int, names: Sequence[str]) -> ValueError:
    """What to say of words with spare bits set: the name of the first one."""
    wrong = int.from_bytes(words, "big") & spare
    place = len(words) // WORD - 1 - (wrong.bit_length() - 1) // _BITS
    return ValueError(f"{names[place]} is out of range or padded with something")


def content(data: bytes, start: int) -> tuple[bytes, int]:
    """What a string or bytes hold that start there, and where their padding ends."""
    first, size = _length(data, start)
    last = first + size
    end = last + -size % WORD
    if end > len(data):
        raise ValueError("the data ends inside a text or bytes")
    if int.from_bytes(data[last:end]):
        raise ValueError("a text or bytes are padded with something")
    return data[first:last], end


def items(data: bytes, start: int, spare: int) -> tuple[bytes, int]:
    """The words of a list that starts there, and where they end; `spare` is of each of them."""
    first, count = _length(data, start)
    end = first + count * WORD
    if end > len(data):
        raise ValueError("the data ends inside a list")
    found = data[first:end]
    # The bounds come first: a count may be any number.
    if int.from_bytes(found) & int.from_bytes(spare.to_bytes(WORD) * count):
        raise ValueError("an item of a list is out of range or padded with something")
    return found, end


def _length(data: bytes, start: int) -> tuple[int, int]:
    """Where what starts there begins after its length, and that length."""
    first = start + WORD
    if first > len(data):
        raise ValueError("the data ends before a length")
    return first, int.from_bytes(data[start:first])
