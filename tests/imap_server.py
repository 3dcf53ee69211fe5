"""A mailbox of 127.0.0.1 (RFC 3501, as much as is needed), over TLS."""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class ImapServer(socketserver.ThreadingTCPServer):
    """Keeps messages by UID; `seen` are marked as read."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext, password: str) -> None:
        self.messages: dict[int, bytes] = {}
        self.seen: set[int] = set()
        self.fetched: list[int] = []
        self.password = password
        self._tls = tls
        super().__init__(("127.0.0.1", 0), _Session)
        self.port = int(self.server_address[1])

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        return self._tls.wrap_socket(connection, server_side=True), address

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever does not trust us goes away."""


class _Session(socketserver.StreamRequestHandler):
    server: ImapServer

    def handle(self) -> None:
        self._say(b"* OK ready")
        while line := self.rfile.readline():
            tag, _, rest = line.strip().partition(b" ")
            self._say(tag + b" " + self._do(rest))
            if rest.upper().startswith(b"LOGOUT"):
                return

    def _do(self, command: bytes) -> bytes:
        server, words = self.server, command.split()
        verb = b" ".join(words[:2] if words[0].upper() == b"UID" else words[:1]).upper()
        if verb == b"CAPABILITY":
            self._say(b"* CAPABILITY IMAP4rev1")
        elif verb == b"LOGIN":
            if words[2].strip(b'"').decode() != server.password:
                return b"NO no"
        elif verb == b"SELECT":
            if words[1] != b'"INBOX"':
                return b"NO there is none"
            self._say(b"* %d EXISTS" % len(server.messages))
        elif verb == b"UID SEARCH":
            unseen = sorted(server.messages.keys() - server.seen)
            self._say(b" ".join([b"* SEARCH", *(b"%d" % uid for uid in unseen)]))
        elif verb == b"UID FETCH":
            self._fetch(int(words[2]), b"RFC822.SIZE" in command)
        elif verb == b"UID STORE":
            assert re.search(rb"\+FLAGS\.SILENT \(\\Seen\)", command)
            server.seen.add(int(words[2]))
        elif verb == b"LOGOUT":
            self._say(b"* BYE bye")
        return b"OK done"

    def _fetch(self, uid: int, size_only: bool) -> None:
        message = self.server.messages[uid]
        if size_only:
            self._say(b"* 1 FETCH (UID %d RFC822.SIZE %d)" % (uid, len(message)))
            return
        self.server.fetched.append(uid)
        self._say(b"* 1 FETCH (UID %d BODY[] {%d}\r\n%b)" % (uid, len(message), message))

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextmanager
def imap_server(tls: ssl.SSLContext, password: str) -> Iterator[ImapServer]:
    with ImapServer(tls, password) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
