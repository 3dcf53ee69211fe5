"""The parts of a message, within limits that are checked before anything is parsed.

The parser of the standard library takes any depth and any number of parts, at a price that grows
with both.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from email.utils import collapse_rfc2231_value
from typing import Any, TypeAlias

from dapp.errors import InvalidInput

MOST_PARTS = 100
MOST_DEPTH = 8
MOST_HEADER_BYTES = 64 * 1024
"""Of the message itself."""
_MOST_LINES = 700_000
_MOST_DASHES = 5_000
_MOST_NESTED = 24
_MOST_FIELD_CHARS = 2_000

_NESTS = re.compile(rb"boundary[\s*0-9]*=|message/", re.IGNORECASE)
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
Part: TypeAlias = "Message[str, str]"


class _Letter(Message):
    """Its bytes are taken as they are: the library would try any codec that the sender names."""

    def get_param(self, param: str, *more: Any, **named: Any) -> Any:
        return "ascii" if param == "charset" else super().get_param(param, *more, **named)

    def said_charset(self) -> str:
        said = super().get_param("charset")
        return "" if said is None else collapse_rfc2231_value(said)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part without parts.

    Attributes:
        alternative: the number of the multipart/alternative that it is in; None outside of any.
    """

    part: Part
    alternative: int | None


def opened(raw: bytes, most_bytes: int) -> Part:
    """The message. Raises InvalidInput for one beyond the limits."""
    if len(raw) > most_bytes:
        raise _refused("mail-too-large", f"the message has more than {most_bytes} bytes")
    head = _END_OF_HEADERS.search(raw, 0, MOST_HEADER_BYTES + 4)
    if head is None and len(raw) > MOST_HEADER_BYTES:
        raise _refused("mail-too-complex", f"its header has more than {MOST_HEADER_BYTES} bytes")
    is_plain = not (_has_more(raw, b"\n", _MOST_LINES) or _has_more(raw, b"\n--", _MOST_DASHES))
    if not is_plain or len(_NESTS.findall(raw)) > _MOST_NESTED:
        raise _refused("mail-too-complex", "the message has too many lines or parts")
    return message_from_bytes(raw, _Letter, policy=compat32)


def leaves(message: Part) -> list[Leaf]:
    """All parts that hold something, in order; a message within the message is one of them.

    Raises InvalidInput.
    """
    found: list[Leaf] = []
    for leaf in _leaves(message, 0, None):
        found.append(leaf)
        if len(found) > MOST_PARTS:
            raise _refused("mail-too-complex", f"the message has more than {MOST_PARTS} parts")
    return found


def field(part: Part, name: str) -> str:
    """A header as text, on one line; empty where there is none or nobody can read it."""
    try:
        said = next((value for key, value in part.raw_items() if key.lower() == name.lower()), "")
        value = str(said).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        text = str(make_header(decode_header(value[:_MOST_FIELD_CHARS])))
    except (MessageError, ValueError, LookupError, AttributeError, TypeError):
        return ""
    return " ".join(text.encode("utf-8", "replace").decode().replace("\x00", " ").split())


def _has_more(raw: bytes, mark: bytes, most: int) -> bool:
    """Whether the mark stands there more often than that."""
    place = -1
    for _ in range(most + 1):
        place = raw.find(mark, place + 1)
        if place < 0:
            return False
    return True


def charset(part: Part) -> str:
    """As the sender names it; empty where nothing does."""
    return part.said_charset() if isinstance(part, _Letter) else ""


def _leaves(part: Part, depth: int, alternative: int | None) -> Iterator[Leaf]:
    if depth > MOST_DEPTH:
        raise _refused("mail-too-complex", f"its parts lie deeper than {MOST_DEPTH} levels")
    payload = part.get_payload()
    if part.get_content_maintype() != "multipart" or not isinstance(payload, list):
        yield Leaf(part, alternative)
        return
    if part.get_content_subtype() == "alternative":
        alternative = id(part)
    for one in payload:
        if isinstance(one, Message):
            yield from _leaves(one, depth + 1, alternative)


def _refused(code: str, said: str) -> InvalidInput:
    return InvalidInput(said, remedy="Send less at once, as text and plain attachments", code=code)
