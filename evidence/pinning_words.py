"""What the Pinning Service API says: pins, their states, failures. Nothing of it is trusted.

Version 1.0.0, ipfs.github.io/pinning-services-api-spec.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from evidence.errors import PinningReplyInvalid

MAX_REQUEST_ID_CHARS = 512
_MAX_SHOWN_CHARS = 200
_MAX_PATIENCE_SECONDS = 24 * 3600


class Status(StrEnum):
    QUEUED = "queued"
    PINNING = "pinning"
    PINNED = "pinned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Pin:
    """What is to be pinned, with all below it."""

    cid: str
    name: str | None = None
    """At most 255 characters."""
    origins: tuple[str, ...] = ()
    """At most 20 multiaddrs, each ending in a peer id, of nodes that hold it."""
    meta: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        fields = {"name": self.name, "origins": list(self.origins), "meta": dict(self.meta)}
        return {"cid": self.cid, **{key: value for key, value in fields.items() if value}}


@dataclass(frozen=True, slots=True)
class PinStatus:
    request_id: str
    """Names the request, not the CID: the same CID may be pinned by several."""
    status: Status
    created: str
    """RFC 3339, as the service wrote it."""
    pin: Pin
    delegates: tuple[str, ...]
    """Multiaddrs of the service's nodes that will fetch the blocks."""
    info: Mapping[str, str]

    @property
    def details(self) -> str:
        """Why it failed or waits, where the service says so."""
        return shown(self.info.get("status_details", ""))


def parse_status(data: Any) -> PinStatus:
    """Raises PinningReplyInvalid. Services leave out, or give null for, what is empty."""
    try:
        pin = data["pin"]
        return PinStatus(
            request_id=_request_id(data["requestid"]),
            status=Status(data["status"]),
            created=_time(data["created"]),
            pin=Pin(
                cid=_text(pin["cid"]),
                name=_text(pin.get("name") or "") or None,
                origins=_texts(pin.get("origins")),
                meta=_mapping(pin.get("meta")),
            ),
            delegates=_texts(data.get("delegates")),
            info=_mapping(data.get("info")),
        )
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise PinningReplyInvalid(f"no pin status: {shown(repr(error))}") from error


def parse_page(data: Any) -> tuple[int, list[PinStatus]]:
    """How many there are in all, and those on this page. Raises PinningReplyInvalid."""
    try:
        count, results = data["count"], data["results"]
        if not isinstance(count, int) or not isinstance(results, list | None):
            raise TypeError("count or results")
    except (LookupError, TypeError) as error:
        raise PinningReplyInvalid(f"no list of pins: {shown(repr(error))}") from error
    return count, [parse_status(one) for one in results or ()]


def parse_failure(body: bytes) -> tuple[str, str]:
    """Reason and details; empty where the service gives none in the form that is due."""
    try:
        error = json.loads(body)["error"]
        return shown(_text(error["reason"])), shown(_text(error.get("details") or ""))
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return "", ""


def parse_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (RecursionError, ValueError) as error:
        raise PinningReplyInvalid(f"not JSON: {shown(repr(error))}") from error


def retry_after_seconds(value: str | None, now: datetime) -> int | None:
    """Of the header, in seconds or as a date (RFC 9110, 10.2.3); a day at most."""
    if value is None:
        return None
    try:
        if value.isascii() and value.isdecimal():
            seconds = int(value[:9])
        else:
            date = parsedate_to_datetime(value)
            seconds = int((date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds())
    except (OverflowError, ValueError):
        return None
    return max(0, min(seconds, _MAX_PATIENCE_SECONDS))


def shown(text: str) -> str:
    """A stranger's words, fit for one line of a log."""
    plain = "".join(char if char.isprintable() else "\ufffd" for char in text[:_MAX_SHOWN_CHARS])
    return plain if len(text) <= _MAX_SHOWN_CHARS else plain + "…"


def _request_id(value: Any) -> str:
    text = _text(value)
    if not 0 < len(text) <= MAX_REQUEST_ID_CHARS or text in (".", "..") or not text.isprintable():
        raise ValueError("request id of no use")
    return text


def _time(value: Any) -> str:
    if datetime.fromisoformat(_text(value)).tzinfo is None:
        raise ValueError("a time without its zone")
    return str(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} where text was due")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | None):
        raise TypeError(f"{type(value).__name__} where a list was due")
    return tuple(_text(one) for one in value or ())


def _mapping(value: Any) -> dict[str, str]:
    if not isinstance(value, dict | None):
        raise TypeError(f"{type(value).__name__} where an object was due")
    return {key: _text(one) for key, one in (value or {}).items()}
