"""From a message to a draft and its answer, on a real database, over real SMTP and IMAP."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from dapp.errors import DraftsFull, NotFound, Refused, Retryable
from dapp.service.mail_in.door import DRAFT_SECONDS, MOST_A_DAY, MailDoor
from dapp.service.mail_in.imap import Mailbox
from dapp.service.mail_in.postman import Postman
from dapp.service.messages.keys import MessageKeys
from dapp.service.messages.mail import Mail, Smtp
from dapp.store.database import connect, pool
from dapp.store.mail_drafts import MailDraftRows
from dapp.store.schema import migrate
from dapp.web.mailed import write
from tests.imap_server import ImapServer, imap_server
from tests.messaging import CHAIN, SITE, MailServer, bodies, mail_server
from tests.patience import PATIENCE_SECONDS

DAY = 86_400
PASSWORD = "hunter2"
OURS = "complaints@redress.example"


@dataclass
class Hatch:
    """A door by a clock that the test holds."""

    door: MailDoor
    mail: MailServer
    keys: MessageKeys
    rows: MailDraftRows
    now: float = 1_800_000_000.0

    async def come(self, number: int = 1, /, **headers: str) -> str:
        return str((await self.door.take(letter(number, **headers)))["state"])

    async def link(self) -> str:
        """Of the latest answer."""
        await self.door.answer_due()
        return bodies(self.mail.mails[-1])[0].partition("/file?draft=")[2].split()[0]


def letter(number: int = 1, /, **headers: str) -> bytes:
    said = {
        "From": "Anne <anne@example.org>",
        "To": "complaints+12@redress.example",
        "Subject": "It never came",
        "Message_ID": f"<{number}@example.org>",
        **headers,
    }
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in said.items())
    body = (
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nThe parcel never came.\r\n'
    )
    file = "--b\r\nContent-Type: image/png; name=parcel.png\r\n\r\nPNG\r\n--b--\r\n"
    return (head + body + file).encode()


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


def at_door(
    url: str,
    folder: Path,
    server: MailServer,
    work: Callable[[Hatch], Awaitable[None]],
    quota: int = 10**7,
    port: int | None = None,
) -> None:
    async def session() -> None:
        async with await connect(url) as connection:
            await migrate(connection)
        async with pool(url) as connections:
            keys = MessageKeys(folder / "messages.key")
            rows = MailDraftRows(connections, CHAIN, quota)
            smtp = Smtp(
                "127.0.0.1", port or server.port, "none", "Redress <messages@redress.example>"
            )
            mail = Mail(smtp, seconds=5)
            door = MailDoor(rows, keys, mail, write, SITE, [OURS], 10**6, lambda: hatch.now)
            hatch = Hatch(door, server, keys, rows)
            await work(hatch)

    asyncio.run(session())


def test_a_message_is_a_draft_that_only_its_link_opens(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(hatch: Hatch) -> None:
        assert await hatch.come() == "draft"
        link = await hatch.link()
        draft = await hatch.door.draft(link)
        assert (draft.text, draft.order, draft.organisation) == ("The parcel never came.", None, 12)
        assert draft.files == [
            {"name": "parcel.png", "media_type": "image/png", "kind": "file", "size": 3}
        ]
        assert await hatch.door.file(link, 0) == b"PNG"
        forged = link[:-2] + ("B" if link[-2] == "A" else "A") + link[-1]
        for other in ("", "x", forged, link.replace(".", "!"), "я", f"{link}.1"):
            with pytest.raises(NotFound):
                await hatch.door.draft(other)
        with pytest.raises(NotFound):
            await hatch.door.file(link, 1)
        await hatch.door.remove(link)
        with pytest.raises(NotFound):
            await hatch.door.draft(link)
        with pytest.raises(NotFound):
            await hatch.door.file(link, 0)

    at_door(database_url, tmp_path, server, work)


def test_the_answer_is_to_the_sender_repeats_nothing_and_starts_no_loop(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(hatch: Hatch) -> None:
        await hatch.come(Subject="BUY THIS", Reply_To="victim@example.org")
        await hatch.door.answer_due()
        (mail,) = server.mails
        assert server.recipients == ["RCPT TO:<anne@example.org>"]
        assert mail["Subject"] == "Your complaint is a draft"
        assert (mail["Auto-Submitted"], mail["In-Reply-To"]) == ("auto-replied", "<1@example.org>")
        assert "This was written by a program." in bodies(mail)[0]
        for body in bodies(mail):
            assert "BUY" not in body
            assert "parcel" not in body
        state = await hatch.door.take(server.raw[0])
        assert state == {"state": "ignored", "reason": "auto-submitted"}
        assert await hatch.door.answer_due() == 0

    at_door(database_url, tmp_path, server, work)


def test_it_is_answered_in_the_language_it_was_written_in(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(hatch: Hatch) -> None:
        await hatch.come(Subject="没有收到货")
        await hatch.door.answer_due()
        (mail,) = server.mails
        assert mail["Subject"] == "您的投诉已存为草稿"

    at_door(database_url, tmp_path, server, work)


def test_programs_get_neither_draft_nor_answer(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(hatch: Hatch) -> None:
        for headers in (
            {"Auto_Submitted": "auto-generated"},
            {"Precedence": "bulk"},
            {"Return_Path": "<>"},
            {"From": OURS},
            {"From": "messages@redress.example"},
        ):
            assert await hatch.come(**headers) == "ignored"
        assert await hatch.door.answer_due() == 0
        assert server.raw == []

    at_door(database_url, tmp_path, server, work)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM mail_draft").fetchone() == (0,)


def test_the_same_message_is_one_draft_but_not_for_somebody_else(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(hatch: Hatch) -> None:
        states = await asyncio.gather(*(hatch.come() for _ in range(6)))
        assert sorted(states) == ["draft"] + ["known"] * 5
        assert await hatch.come(From="ben@example.org") == "draft"
        assert await hatch.door.answer_due() == 2

    at_door(database_url, tmp_path, server, work)


def test_a_sender_that_may_be_forged_gets_few_answers_a_day(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(hatch: Hatch) -> None:
        states = [await hatch.come(number) for number in range(MOST_A_DAY + 2)]
        assert states == ["draft"] * MOST_A_DAY + ["ignored"] * 2
        hatch.now += DAY + 1
        assert await hatch.come(99) == "draft"

    at_door(database_url, tmp_path, server, work)


def test_who_asked_us_never_to_write_is_not_answered(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(hatch: Hatch) -> None:
        mark = hatch.keys.mark("email", "anne@example.org")
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO channel (chain_id, id, account, kind, mark, state, made_at)"
                " VALUES (%s, gen_random_uuid(), '', 'email', %s, 'refused', 0)",
                (CHAIN, mark),
            )
        assert await hatch.come() == "ignored"

    at_door(database_url, tmp_path, server, work)


def test_nothing_that_was_written_can_be_read_in_the_database(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(hatch: Hatch) -> None:
        await hatch.come()

    at_door(database_url, tmp_path, server, work)
    with psycopg.connect(database_url) as connection:
        kept = str(connection.execute("SELECT * FROM mail_draft").fetchall())
        kept += str(connection.execute("SELECT * FROM mail_draft_file").fetchall())
    for secret in ("anne", "parcel", "PNG", "never came"):
        assert secret not in kept
        assert secret.encode().hex() not in kept


def test_drafts_have_an_end_and_a_quota(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(hatch: Hatch) -> None:
        assert await hatch.come(1) == "draft"
        link = await hatch.link()
        assert await hatch.come(2) == "draft"
        with pytest.raises(DraftsFull):
            await hatch.come(3)
        hatch.now += DRAFT_SECONDS
        with pytest.raises(NotFound):
            await hatch.door.draft(link)
        assert await hatch.come(4) == "draft"  # the old ones made room
        await hatch.door.tidy()
        hatch.now += DRAFT_SECONDS
        await hatch.door.tidy()

    at_door(database_url, tmp_path, server, work, quota=2_000)
    with psycopg.connect(database_url) as connection:
        for table in ("mail_draft", "mail_draft_file"):
            rows = connection.execute(f"SELECT count(*) FROM {table}".encode())  # noqa: S608
            assert rows.fetchone() == (0,)


def test_an_answer_waits_for_a_server_that_is_busy_and_is_then_the_same(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(hatch: Hatch) -> None:
        await hatch.come()
        server.refusals = [b"451 later"]
        assert await hatch.door.answer_due() == 1
        assert await hatch.door.answer_due() == 0
        hatch.now += 31
        assert await hatch.door.answer_due() == 1
        assert len(server.raw) == 1
        assert await hatch.door.answer_due() == 0

    at_door(database_url, tmp_path, server, work)


def test_an_address_that_is_refused_for_good_is_given_up_and_forgotten(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(hatch: Hatch) -> None:
        await hatch.come()
        server.refusals = [b"550 no such person"]
        await hatch.door.answer_due()
        hatch.now += DAY
        assert await hatch.door.answer_due() == 0

    at_door(database_url, tmp_path, server, work)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT answer FROM mail_draft").fetchall() == [(None,)]


def test_one_that_was_killed_while_it_answered_is_followed(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(hatch: Hatch) -> None:
        await hatch.come()
        assert await hatch.rows.claim(int(hatch.now), 120) is not None
        assert await hatch.door.answer_due() == 0
        hatch.now += 121
        assert await hatch.door.answer_due() == 1

    at_door(database_url, tmp_path, server, work)


def test_without_smtp_nothing_is_taken(database_url: str, tmp_path: Path) -> None:
    async def work() -> None:
        async with pool(database_url) as connections:
            rows = MailDraftRows(connections, CHAIN, 10**6)
            keys = MessageKeys(tmp_path / "k")
            door = MailDoor(rows, keys, None, write, SITE, [], 10**6, lambda: 0.0)
            with pytest.raises(Refused):
                await door.take(letter())

    asyncio.run(work())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Certificate and key for `localhost`."""
    if shutil.which("openssl") is None:
        pytest.skip("NOT TESTED: no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    words = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    )
    command = ["openssl", *words.split(), "-addext", "subjectAltName=DNS:localhost"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def box(certificate: tuple[Path, Path]) -> Iterator[ImapServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with imap_server(context, PASSWORD) as found:
        yield found


def mailbox(
    box: ImapServer, certificate: tuple[Path, Path] | None, folder: Path, password: str = PASSWORD
) -> Mailbox:
    secret = folder / "password"
    secret.write_text(password + "\n")
    tls = None if certificate is None else ssl.create_default_context(cafile=certificate[0])
    return Mailbox("localhost", box.port, "anne", secret, seconds=5, tls=tls)


def test_a_mailbox_is_emptied_once(
    database_url: str,
    tmp_path: Path,
    server: MailServer,
    box: ImapServer,
    certificate: tuple[Path, Path],
) -> None:
    async def work(hatch: Hatch) -> None:
        box.messages = {
            3: letter(1),
            5: b"nonsense",
            7: letter(2, Precedence="bulk"),
            8: b"x" * (10**6 + 1),
            9: letter(1),
            11: letter(3),
        }
        postman = Postman(hatch.door, mailbox(box, certificate, tmp_path))
        assert await postman.once() == 6
        assert box.seen == set(box.messages)
        assert 8 not in box.fetched
        assert len(server.raw) == 2
        assert await postman.once() == 0

    at_door(database_url, tmp_path, server, work)


def test_what_finds_no_room_stays_unread(
    database_url: str,
    tmp_path: Path,
    server: MailServer,
    box: ImapServer,
    certificate: tuple[Path, Path],
) -> None:
    async def work(hatch: Hatch) -> None:
        box.messages = {number: letter(number) for number in range(1, 4)}
        await Postman(hatch.door, mailbox(box, certificate, tmp_path)).once()
        assert box.seen == {1, 2}
        hatch.now += DRAFT_SECONDS
        await Postman(hatch.door, mailbox(box, certificate, tmp_path)).once()
        assert box.seen == {1, 2, 3}

    at_door(database_url, tmp_path, server, work, quota=2_000)


def test_a_mailbox_that_is_away_wrong_or_not_trusted_is_said_to_be(
    database_url: str,
    tmp_path: Path,
    server: MailServer,
    box: ImapServer,
    certificate: tuple[Path, Path],
) -> None:
    async def work(hatch: Hatch) -> None:
        box.messages = {1: letter(1)}
        for place in (
            mailbox(box, None, tmp_path),
            mailbox(box, certificate, tmp_path, password="other"),
            Mailbox("localhost", 1, "anne", tmp_path / "password", seconds=2),
            Mailbox("localhost", box.port, "anne", tmp_path / "none", seconds=2),
        ):
            with pytest.raises(Retryable) as error:
                await Postman(hatch.door, place).once()
            assert error.value.code == "imap-unavailable"
            assert "hunter2" not in str(error.value)
        assert box.seen == set()

    at_door(database_url, tmp_path, server, work)


def test_the_process_goes_on_after_a_failure_and_ends_when_told(
    database_url: str,
    tmp_path: Path,
    server: MailServer,
    box: ImapServer,
    certificate: tuple[Path, Path],
) -> None:
    async def work(hatch: Hatch) -> None:
        place, stop = mailbox(box, certificate, tmp_path, password="wrong"), asyncio.Event()
        running = asyncio.create_task(Postman(hatch.door, place).run(0.02, stop))
        await asyncio.sleep(0.1)
        box.messages = {1: letter(1)}
        place.password_file.write_text("hunter2")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not server.raw:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            stop.set()
            await running

    at_door(database_url, tmp_path, server, work)
