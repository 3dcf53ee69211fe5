"""`python -m scripts.benches.streamed BYTES`: so many bytes imported, then read back and checked.

It is a program of its own so that its memory can be told from that of whoever asks. Its stream
gives a fresh copy of noise each time: zeros would take no memory even if they were kept.
"""

import os
import sys
from typing import BinaryIO, cast

from evidence.cid import CID
from evidence.unixfs import import_file, read_file

_NOISE = os.urandom(1 << 20)


class _Noise:
    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int) -> bytes:
        size = min(size, self._left, len(_NOISE))
        self._left -= size
        return bytes(memoryview(_NOISE)[:size])


def main(size: int) -> int:
    """The leaves are all alike, so what is stored stays small whatever the size."""
    blocks: dict[CID, bytes] = {}
    file = import_file(cast(BinaryIO, _Noise(size)), blocks.__setitem__)
    read = sum(len(piece) for piece in read_file(file.cid, blocks.__getitem__))
    return 0 if read == size == file.size else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
