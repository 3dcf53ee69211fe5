"""Bytes and JSON with gaps, which are filled again and again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MARK = re.compile("<([0-9]+)>")

Piece = int | bytes
"""A gap by its place, or what stands as it is."""


@dataclass(frozen=True, slots=True)
class Form:
    """Bytes with gaps."""

    text: bytes
    places: tuple[int, ...]

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> "Form":
        text = b"".join(b"%b" if isinstance(p, int) else p.replace(b"%", b"%%") for p in pieces)
        return cls(text, tuple(p for p in pieces if isinstance(p, int)))

    def filled(self, values: Sequence[bytes]) -> bytes:
        return self.text % tuple([values[place] for place in self.places])


@dataclass(frozen=True, slots=True)
class Told:
    """JSON with gaps: first those of the transaction, in digits, then what its block says."""

    text: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, marked: str) -> "Told":
        return cls(_MARK.sub("%s", marked), tuple(map(int, _MARK.findall(marked))))

    def filled(self, values: Sequence[str]) -> str:
        return self.text % tuple([values[place] for place in self.places])
