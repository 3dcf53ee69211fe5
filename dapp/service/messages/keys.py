"""The key of a file beside the database: what it protects, a copy of the database does not show."""

import base64
import hashlib
import hmac
import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from uuid import UUID

import pyrage

from dapp.errors import Refused

_HMAC_BYTES = 32


class MessageKeys:
    """Seals where messages go to, makes webhooks' secrets, signs links.

    The file is read when it is first needed, and made if it is not there; every method raises
    Refused where it can't be read or written, or holds no age identity.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _identity(self) -> str:
        path = self._path
        try:
            if not path.exists():
                _make(path)
            text = path.read_text(encoding="ascii").strip()
            pyrage.x25519.Identity.from_str(text)
        except (OSError, UnicodeError, pyrage.IdentityError) as error:
            raise Refused(
                f"the key of the messages cannot be had from {path}",
                remedy="Let REDRESS_MESSAGES_KEY_FILE name a file with an age identity, or one to "
                "be made in a folder that can be written",
                code="messages-key-unusable",
            ) from error
        return text

    def seal(self, text: str) -> bytes:
        """Bytes that only this key opens."""
        return self.seal_bytes(text.encode())

    def seal_bytes(self, data: bytes) -> bytes:
        identity = pyrage.x25519.Identity.from_str(self._identity)
        return bytes(pyrage.encrypt(data, [identity.to_public()]))

    def open(self, sealed: bytes) -> str | None:
        """What was sealed; None if that was with another key."""
        found = self.open_bytes(sealed)
        return None if found is None else found.decode()

    def open_bytes(self, sealed: bytes) -> bytes | None:
        identity = pyrage.x25519.Identity.from_str(self._identity)
        try:
            return bytes(pyrage.decrypt(sealed, [identity]))
        except pyrage.DecryptError:
            return None

    def mark(self, kind: str, target: str) -> bytes:
        """The same for the same target, and no way back to it."""
        return self._mac("mark", kind, target)

    def webhook_secret(self, channel: UUID, version: int) -> str:
        """As the Standard Webhooks spec writes secrets; stored nowhere."""
        secret = self._mac("webhook", str(channel), str(version))
        return "whsec_" + base64.b64encode(secret).decode()

    def link(self, purpose: str, channel: UUID, until: int = 0) -> str:
        """What opens a link about a channel; good until then, in Unix seconds, or for ever (0)."""
        mac = self._mac("link", purpose, str(channel), str(until))
        return f"{channel.hex}.{until}.{_text(mac)}"

    def channel_of(self, purpose: str, link: str, now: float) -> UUID | None:
        """Whose link it is, if we made it for that purpose and it is in force."""
        number, _, rest = link.partition(".")
        until, _, mac = rest.partition(".")
        if not (until.isascii() and until.isdecimal() and len(until) < 15 and mac.isascii()):
            return None
        try:
            channel = UUID(hex=number)
        except ValueError:
            return None
        expected = self.link(purpose, channel, int(until))
        if not hmac.compare_digest(expected.encode(), link.encode("utf-8", "replace")):
            return None
        return channel if until == "0" or now < int(until) else None

    def _mac(self, *words: str) -> bytes:
        said = "\0".join(words).encode()
        return hmac.digest(self._identity.encode(), said, hashlib.sha256)[:_HMAC_BYTES]


def _make(path: Path) -> None:
    """Whole or not at all, and once only, whoever else makes it at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mine = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{pyrage.x25519.Identity.generate()}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(mine, path)
    finally:
        mine.unlink(missing_ok=True)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
