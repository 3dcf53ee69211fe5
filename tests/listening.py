"""Readers of the stream: one in a thread, or hundreds in one loop."""

import asyncio
import json
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.patience import PATIENCE_SECONDS


@dataclass(frozen=True)
class Message:
    event: str
    id: str
    data: Any


@dataclass
class Parser:
    """Messages of a stream, line by line, as the HTML standard reads them."""

    heard: list[Message] = field(default_factory=list)
    last_id: str = ""
    retry: int | None = None
    _event: str = ""
    _data: list[str] = field(default_factory=list)

    def line(self, line: str) -> None:
        name, _, value = line.partition(": ")
        if line == "":
            if self._data:
                data = json.loads("\n".join(self._data))
                self.heard.append(Message(self._event, self.last_id, data))
            self._event, self._data = "", []
        elif name == "id":
            self.last_id = value
        elif name == "event":
            self._event = value
        elif name == "data":
            self._data.append(value)
        elif name == "retry":
            self.retry = int(value)

    def keys(self) -> list[tuple[int, int]]:
        """Block and log index of the events that still hold, as a program keeps them."""
        found: list[tuple[int, int]] = []
        for one in self.heard:
            if one.event == "reorged":
                found = [key for key in found if key[0] < one.data["block"]]
            elif one.event == "event":
                key = (one.data["block"], one.data["log_index"])
                assert key not in found, f"{key} came twice"
                found.append(key)
        return found


class Listener:
    """Reads the stream in a thread of its own and keeps what it heard."""

    def __init__(self, url: str, last_event_id: str = "") -> None:
        self.said = Parser()
        self.open = threading.Event()
        self.ended = threading.Event()
        self._headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        self._url = url
        self._response: httpx.Response | None = None
        threading.Thread(target=self._listen, daemon=True).start()
        assert self.open.wait(PATIENCE_SECONDS), "the stream did not open"

    def _listen(self) -> None:
        try:
            with httpx.stream(
                "GET", self._url, headers=self._headers, timeout=PATIENCE_SECONDS
            ) as response:
                assert response.status_code == 200, response.read()
                for line in response.iter_lines():
                    self.said.line(line)
                    if self.said.last_id:
                        self.open.set()
        finally:
            self.ended.set()


async def crowd(url: str, size: int, until_block: int, opened: asyncio.Event) -> list[Parser]:
    """So many readers at once; sets `opened` when all listen, ends when all heard of a block."""
    parsers = [Parser() for _ in range(size)]
    here = 0

    async def read(parser: Parser) -> None:
        nonlocal here
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        is_counted = False
        while line := await reader.readline():
            parser.line(line.decode().rstrip("\r\n"))
            if parser.last_id and not is_counted:
                here, is_counted = here + 1, True
                if here == size:
                    opened.set()
            if any(
                one.event == "changed" and one.data["block"] >= until_block
                for one in parser.heard[-3:]
            ):
                break
        writer.close()

    await asyncio.gather(*(read(one) for one in parsers))
    return parsers
