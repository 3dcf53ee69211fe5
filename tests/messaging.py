"""Messages on a real database by a clock that the test holds, and real servers that take them."""

import asyncio
import socketserver
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from standardwebhooks import Webhook

from dapp.domain.deployment import Deployment
from dapp.domain.events import Event, RawLog
from dapp.domain.notices import Kind, Notice
from dapp.domain.types import (
    Address,
    BlockNumber,
    ChainId,
    ComplaintId,
    Hash32,
    UnixTime,
    Wei,
)
from dapp.service.clock import Clock
from dapp.service.messages.channels import Channels
from dapp.service.messages.chat import Chat
from dapp.service.messages.courier import Courier, Doors, Pace
from dapp.service.messages.keys import MessageKeys
from dapp.service.messages.mail import Mail, Smtp
from dapp.service.messages.planner import Planner
from dapp.service.messages.preferences import Preferences, Wish
from dapp.service.messages.reach import Resolve, resolve
from dapp.service.messages.sending import Letter, Written
from dapp.service.messages.webhooks import Webhooks
from dapp.store.database import connect, pool
from dapp.store.letters import LetterRows
from dapp.store.notices import NoticeRows
from dapp.store.queries import Queries
from dapp.store.schema import migrate
from dapp.store.subscribers import ChannelKind, SubscriberRows
from dapp.web.letters import write
from tests.patience import PATIENCE_SECONDS

CHAIN = ChainId(31_337)
ANNE, BEN = Address("0x" + "A1" * 20), Address("0x" + "B2" * 20)
SITE = "https://redress.example"
DAY = 86_400


@dataclass(frozen=True)
class Post:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    def signed_with(self, secret: str) -> bool:
        """Whether one of the signatures was made with the secret, however long ago."""
        headers = self.headers
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        expected = Webhook(secret).sign(headers["webhook-id"], at, self.body.decode())
        return expected in headers["webhook-signature"].split()


class Receiver:
    """An HTTP server of 127.0.0.1 that keeps what it is sent, and answers as the test says."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.posts: list[Post] = []
        self.answers: list[int] = []
        """The next ones; 200 when they have run out."""
        self.headers: dict[str, str] = {}
        self.answer_bytes = 2
        self.before: Callable[[], None] = lambda: None
        """Called once a request is there, before it is answered."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                named = {name.lower(): value for name, value in self.headers.items()}
                receiver.posts.append(Post(self.path, named, body))
                receiver.before()
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"x" * receiver.answer_bytes)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/hook"

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class MailServer(socketserver.ThreadingTCPServer):
    """An SMTP server of 127.0.0.1 (RFC 5321, as much as is needed)."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.refusals: list[bytes] = []
        """Answers to the next RCPT commands."""
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.port = int(self.server_address[1])

    @property
    def mails(self) -> list[EmailMessage]:
        found = [message_from_bytes(raw, policy=default) for raw in self.raw]
        return [one for one in found if isinstance(one, EmailMessage)]


class _Smtp(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say(b"220 ready")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self._say(b"354 go on")
                self._take()
            elif verb == b"RCPT" and self.server.refusals:
                self._say(self.server.refusals.pop(0))
            elif verb == b"RCPT":
                self.server.recipients.append(line.decode().strip())
                self._say(b"250 ok")
            else:
                self._say(b"221 bye" if verb == b"QUIT" else b"250 ok")
                if verb == b"QUIT":
                    return

    def _take(self) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        self.server.raw.append(b"".join(lines))
        self._say(b"250 taken")

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def nothing_decoded(_log: RawLog) -> Event | None:
    return None


@dataclass
class Office:
    """All that sends messages, with no chain behind it.

    Attributes:
        began: when it was made, by the real clock; its own stands still but for `ahead`, so that a
            machine that does not leaves nothing behind.
    """

    url: str
    folder: Path
    people: SubscriberRows
    letters: LetterRows
    notices: NoticeRows
    queries: Queries
    smtp_port: int | None = None
    ahead: float = 0.0
    began: float = field(default_factory=time.time)
    resolver: Resolve = resolve
    allow_local: bool = True
    write: Callable[[Letter], Written] = write
    pace: Pace = field(default_factory=Pace)
    said: list[tuple[str, str | None]] = field(default_factory=list)

    def now(self) -> float:
        return self.began + self.ahead

    @property
    def keys(self) -> MessageKeys:
        return MessageKeys(self.folder / "messages.key")

    @property
    def clock(self) -> Clock:
        return Clock(self.queries, self.now)

    @property
    def channels(self) -> Channels:
        return Channels(
            self.people,
            self.letters,
            self.keys,
            has_mail=self.smtp_port is not None,
            allow_local=self.allow_local,
            wall=self.now,
            resolver=self.resolver,
        )

    @property
    def preferences(self) -> Preferences:
        return Preferences(self.people, self.channels, self.clock, ["en", "zh-Hans"])

    @property
    def courier(self) -> Courier:
        mail = None
        if self.smtp_port is not None:
            sender = "Redress <messages@redress.example>"
            mail = Mail(Smtp("127.0.0.1", self.smtp_port, "none", sender), seconds=PATIENCE_SECONDS)
        local = self.allow_local
        return Courier(
            self.letters,
            self.notices,
            self.people,
            self.queries,
            self.keys,
            Doors(
                Webhooks(allow_local=local, seconds=PATIENCE_SECONDS, resolver=self.resolver),
                mail,
                Chat(allow_local=local, seconds=PATIENCE_SECONDS),
            ),
            self.write,
            SITE,
            self.now,
            self.pace,
            chance=lambda: 1.0,
            told=lambda kind, code: self.said.append((kind, code)),
        )

    async def webhook(self, url: str, account: Address = ANNE) -> tuple[UUID, str]:
        """Its id and its secret."""
        added = await self.preferences.add_channel(account, ChannelKind.WEBHOOK, url)
        return UUID(added["id"]), str(added["secret"])

    async def mailbox(self, server: MailServer, to: str, account: Address = ANNE) -> UUID:
        """An address that was confirmed; what asked for that is taken off the server."""
        added = await self.preferences.add_channel(account, ChannelKind.EMAIL, to)
        await self.courier.send_due()
        link = link_of(server.mails[-1], "confirm")
        assert await self.channels.confirm(link)
        server.raw.clear()
        return UUID(added["id"])

    async def want(self, account: Address = ANNE, **changes: Any) -> None:
        wish = Wish("en", "UTC", None, None, DAY)
        await self.preferences.change(account, replace(wish, **changes))

    async def happen(
        self,
        key: str,
        kind: Kind = Kind.ACKNOWLEDGED,
        account: Address = ANNE,
        until: int | None = None,
        complaint: int | None = None,
        **facts: Any,
    ) -> None:
        """Something to tell now."""
        at = UnixTime(int(self.now()))
        number = None if complaint is None else ComplaintId(complaint)
        end = None if until is None else UnixTime(until)
        await self.notices.add(Notice(key, kind, account, at, at, number, end, facts))

    async def tell(self) -> None:
        """Puts what is due into letters."""
        while await Planner(self.notices, self.queries, self.clock, self.now).step():
            pass

    async def deliver(self) -> int:
        """Tells and sends what is due; how many attempts that took."""
        await self.tell()
        return await self.courier.send_due()

    def sql(self, statement: str) -> list[Any]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@asynccontextmanager
async def office(url: str, folder: Path, smtp_port: int | None = None) -> AsyncIterator[Office]:
    async with await connect(url) as connection:
        await migrate(connection)
        hash_ = "decode(repeat('11', 32), 'hex')"
        await connection.execute(
            "INSERT INTO checkpoint (chain_id, block_number, block_hash, timestamp, indexed_at,"  # noqa: S608
            f" finalized_block) VALUES ({CHAIN}, 7, {hash_}, {int(time.time()) - 3},"
            f" {time.time() - 5}, 0) ON CONFLICT DO NOTHING".encode()
        )
        await connection.execute(
            "INSERT INTO block (chain_id, number, hash, parent_hash, receipts_root, timestamp)"  # noqa: S608
            f" VALUES ({CHAIN}, 7, {hash_}, {hash_}, {hash_}, 0) ON CONFLICT DO NOTHING".encode()
        )
    nowhere = Hash32("0x" + "00" * 32)
    deployment = Deployment(CHAIN, nowhere, BlockNumber(0), (), "", Wei(1), Wei(1), ())
    async with pool(url) as connections:
        queries = Queries(connections, deployment, nothing_decoded)
        yield Office(
            url,
            folder,
            SubscriberRows(connections, CHAIN),
            LetterRows(connections, CHAIN),
            NoticeRows(connections, deployment, nothing_decoded),
            queries,
            smtp_port,
        )


def at_work(
    url: str, folder: Path, work: Callable[[Office], Awaitable[None]], smtp_port: int | None = None
) -> None:
    async def session() -> None:
        async with office(url, folder, smtp_port) as found:
            await work(found)

    asyncio.run(session())


def link_of(mail: EmailMessage, purpose: str) -> str:
    """What comes after `link=` in a link of a message."""
    body = mail.get_body(("plain",))
    assert body is not None
    start = f"/messages/{purpose}?link="
    return str(body.get_content()).partition(start)[2].split()[0]


def bodies(mail: EmailMessage) -> Sequence[str]:
    """Text and HTML."""
    found = [mail.get_body((kind,)) for kind in ("plain", "html")]
    return [str(one.get_content()) for one in found if one is not None]
