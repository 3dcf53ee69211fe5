"""A message of RFC 5322 as a complaint that somebody may want to file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses
from hashlib import sha256

from dapp.domain.types import Hash32, OrganisationId
from dapp.errors import InvalidInput
from dapp.service.mail_in.names import file_name, order_in, organisation_in
from dapp.service.mail_in.quoting import own_words
from dapp.service.mail_in.shape import Leaf, Part, field, leaves, opened
from dapp.service.mail_in.text import decoded, html_text
from dapp.service.messages.reach import mailbox
from evidence import Kind

MOST_TEXT_CHARS = 10_000
"""As many as a manifest takes; longer letters come as a file as well."""
MOST_FILES = 30
_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@\[\]-]{3,200}>")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")
_PROGRAMS = re.compile(
    r"(mailer-daemon|postmaster|(no|do-?not)[-_.]?reply|bounces?|abuse|listserv|majordomo)([-+=_.].*)?",
    re.IGNORECASE,
)
_MARKS_OF_PROGRAMS = (
    "List-Id",
    "List-Unsubscribe",
    "List-Post",
    "X-Autoreply",
    "X-Autorespond",
    "X-Loop",
    "X-Auto-Response-Suppress",
    "Feedback-ID",
)
_RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file as it came; nothing is unpacked."""

    name: str
    media_type: str
    kind: Kind
    data: bytes


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a message says.

    Attributes:
        identity: of the message, the same when it comes again.
        message_id: as a reply may name it; empty where it is odd.
        sender: whom it claims to come from. Anybody can claim that.
        program: why nobody should be answered: a bounce, a list, another program; empty for people.
        text: of the sender alone, without quotes and signature.
        tongue: a sample of what was written, to guess the language by.
        organisation: that the address or the subject names.
    """

    identity: str
    message_id: str
    sender: str
    program: str
    subject: str
    text: str
    files: Sequence[Enclosed]
    tongue: str
    order: Hash32 | None
    organisation: OrganisationId | None


def read(raw: bytes, most_bytes: int, own: Sequence[str] = ()) -> Incoming:
    """Reads a message; `own` are the addresses that are ours, and never answered.

    Raises InvalidInput: `mail-too-large`, `mail-too-complex`, `mail-sender-invalid`,
    `mail-unreadable`.
    """
    try:
        return _read(raw, most_bytes, [one.casefold() for one in own])
    except (
        MessageError,
        RecursionError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
    ) as error:
        # The library's parser is known to stumble over letters that nobody writes by hand.
        raise InvalidInput(
            "the message cannot be read", remedy="Send it as plain text", code="mail-unreadable"
        ) from error


def _read(raw: bytes, most_bytes: int, own: Sequence[str]) -> Incoming:
    message = opened(raw, most_bytes)
    sender = _sender(message)
    found = leaves(message)
    subject = field(message, "Subject")
    text, files = _contents(found)
    said = field(message, "Message-ID")
    recipients = [one for name in _RECIPIENTS for one in message.get_all(name, [])][:50]
    return Incoming(
        identity=said or sha256(raw).hexdigest(),
        message_id=said if _ID.fullmatch(said) else "",
        sender=sender,
        program=_program(message, sender, own),
        subject=subject[:300],
        text=text,
        files=files,
        tongue=f"{subject} {text[:2000]}",
        order=order_in(subject),
        organisation=organisation_in(subject, (str(one)[:500] for one in recipients)),
    )


def _sender(message: Part) -> str:
    """The one mailbox in From, as it stands: what is encoded there is no address.

    Raises InvalidInput.
    """
    said = [str(one)[:1000] for one in message.get_all("From", [])]
    addresses = [address for _, address in getaddresses(said) if address]
    if len(said) != 1 or len(addresses) != 1:
        raise _nobody()
    try:
        return mailbox(addresses[0])
    except InvalidInput as error:
        raise _nobody() from error


def _program(message: Part, sender: str, own: Sequence[str]) -> str:
    """Which mark says that a program wrote it (RFC 3834, section 2); empty if none does."""
    if field(message, "Auto-Submitted").split(";")[0].strip().lower() not in ("", "no"):
        return "auto-submitted"
    if field(message, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply"):
        return "precedence"
    if any(str(one).strip() in ("<>", "") for one in message.get_all("Return-Path", [])):
        return "return-path-empty"
    if message.get_content_type() in ("multipart/report", "message/delivery-status"):
        return "report"
    if any(name in message for name in _MARKS_OF_PROGRAMS):
        return "list"
    if _PROGRAMS.fullmatch(sender.rpartition("@")[0]):
        return "sender"
    return "own" if _plain(sender) in {_plain(one) for one in own} else ""


def _plain(address: str) -> str:
    """Without what stands after a plus: such addresses are the same mailbox."""
    name, _, host = address.casefold().rpartition("@")
    return f"{name.partition('+')[0]}@{host}"


def _contents(found: Sequence[Leaf]) -> tuple[str, list[Enclosed]]:
    """The words, and all else as files; of alternatives the plainest is read, the rest dropped."""
    body = _body(found)
    whole = "" if body is None else _words(body.part)
    words, was_quoted = own_words(whole)
    taken: set[str] = set()
    files: list[Enclosed] = []
    if was_quoted:
        name = file_name("conversation.txt", 0, "", taken)
        files.append(Enclosed(name, "text/plain", Kind.TRANSCRIPT, whole.encode()))
    elif len(words) > MOST_TEXT_CHARS:
        name = file_name("letter.txt", 0, "", taken)
        files.append(Enclosed(name, "text/plain", Kind.FILE, words.encode()))
    for place, leaf in enumerate(found):
        is_other_body = (
            body is not None
            and leaf.alternative is not None
            and (leaf.alternative == body.alternative and _is_text(leaf.part))
        )
        if leaf is body or is_other_body:
            continue
        if len(files) >= MOST_FILES:
            break
        if (data := _data(leaf.part)) is not None:
            files.append(_enclosed(leaf.part, data, place, taken))
    return words[:MOST_TEXT_CHARS], files


def _body(found: Sequence[Leaf]) -> Leaf | None:
    """The first text that is no attachment, plain rather than HTML."""
    texts = [one for one in found if _is_text(one.part)]
    plain = next((one for one in texts if one.part.get_content_subtype() == "plain"), None)
    return plain or next(iter(texts), None)


def _is_text(part: Part) -> bool:
    is_text = part.get_content_type() in ("text/plain", "text/html")
    return is_text and part.get_content_disposition() != "attachment" and not _given_name(part)


def _words(part: Part) -> str:
    return html_text(part) if part.get_content_subtype() == "html" else decoded(part).strip()


def _data(part: Part) -> bytes | None:
    """What a file holds; a message within the message as it stands, without opening it."""
    if part.get_content_maintype() in ("message", "multipart"):
        inner = part.get_payload()
        whole = inner[0] if isinstance(inner, list) and inner else part
        return whole.as_bytes() if isinstance(whole, Message) else None
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) and payload else None


def _enclosed(part: Part, data: bytes, place: int, taken: set[str]) -> Enclosed:
    said = part.get_content_type()
    media_type = said if _MEDIA_TYPE.fullmatch(said) else "application/octet-stream"
    is_message = media_type == "message/rfc822"
    name = file_name(_given_name(part), place, ".eml" if is_message else "", taken)
    return Enclosed(name, media_type, Kind.TRANSCRIPT if is_message else Kind.FILE, data)


def _given_name(part: Part) -> str:
    found = part.get_filename()
    return "" if found is None else _header_text(collapse_rfc2231_value(found))


def _header_text(value: str) -> str:
    carrier: Part = Message()
    carrier["x"] = value.replace("\n", " ").replace("\r", " ")
    return field(carrier, "x")


def _nobody() -> InvalidInput:
    return InvalidInput(
        "the message does not come from one address that we can write to",
        remedy="Send it from one such as name@example.org",
        code="mail-sender-invalid",
    )
