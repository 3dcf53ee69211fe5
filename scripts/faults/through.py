"""Takes the place of an HTTP client where people of the tests ask."""

from typing import Any

import httpx

from scripts.faults.doors import Doors


class Through:
    """Asks until there is an answer, as `Doors` does."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    def get(self, path: str, **parts: Any) -> httpx.Response:
        return self._doors.ask("GET", path, **parts)

    def post(self, path: str, **parts: Any) -> httpx.Response:
        return self._doors.ask("POST", path, **parts)

    def put(self, path: str, **parts: Any) -> httpx.Response:
        return self._doors.ask("PUT", path, **parts)
