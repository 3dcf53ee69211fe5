"""What stands before several servers: each request goes to one that answers to its name."""

import http.client
import itertools
import threading
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

_LOOK_SECONDS = 0.1
_ANSWER_SECONDS = 30.0


class Front:
    """Looks at /readyz of each, and sends nothing to one that is not ready, as balancers do.

    It goes to the next only where no connection came about: what was sent once is not sent again.

    Attributes:
        failed: why a request came to nothing, as its client would see it.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = list(urls)
        self._ready: frozenset[str] = frozenset()
        self._turn = itertools.count()
        self._ended = threading.Event()
        self.statuses: Counter[int] = Counter()
        self.failed: list[str] = []

    def look(self) -> None:
        """Until it ends."""
        while not self._ended.wait(_LOOK_SECONDS):
            self._ready = frozenset(url for url in self._urls if self._is_ready(url))

    def end(self) -> None:
        self._ended.set()

    def is_ready(self, url: str) -> bool:
        """Whether it is sent anything."""
        return url in self._ready

    def ask(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """Status and body; 0 where nothing came."""
        start = next(self._turn)
        ready = [url for url in self._urls if url in self._ready] or self._urls
        for place in range(len(ready)):
            url = ready[(start + place) % len(ready)]
            door = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_ANSWER_SECONDS)
            try:
                door.connect()
            except OSError:
                continue
            return self._sent(door, method, path, body, headers)
        self.failed.append(f"{method} {path}: nobody listens")
        return 0, b""

    def _sent(
        self,
        door: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes,
        headers: dict[str, str],
    ) -> tuple[int, bytes]:
        try:
            door.request(method, path, body, headers)
            answer = door.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.failed.append(f"{method} {path}: {error!r}")
            return 0, b""
        finally:
            door.close()
        self.statuses[answer.status] += 1
        is_fit = answer.status < 400 or (answer.status == 503 and answer.headers["Retry-After"])
        if not is_fit:
            self.failed.append(f"{method} {path}: {answer.status} {content[:300]!r}")
        return answer.status, content

    def _is_ready(self, url: str) -> bool:
        door = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        try:
            door.request("GET", "/readyz")
            return door.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            door.close()
