"""Long lists of bytes within JSON, read piece by piece: memory holds the bytes, never the text."""

import re
from binascii import unhexlify
from collections.abc import Iterator
from typing import BinaryIO

_PIECE_BYTES = 1 << 20
_MAX_ITEM_BYTES = 32 << 20
_ITEM = re.compile(rb'"0x((?:[0-9a-f]{2})+)"')


class ListReader:
    """Reads a stream up to a mark, then a list of `"0x…"`, and so on. Raises ValueError."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._text, self._at = b"", 0

    def until(self, mark: bytes, most: int) -> bytes:
        """All up to the mark, with it."""
        while (at := self._text.find(mark, self._at)) < 0:
            if len(self._text) - self._at > most or not self._more():
                raise ValueError(f"there is no {mark.decode()}")
        return self._take(at + len(mark))

    def items(self) -> Iterator[bytes]:
        """What the list holds that the text begins within; its end is taken, too."""
        if self._starts(b"]"):
            return
        while True:
            yield self._item()
            if self._starts(b"]"):
                return
            if not self._starts(b","):
                raise ValueError("not a list of bytes")

    def rest(self, most: int) -> bytes:
        """All that is left."""
        while self._more():
            if len(self._text) - self._at > most:
                raise ValueError("more than there may be")
        return self._take(len(self._text))

    def _item(self) -> bytes:
        while (end := self._text.find(b'"', self._at + 1)) < 0:
            if len(self._text) - self._at > _MAX_ITEM_BYTES or not self._more():
                raise ValueError("a list that does not end")
        found = _ITEM.fullmatch(self._text, self._at, end + 1)
        if found is None:
            raise ValueError("not a list of bytes")
        self._at = end + 1
        return unhexlify(found[1])

    def _starts(self, sign: bytes) -> bool:
        if self._at == len(self._text) and not self._more():
            raise ValueError("cut off")
        if self._text[self._at : self._at + 1] != sign:
            return False
        self._at += 1
        return True

    def _take(self, end: int) -> bytes:
        found = self._text[self._at : end]
        self._at = end
        return found

    def _more(self) -> bool:
        piece = self._stream.read(_PIECE_BYTES)
        self._text, self._at = self._text[self._at :] + piece, 0
        return bool(piece)
