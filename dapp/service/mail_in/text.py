"""What the text of a message says, whatever it was written in."""

import codecs
import re
from html import unescape

from dapp.service.mail_in.shape import Part, charset

MOST_HTML_BYTES = 256 * 1024
MOST_TEXT_BYTES = 1024 * 1024

# Others are no ways to write text, or slow on purpose (idna, punycode).
_CHARSET = re.compile(
    r"ascii|utf-?_?(7|8|16|32)|iso8859-|cp\d|gb|hz|big5|koi8-|shift_jis|euc_|iso2022_|johab|"
    r"mac-|tis-620|ptcp154|kz1048"
)
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg"})
_BLOCKS = frozenset(
    {"p", "div", "br", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr"}
    | {"section", "article", "header", "footer"}
)
_RAW = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "title")}
"""In these nothing but their own end is a tag."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})|<[!?]")
_MOST_QUOTES = 10
_CONTROL = re.compile(r"[^\S\n ]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


def decoded(part: Part, most_bytes: int = MOST_TEXT_BYTES) -> str:
    """A text part as clean text: unknown characters are replaced, marks that hide text are gone."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    return clean(data[:most_bytes].decode(_charset(part), "replace"))


def clean(text: str) -> str:
    """Lines end in LF; no control characters, and none that turn the direction of writing."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return _CONTROL.sub("", text.replace("\u00a0", " ")).encode("utf-8", "replace").decode()


def html_text(part: Part) -> str:
    """An HTML part as text; quoted parts begin with >, as they do in plain text."""
    return plain(decoded(part, MOST_HTML_BYTES))


def plain(html: str) -> str:
    """Its text, in time that grows with its length alone, whatever it is.

    The parser of the standard library takes the square of that for unclosed comments and tags.
    """
    page = _Page()
    place = 0
    while place < len(html):
        opening = html.find("<", place)
        if opening < 0:
            opening = len(html)
        page.words(html[place:opening])
        place = _after_tag(html, opening, page)
    return page.text()


def _charset(part: Part) -> str:
    try:
        name = codecs.lookup(charset(part)[:40] or "utf-8").name
    except (LookupError, ValueError, UnicodeError):
        return "utf-8"
    return name if _CHARSET.match(name) else "utf-8"


def _after_tag(html: str, place: int, page: "_Page") -> int:
    """Tells the page of the tag there, and says where the text goes on."""
    if html.startswith("<!--", place):
        return _after(html, "-->", place)
    found = _TAG.match(html, place)
    if found is None:
        page.words(html[place : place + 1])
        return place + 1
    name = (found[2] or "").lower()
    if found[1]:
        page.closes(name)
    else:
        page.opens(name)
    end = _after(html, ">", place)
    if found[1] or name not in _RAW:
        return end
    closing = _RAW[name].search(html, end)
    return len(html) if closing is None else closing.start()


def _after(html: str, mark: str, place: int) -> int:
    """Behind the next such mark; the end of all where there is none."""
    found = html.find(mark, place)
    return len(html) if found < 0 else found + len(mark)


class _Page:
    """What has been read so far."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._unseen = 0
        self._quotes = 0

    def opens(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "body":
            self._unseen = 0
        elif tag == "blockquote":
            self._quotes = min(self._quotes + 1, _MOST_QUOTES)
            self._line()
        elif tag == "li":
            self._line("- ")
        elif tag in _BLOCKS:
            self._line()

    def closes(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)
            self._line()
        elif tag in _BLOCKS or tag == "li":
            self._line()

    def words(self, data: str) -> None:
        if self._unseen or not data:
            return
        try:
            data = unescape(data)
        except ValueError:  # a number of thousands of digits
            return
        self._pieces.append(re.sub(r"\s+", " ", data))

    def _line(self, mark: str = "") -> None:
        self._pieces.append("\n" + "> " * self._quotes + mark)

    def text(self) -> str:
        lines = [" ".join(line.split()) for line in "".join(self._pieces).split("\n")]
        return clean(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip())
