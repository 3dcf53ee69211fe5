"""A pinning service over HTTP: the IPFS Pinning Service API, version 1.0.0.

The service fetches what it is to pin from the nodes that a pin names as origins. Its token goes
nowhere but to it, over TLS or to this very machine, and into no message.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Literal
from urllib.parse import quote

import httpx

from evidence.errors import (
    PinMissing,
    PinningBusy,
    PinningMisconfigured,
    PinningRefused,
    PinningReplyInvalid,
    PinningTimeout,
    PinningUnreachable,
)
from evidence.pinning_words import (
    Pin,
    PinStatus,
    Status,
    parse_failure,
    parse_json,
    parse_page,
    parse_status,
    retry_after_seconds,
    shown,
)

__all__ = ["Pin", "PinStatus", "PinningService", "Status", "Token"]

Match = Literal["exact", "iexact", "partial", "ipartial"]

MAX_ANSWER_BYTES = 4 << 20
PAGE_LENGTH = 100
_MAX_PAGES = 1000
_MAX_TOKEN_CHARS = 8192
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""RFC 6750, 2.1."""


class Token:
    """What the service knows us by; shows itself to nobody."""

    def __init__(self, value: str, source: str) -> None:
        """`source` names where it came from, for people. Raises PinningMisconfigured."""
        if len(value) > _MAX_TOKEN_CHARS or not _TOKEN.fullmatch(value):
            raise PinningMisconfigured(f"{source} holds no bearer token")
        self._value = value

    @classmethod
    def from_file(cls, path: Path) -> "Token":
        """The one line of a file. Raises PinningMisconfigured."""
        try:
            with path.open("rb") as file:
                text = file.read(_MAX_TOKEN_CHARS + 2).decode("ascii", "replace")
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise PinningMisconfigured(f"the token in {path} can't be read: {reason}") from error
        return cls(text.strip(), str(path))

    def __repr__(self) -> str:
        return "Token(…)"

    def header(self) -> str:
        return f"Bearer {self._value}"

    def hidden_in(self, text: str) -> str:
        """The text without it: a service may repeat what it was sent."""
        return text.replace(self._value, "…")


class PinningService:
    """Use as a context manager, or close it. Every call raises PinningError."""

    def __init__(
        self,
        url: str,
        token: Token,
        timeout_seconds: float = 20.0,
        answer_seconds: float = 60.0,
    ) -> None:
        """`url` is what `/pins` is added to. Raises PinningMisconfigured.

        `timeout_seconds` is how long the service may stay silent; `answer_seconds`, how long it
        may take over the body of one answer.
        """
        address = _checked(url)
        self.host = address.netloc.decode("ascii")
        """With its port, where that is not the usual one."""
        self._url = str(address).rstrip("/") + "/pins"
        self._token = token
        self._answer_seconds = answer_seconds
        self._http = httpx.Client(
            headers={"Authorization": token.header(), "Accept-Encoding": "identity"},
            timeout=timeout_seconds,
            # A proxy would be told the token where there is no TLS.
            trust_env=address.scheme == "https",
        )

    def __enter__(self) -> "PinningService":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def add(self, pin: Pin) -> PinStatus:
        """A new request, even where the same CID is pinned already."""
        return self._asked_for(pin, self._call("POST", self._url, pin))

    def get(self, request_id: str) -> PinStatus:
        """Raises PinMissing."""
        found = parse_status(parse_json(self._call("GET", self._place(request_id))))
        if found.request_id != request_id:
            raise PinningReplyInvalid("the service speaks of another pin request")
        return found

    def replace(self, request_id: str, pin: Pin) -> PinStatus:
        """Removes the one and adds the other, which has a new id. Raises PinMissing."""
        return self._asked_for(pin, self._call("POST", self._place(request_id), pin))

    def remove(self, request_id: str) -> None:
        """Raises PinMissing."""
        self._call("DELETE", self._place(request_id))

    def list(
        self,
        *,
        cids: Sequence[str] = (),
        name: str | None = None,
        match: Match | None = None,
        status: Sequence[Status] = tuple(Status),
        before: str | None = None,
        after: str | None = None,
        meta: Mapping[str, str] | None = None,
        page_length: int = PAGE_LENGTH,
    ) -> Iterator[PinStatus]:
        """Those that pass every filter, the newest first; pages are fetched as they are needed.

        `cids` are ten at most, `page_length` is 1 to 1000, times are in RFC 3339.
        """
        query = {
            "cid": ",".join(cids),
            "name": name,
            "match": match,
            "status": ",".join(status),
            "before": before,
            "after": after,
            "limit": str(page_length),
            "meta": json.dumps(dict(meta)) if meta else None,
        }
        seen: set[str] = set()
        for _ in range(_MAX_PAGES):
            asked = {key: value for key, value in query.items() if value}
            count, page = parse_page(parse_json(self._call("GET", self._url, query=asked)))
            new = [one for one in page if one.request_id not in seen]
            seen.update(one.request_id for one in new)
            yield from new
            # A page that brings nothing new would be followed by itself for ever.
            if not new or count <= len(page):
                return
            query["before"] = min(page, key=lambda one: datetime.fromisoformat(one.created)).created
        raise PinningReplyInvalid(f"a list of more than {_MAX_PAGES} pages")

    def _asked_for(self, pin: Pin, body: bytes) -> PinStatus:
        found = parse_status(parse_json(body))
        if found.pin.cid != pin.cid:
            raise PinningReplyInvalid("the service pins something else", cid=pin.cid)
        return found

    def _place(self, request_id: str) -> str:
        return f"{self._url}/{quote(request_id, safe='')}"

    def _call(
        self, method: str, url: str, pin: Pin | None = None, query: Mapping[str, str] | None = None
    ) -> bytes:
        body = None if pin is None else pin.as_json()
        try:
            with self._http.stream(method, url, json=body, params=query) as response:
                data = self._received(response)
        except httpx.TimeoutException as error:
            raise PinningTimeout("the pinning service did not answer in time") from error
        except httpx.HTTPError as error:
            reason = f"{type(error).__name__}: {shown(str(error))}"
            raise PinningUnreachable(f"no connection to the pinning service: {reason}") from error
        self._check(response, data)
        return data

    def _received(self, response: httpx.Response) -> bytes:
        deadline = time.monotonic() + self._answer_seconds
        body = bytearray()
        for piece in response.iter_raw():
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                raise PinningReplyInvalid(f"an answer of more than {MAX_ANSWER_BYTES} bytes")
            if time.monotonic() > deadline:
                raise PinningTimeout("the pinning service does not come to an end")
        return bytes(body)

    def _check(self, response: httpx.Response, body: bytes) -> None:
        """Raises unless the service did what it was asked for."""
        code = response.status_code
        if response.is_success:
            return
        if response.is_redirect or code < 300:
            raise PinningReplyInvalid(f"the pinning service answers with {code}", status=code)
        reason, details = (self._token.hidden_in(text) for text in parse_failure(body))
        said = ": ".join(text for text in (str(code), reason, details) if text)
        if code in (429, 503):
            wait = retry_after_seconds(response.headers.get("Retry-After"), datetime.now(UTC))
            known = {} if wait is None else {"retry_after_seconds": wait}
            raise PinningBusy(f"the pinning service asks for patience, {said}", **known)
        if code == 404:
            raise PinMissing(f"the pinning service knows no such pin, {said}")
        raise PinningRefused(f"the pinning service refused, {said}", status=code, reason=reason)


def _checked(url: str) -> httpx.URL:
    """An address that a token may be sent to."""
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise PinningMisconfigured("the pinning service's address is no URL") from error
    if address.userinfo or address.query or address.fragment or not address.host:
        raise PinningMisconfigured("the pinning service's address is more or less than a place")
    if address.scheme != "https" and not (address.scheme == "http" and _is_loopback(address.host)):
        raise PinningMisconfigured(
            f"the token for {address.host} would go over {address.scheme or 'nothing'}, not https"
        )
    return address


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
