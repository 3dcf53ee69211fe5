"""age over streams: what `bench-evidence` measures as sealing and opening."""

from typing import BinaryIO

import pyrage
from pyrage import x25519


class Key:
    """One of the bench's own."""

    def __init__(self) -> None:
        self._identity = x25519.Identity.generate()

    def seal(self, source: BinaryIO, sink: BinaryIO) -> None:
        """Reads to the end."""
        pyrage.encrypt_io(source, sink, [self._identity.to_public()])

    def unseal(self, source: BinaryIO, sink: BinaryIO) -> None:
        """Reads to the end."""
        pyrage.decrypt_io(source, sink, [self._identity])
