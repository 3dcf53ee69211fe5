"""E-mail: only to who asked for it, readable, recognisable when repeated, and easy to stop."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dapp.domain.notices import Kind
from dapp.domain.types import Address
from dapp.errors import NotFound, RedressError
from dapp.service.messages.mail import one_line
from dapp.store.subscribers import ChannelKind
from tests.messaging import (
    ANNE,
    BEN,
    DAY,
    MailServer,
    Office,
    at_work,
    bodies,
    link_of,
    mail_server,
)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


async def refused(office: Office, to: str = "anne@example.org", who: object = ANNE) -> str:
    with pytest.raises(RedressError) as error:
        await office.preferences.add_channel(who, ChannelKind.EMAIL, to)  # type: ignore[arg-type]
    return error.value.code


def test_nothing_comes_before_the_link_was_followed(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(office: Office) -> None:
        added = await office.preferences.add_channel(ANNE, ChannelKind.EMAIL, "anne@example.org")
        assert (added["state"], "secret" in added) == ("unconfirmed", False)
        await office.happen("before")
        await office.deliver()
        (asked,) = server.mails
        assert asked["Subject"] == "Is this your e-mail address?"
        assert ANNE in bodies(asked)[0]
        with pytest.raises(RedressError):
            await office.channels.test(ANNE)
        assert await office.channels.confirm(link_of(asked, "confirm"))
        await office.happen("after", complaint=3)
        await office.deliver()
        assert len(server.mails) == 2
        assert server.mails[1]["Subject"] == "The organisation has acknowledged case 3."
        assert server.recipients == ["RCPT TO:<anne@example.org>"] * 2

    at_work(database_url, tmp_path, work, server.port)


def test_a_link_is_too_old_after_three_days(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(office: Office) -> None:
        await office.preferences.add_channel(ANNE, ChannelKind.EMAIL, "anne@example.org")
        await office.deliver()
        link = link_of(server.mails[0], "confirm")
        office.ahead += 3 * DAY + 1
        with pytest.raises(NotFound) as old:
            await office.channels.confirm(link)
        assert old.value.code == "link-unknown"

    at_work(database_url, tmp_path, work, server.port)


def test_headers(database_url: str, tmp_path: Path, server: MailServer) -> None:
    async def work(office: Office) -> None:
        await office.mailbox(server, "anne@example.org")
        await office.happen("a", complaint=3)
        await office.deliver()
        (mail,) = server.mails
        assert mail["From"] == "Redress <messages@redress.example>"
        assert mail["To"] == "anne@example.org"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = link_of(mail, "unsubscribe")
        assert (
            mail["List-Unsubscribe"]
            == f"<https://redress.example/messages/unsubscribe?link={link}>"
        )
        assert mail["Message-ID"].endswith("@redress.example>")
        assert "https://redress.example/c/3" in bodies(mail)[0]
        assert '<a href="https://redress.example/c/3">' in bodies(mail)[1]

    at_work(database_url, tmp_path, work, server.port)


def test_a_repeated_mail_can_be_told_as_such(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    """It got there, and the process was killed before it could note that down."""

    async def work(office: Office) -> None:
        await office.mailbox(server, "anne@example.org")
        await office.happen("a", complaint=3)
        await office.deliver()
        office.sql("UPDATE letter SET state = 'pending' WHERE kind = 'notices'")
        office.ahead += 3600
        await office.deliver()
        first, again = server.mails
        assert first["Message-ID"] == again["Message-ID"]
        assert first["Date"] == again["Date"]

    at_work(database_url, tmp_path, work, server.port)


def test_unsubscribed_is_at_once(database_url: str, tmp_path: Path, server: MailServer) -> None:
    async def work(office: Office) -> None:
        await office.mailbox(server, "anne@example.org")
        await office.happen("a")
        await office.deliver()
        await office.channels.unsubscribe(link_of(server.mails[0], "unsubscribe"))
        office.ahead += DAY
        await office.happen("b")
        await office.deliver()
        await office.courier.tidy()
        assert len(server.mails) == 1
        assert await office.channels.list(ANNE) == []
        await office.mailbox(server, "anne@example.org")

    at_work(database_url, tmp_path, work, server.port)


def test_whoever_never_asked_can_shut_the_door_for_good(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(office: Office) -> None:
        await office.preferences.add_channel(ANNE, ChannelKind.EMAIL, "victim@example.org")
        await office.deliver()
        asked = server.mails[0]
        await office.channels.refuse(link_of(asked, "refuse"))
        assert not await office.channels.confirm(link_of(asked, "confirm"))
        office.ahead += 2 * DAY
        assert await refused(office, "victim@Example.org", BEN) == "address-refused"

    at_work(database_url, tmp_path, work, server.port)


def test_nobody_is_flooded_with_questions(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(office: Office) -> None:
        for _ in range(3):
            added = await office.preferences.add_channel(
                ANNE, ChannelKind.EMAIL, "victim@example.org"
            )
            assert await refused(office, "victim@example.org") == "channel-known"
            await office.channels.remove(ANNE, UUID(added["id"]))
        assert await refused(office, "victim@example.org") == "channels-too-many"
        assert await refused(office, "victim@example.org", BEN) == "channels-too-many"
        await office.deliver()
        assert server.mails == []  # what was taken back is not asked for

    at_work(database_url, tmp_path, work, server.port)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("victim@example.org", "Victim@example.org"),
        ("victim@example.org", "victim+1@example.org"),
        ("victim+a@example.org", "VICTIM+b@example.org"),
    ],
)
def test_one_mailbox_is_one_however_it_is_spelled(
    database_url: str, tmp_path: Path, server: MailServer, one: str, other: str
) -> None:
    async def work(office: Office) -> None:
        await office.preferences.add_channel(ANNE, ChannelKind.EMAIL, one)
        await office.deliver()
        assert server.mails[0]["To"] == one
        await office.channels.refuse(link_of(server.mails[0], "refuse"))
        assert await refused(office, other, BEN) == "address-refused"

    at_work(database_url, tmp_path, work, server.port)


def test_many_at_once_flood_nobody_either(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(office: Office) -> None:
        accounts = [Address(f"0x{number:040x}") for number in range(8)]
        for one in accounts:  # each has said something before
            await office.preferences.new_calendar(one)
        found = await asyncio.gather(
            *(
                office.preferences.add_channel(one, ChannelKind.EMAIL, "victim@example.org")
                for one in accounts
            ),
            return_exceptions=True,
        )
        codes = [one.code for one in found if isinstance(one, RedressError)]
        assert codes == ["channels-too-many"] * 5
        await office.deliver()
        assert len(server.mails) == 3

    at_work(database_url, tmp_path, work, server.port)


def test_a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(office: Office) -> None:
        await office.mailbox(server, "anne@example.org")
        server.refusals = [b"451 later"]
        await office.happen("a")
        await office.deliver()
        office.ahead += 11
        await office.deliver()
        assert len(server.mails) == 1
        server.refusals = [b"550 no such person"]
        office.ahead += 301
        await office.happen("b")
        await office.deliver()
        (dead,) = (await office.channels.failures(ANNE))["failures"]
        assert (dead["error_code"], dead["tries"]) == ("smtp-550", 1)

    at_work(database_url, tmp_path, work, server.port)


def test_a_server_that_is_away_loses_nothing(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(office: Office) -> None:
        await office.mailbox(server, "anne@example.org")
        port, office.smtp_port = office.smtp_port, 1
        await office.happen("a")
        await office.deliver()
        assert office.said[-1] == ("email", "smtp-unavailable")
        office.smtp_port = port
        office.ahead += 11
        await office.deliver()
        assert len(server.mails) == 1

    at_work(database_url, tmp_path, work, server.port)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "Anne\r\nBcc: ben@example.org\r\n\r\nbody",
        "moc.elpmaxe\u202e.example\u2066",
        "0x\u0410nne\u2028line",
    ],
)
def test_whatever_a_field_says_stays_text(
    database_url: str, tmp_path: Path, server: MailServer, text: str
) -> None:
    """The only text that others write and we show is the token of an order: and it is an address.

    Should that ever change, it still ends no header and opens no tag.
    """

    async def work(office: Office) -> None:
        await office.mailbox(server, "anne@example.org")
        money: dict[str, Any] = {"to_customer": "12", "to_organisation": "3", "token": text}
        await office.happen("a", Kind.MONEY_PAID, complaint=3, **money)
        await office.deliver()
        (mail,) = server.mails
        assert mail["Bcc"] is None
        assert mail["Subject"].startswith("The money of case 3 was paid: 12 units of")
        assert not any(mark in mail["Subject"] for mark in "\r\n\u202e\u2066\u2028")
        html = bodies(mail)[1]
        assert "<script" not in html
        assert "<img" not in html

    at_work(database_url, tmp_path, work, server.port)


def test_a_line_for_a_header_has_no_hidden_marks() -> None:
    assert one_line("a\r\nb\tc\u202ed\u200be\u2028f\x00g  h") == "a b c d e f g h"
    assert len(one_line("x" * 1000)) == 200


def test_messages_come_in_the_readers_language_and_time(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(office: Office) -> None:
        await office.mailbox(server, "anne@example.org")
        await office.want(language="zh-Hans", time_zone="Asia/Shanghai")
        until = int(datetime(2099, 1, 1, 16, 30, tzinfo=UTC).timestamp())
        await office.happen("a", Kind.DEADLINE_NEAR, complaint=3, until=until, what="commit")
        await office.deliver()
        (mail,) = server.mails
        assert mail["Content-Language"] == "zh-Hans"
        assert "请在 2099年1月2日 00:30:00 (Asia/Shanghai) 之前提交密封投票。" in bodies(mail)[0]

    at_work(database_url, tmp_path, work, server.port)


def test_the_night_is_quiet_unless_it_would_be_too_late(
    database_url: str, tmp_path: Path, server: MailServer
) -> None:
    async def work(office: Office) -> None:
        await office.mailbox(server, "anne@example.org")
        here = datetime.now(UTC)
        starts, ends = ((here + timedelta(hours=hours)).strftime("%H:%M") for hours in (-1, 5))
        await office.want(quiet=(starts, ends))
        await office.happen("a", complaint=1)
        await office.happen("b", Kind.OFFER, complaint=2, until=2**33, share=1)
        assert await office.deliver() == 0
        soon = int(office.now()) + 3600
        await office.happen("c", Kind.DEADLINE_NEAR, complaint=3, until=soon, what="commit")
        assert await office.deliver() == 1
        (mail,) = server.mails
        assert mail["Subject"] == "3 messages from Redress"
        await office.happen("d", complaint=4)
        office.ahead += 4 * 3600
        assert await office.deliver() == 0
        office.ahead += 3600
        assert await office.deliver() == 1

    at_work(database_url, tmp_path, work, server.port)


def test_without_a_server_no_address_is_taken(database_url: str, tmp_path: Path) -> None:
    async def work(office: Office) -> None:
        assert await refused(office) == "email-off"

    at_work(database_url, tmp_path, work)
