"""The service as its clients reach it: two servers, one of which may be dead at any moment."""

import itertools
import time
from collections.abc import Sequence
from typing import Any

import httpx
from eth_account.messages import encode_defunct

from scripts.faults.ledger import Ledger
from tests.api_player import Person

_ANSWER_SECONDS = 15.0
_PAUSE_SECONDS = 0.1
_TOO_MANY = 429
LONG_SECONDS = 600.0
"""A kill may follow upon the other: how long it took at most is written down."""


class NoAnswer(Exception):
    """Neither of them has answered for as long as anybody would try."""


class Doors:
    """One client, with its cookies; not for two threads."""

    def __init__(self, urls: Sequence[str], ledger: Ledger) -> None:
        self._urls = itertools.cycle(urls)
        self._url = next(self._urls)
        self._ledger = ledger
        self.http = ledger.open.enter_context(httpx.Client(timeout=_ANSWER_SECONDS))

    def ask(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """Ask until there is an answer that is none of a fault; the request must bear repetition.

        Who asks too often comes back when the answer says, as any client does. Raises NoAnswer.
        """
        began = time.monotonic()
        while (waited := time.monotonic() - began) < LONG_SECONDS:
            answer = self.once(method, path, **parts)
            if answer is not None and answer.status_code == _TOO_MANY:
                time.sleep(int(answer.headers["Retry-After"]))
                began = time.monotonic()  # a fault is not what it waits for
                continue
            if answer is not None and answer.status_code < 500:
                self._ledger.longest_wait = max(self._ledger.longest_wait, waited)
                return answer
            self._url = next(self._urls)
            time.sleep(_PAUSE_SECONDS)
        raise NoAnswer(f"{method} {path}")

    def once(self, method: str, path: str, **parts: Any) -> httpx.Response | None:
        """None where the connection broke or nothing came."""
        headers = {"Origin": self._url, **parts.pop("headers", {})}
        try:
            answer = self.http.request(method, self._url + path, headers=headers, **parts)
        except httpx.TransportError as error:
            self._ledger.answers[type(error).__name__] += 1
            return None
        self._ledger.answers[str(answer.status_code)] += 1
        if answer.status_code >= 500 and not _is_fit(answer):
            self._ledger.wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer

    def sign_in(self, person: Person) -> None:
        """The session is good at both servers."""
        asked = self.ask("POST", "/v1/session/message", json={"address": person.address})
        text = asked.json()["message"]
        signed = person.account.sign_message(encode_defunct(text=text)).signature
        said = {"message": text, "signature": "0x" + signed.hex()}
        opened = self.once("POST", "/v1/session", json=said)
        assert opened is not None and opened.status_code == 201, opened


def _is_fit(answer: httpx.Response) -> bool:
    """A refusal that says what it is and when to come back."""
    is_problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    return answer.status_code == 503 and "Retry-After" in answer.headers and (is_problem or is_page)
