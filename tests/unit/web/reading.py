"""What a page says to people: its text and what is read out, apart from code and names."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

_SAID = ("aria-label", "title", "placeholder", "alt")
_NOT_SAID = ("script", "style", "code")
_WORD = re.compile(r"(?<![\w.$@/-])[A-Za-z]{2,}(?!\w|@|/|://|\.\w)")
NAMES = frozenset(
    {
        "Redress",
        "ETH",
        "UTC",
        "IPFS",
        "JSON",
        "RPC",
        "SHA",
        "JavaScript",
        "trail",
        "webhook",
        "Webhook",
        "CSV",
        "SVG",
        "CID",
        "gas",
    }
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.said += [value for name in _SAID if (value := found.get(name))]
        if tag in _NOT_SAID or found.get("lang") == "en":
            self._silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.said.append(data.strip())


def texts(html: str) -> list[str]:
    """Text, and attributes that are read out; what is marked as English is left out."""
    reader = _Reader()
    reader.feed(html)
    return reader.said


def english(said: str) -> list[str]:
    """Words in Latin letters that are no name; numbers, addresses and paths are none."""
    return [word for word in _WORD.findall(said) if word not in NAMES]


def english_of(html: str) -> Iterator[tuple[str, list[str]]]:
    for said in texts(html):
        if found := english(said):
            yield said, found
