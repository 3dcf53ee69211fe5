"""A mailbox that is looked into again and again (IMAP4rev1, RFC 3501, over TLS)."""

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dapp.errors import Retryable

_MOST_AT_ONCE = 50
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")

Take = Callable[[bytes | None], bool]
"""Of a message, or None for one that is too large; False leaves it unread, for later."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where mail comes in; the password is read each time, so that it can be changed."""

    host: str
    port: int
    user: str
    password_file: Path
    folder: str = "INBOX"
    seconds: float = 30.0
    """Patience with each answer."""
    tls: ssl.SSLContext | None = None
    """Other than the system's certificates."""

    def look(self, take: Take, most_bytes: int) -> int:
        """Hands over each unread message and marks it as read; how many there were.

        Blocking. Raises Retryable (`imap-unavailable`), with nothing of the server's words.
        """
        try:
            with self._open() as box:
                return self._hand_over(box, take, most_bytes)
        except (imaplib.IMAP4.error, OSError, UnicodeError, ValueError, IndexError) as error:
            raise Retryable(
                f"the mailbox does not answer as it should ({type(error).__name__})",
                remedy="Check the REDRESS_IMAP settings, and that the server answers",
                code="imap-unavailable",
            ) from error

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4_SSL]:
        context = self.tls or ssl.create_default_context()
        box = imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=self.seconds)
        try:
            box.login(self.user, self.password_file.read_text(encoding="utf-8").strip())
            _asked(box.select(f'"{self.folder}"'))
            yield box
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                box.logout()

    def _hand_over(self, box: imaplib.IMAP4_SSL, take: Take, most_bytes: int) -> int:
        found = _asked(box.uid("SEARCH", "UNSEEN"))
        numbers = b" ".join(one for one in found if isinstance(one, bytes)).split()
        for number in numbers[:_MOST_AT_ONCE]:
            uid = str(int(number))
            if not take(self._message(box, uid, most_bytes)):
                break
            _asked(box.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))
        return len(numbers[:_MOST_AT_ONCE])

    def _message(self, box: imaplib.IMAP4_SSL, uid: str, most_bytes: int) -> bytes | None:
        told = _asked(box.uid("FETCH", uid, "(RFC822.SIZE)"))
        size = next(
            (m for one in told if isinstance(one, bytes) and (m := _SIZE.search(one))), None
        )
        if size is None or int(size[1]) > most_bytes:
            return None
        found = _asked(box.uid("FETCH", uid, "(BODY.PEEK[])"))
        return next(bytes(one[1]) for one in found if isinstance(one, tuple))


def _asked(answer: tuple[str, list[Any]]) -> list[Any]:
    said, found = answer
    if said != "OK":
        raise imaplib.IMAP4.error(said)
    return found
