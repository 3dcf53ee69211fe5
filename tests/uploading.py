"""A server for uploads by parts, and a client that breaks off where a test says."""

import base64
import hashlib
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.api_player import redress, until
from tests.patience import PATIENCE_SECONDS

TUS = {"Tus-Resumable": "1.0.0"}
PART = {**TUS, "Content-Type": "application/offset+octet-stream"}
AUTHOR = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


@dataclass(frozen=True)
class Server:
    child: subprocess.Popen[bytes]
    http: httpx.Client

    def begin(self, size: int, name: str = "a.bin", **headers: str) -> str:
        """Where its parts go."""
        metadata = f"filename {base64.b64encode(name.encode()).decode()}"
        said = {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata, **headers}
        response = self.http.post("/v1/uploads", headers=said)
        assert response.status_code == 201, response.text
        return response.headers["location"]

    def add(self, place: str, offset: int, data: bytes, **headers: str) -> httpx.Response:
        said = {**PART, "Upload-Offset": str(offset), **headers}
        return self.http.patch(place, headers=said, content=data)

    def offset(self, place: str) -> int:
        response = self.http.head(place, headers=TUS)
        assert response.status_code == 200
        assert response.headers["cache-control"] == "no-store"
        return int(response.headers["upload-offset"])

    def whole(self, data: bytes, name: str = "a.bin") -> str:
        place = self.begin(len(data), name)
        assert self.add(place, 0, data).status_code == 204
        return place

    def submit(self, *uploads: str, **data: object) -> httpx.Response:
        """By where their parts went."""
        form = {"author": AUTHOR, "upload": [id_of(one) for one in uploads], **data}
        return self.http.post("/v1/evidence", data=form, timeout=300)

    def kill(self) -> None:
        os.kill(self.child.pid, signal.SIGKILL)
        self.child.wait()

    @contextmanager
    def half_sent(self, place: str, offset: int, data: bytes, announced: int) -> Iterator[None]:
        """A part of which `data` has come, and no more yet; it breaks off on the way out."""
        where = urlsplit(str(self.http.base_url))
        with socket.create_connection((where.hostname or "", where.port or 0)) as door:
            lines = {**PART, "Host": "a", "Content-Length": announced, "Upload-Offset": offset}
            head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
            door.sendall(f"PATCH {place} HTTP/1.1\r\n{head}\r\n".encode() + data)
            yield
            # No goodbye: a connection that broke.
            door.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


def id_of(place: str) -> str:
    return place.rsplit("/", 1)[1]


def sha256(data: bytes) -> str:
    return "sha256 " + base64.b64encode(hashlib.sha256(data).digest()).decode()


@contextmanager
def serving(env: dict[str, str], log: Path) -> Iterator[Server]:
    """A server that listens; without an index it takes evidence all the same."""
    log.unlink(missing_ok=True)
    with redress(log, env, "serve", "--port", "0") as child:
        shown: list[str] = []

        def announced() -> bool:
            assert child.poll() is None, log.read_text()
            shown.extend(re.findall(r"http://\S+", log.read_text()))
            return bool(shown)

        until(announced, "the server's address")
        with httpx.Client(base_url=shown[0], timeout=PATIENCE_SECONDS) as http:
            yield Server(child, http)
