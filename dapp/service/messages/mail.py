"""E-mail over one SMTP server, which the settings name."""

import asyncio
import unicodedata
from dataclasses import dataclass
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from pathlib import Path

import aiosmtplib

from dapp.service.messages.reach import mailbox
from dapp.service.messages.sending import Letter, NotSent, Written

_HIDDEN = ("Cc", "Cf", "Zl", "Zp", "Cs")


@dataclass(frozen=True, slots=True)
class Smtp:
    """The server; `security` is `tls`, `starttls` or `none`.

    Attributes:
        sender: of all mail, such as `Redress <messages@redress.example>`.
    """

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password_file: Path | None = None


class Mail:
    def __init__(self, server: Smtp, seconds: float = 20.0) -> None:
        """`seconds`: that one attempt may take."""
        self._server = server
        self._seconds = seconds

    async def send(self, to: str, letter: Letter, written: Written, made_at: float) -> None:
        """Raises NotSent."""
        await self.post(compose(self._server.sender, to, letter, written, made_at))

    @property
    def sender(self) -> str:
        return self._server.sender

    async def post(self, message: EmailMessage) -> None:
        """Raises NotSent."""
        server = self._server
        try:
            async with asyncio.timeout(self._seconds):
                await aiosmtplib.send(
                    message,
                    hostname=server.host,
                    port=server.port,
                    use_tls=server.security == "tls",
                    start_tls=server.security == "starttls",
                    username=server.user or None,
                    password=_password(server.password_file),
                    timeout=self._seconds,
                )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refusal.code for refusal in error.recipients]
            raise _refused(max(codes, default=450), is_final=True) from error
        except aiosmtplib.SMTPAuthenticationError as error:
            raise NotSent("smtp-sign-in") from error
        except aiosmtplib.SMTPResponseException as error:
            raise _refused(error.code, is_final=False) from error
        except (aiosmtplib.SMTPException, TimeoutError, OSError, ValueError) as error:
            raise NotSent("smtp-unavailable") from error


def compose(sender: str, to: str, letter: Letter, written: Written, made_at: float) -> EmailMessage:
    """The message; repeated, it has the same Message-ID and date."""
    name, address = parseaddr(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = MailAddress(name, addr_spec=address)
    message["To"] = MailAddress("", addr_spec=mailbox(to))
    message["Subject"] = one_line(written.subject)
    message["Date"] = formatdate(made_at)
    message["Message-ID"] = f"<{letter.id.hex}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(written.text)
    message.add_alternative(written.html, subtype="html")
    message["Content-Language"] = letter.reader.language
    return message


def one_line(text: str) -> str:
    """Without what could end a header, or turn the direction of writing."""
    kept = (" " if unicodedata.category(one) in _HIDDEN else one for one in text)
    return " ".join("".join(kept).split())[:200]


def _password(path: Path | None) -> str | None:
    """Read each time, so that it can be changed."""
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise NotSent("smtp-password-unreadable") from error


def _refused(code: int, *, is_final: bool) -> NotSent:
    return NotSent(f"smtp-{code}", is_final=is_final and 500 <= code < 600)
