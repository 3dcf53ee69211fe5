"""Text as a search takes it: words parted by spaces, Chinese ones too, and no marks."""

import re
from hashlib import sha256

from dapp.domain.articles import Article
from dapp.service.help.library import LANGUAGES, Library
from dapp.store.help import MARKS, Searched

MOST_QUERY_CHARS = 300
_MOST_WORDS = 40

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_IS_HAN = re.compile(f"[{_HAN}]")
_IS_CYRILLIC = re.compile("[\u0400-\u04ff]")
_WORD = re.compile(r"\w+")
_ODD_SPACE = re.compile(
    f"(?<=[{_HAN}\u3000-\u303f\uff00-\uffef{''.join(MARKS)}]) +"
    f"|(?<=\\S) +(?=[{_HAN}\u3000-\u303f\uff00-\uffef])"
)
_MARKUP = (
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"^#.*$", re.MULTILINE), ""),
    (re.compile(r"^\s*(?:[-*]|\d+\.)\s+", re.MULTILINE), ""),
    (re.compile(r"\*+|`|\\|^\|[-| ]+\|$", re.MULTILINE), ""),
    (re.compile(r" *\| *"), " "),
)
_EMPTY = frozenset("的了是我你您他她它吗呢吧啊在有和也都就不把被") | {"怎么", "怎么办"}
"""Chinese words that say nothing of what is looked for; PostgreSQL knows none."""


def language_of(query: str, wished: str) -> str:
    """A query is answered in the language it is written in, where its letters show which."""
    if _IS_HAN.search(query):
        return "zh"
    return "ru" if _IS_CYRILLIC.search(query) else wished


def query_words(query: str, language: str) -> str:
    """Letters and digits alone, so that nothing in it is an operator; empty if there are none."""
    words = _WORD.findall(query[:MOST_QUERY_CHARS].casefold())[:_MOST_WORDS]
    return _segmented(" ".join(words)) if language == "zh" else " ".join(words)


def searched(article: Article) -> Searched:
    plain = plain_text(article.body)
    headings = " ".join(re.findall(r"^#+ (.*)$", article.body, re.MULTILINE))
    split = _segmented if article.language == "zh" else str
    return Searched(
        slug=article.slug,
        language=article.language,
        title=article.title,
        title_words=split(article.title),
        tag_words=split(", ".join(article.tags)),
        heading_words=split(headings),
        body_words=split(plain),
        body=_parted(plain) if article.language == "zh" else plain,
    )


def plain_text(markdown: str) -> str:
    """Without headings and marks of Markdown; articles use few of them."""
    for pattern, instead in _MARKUP:
        markdown = pattern.sub(instead, markdown)
    return " ".join(markdown.split())


def snippet_text(snippet: str, language: str) -> str:
    """As it is written: Chinese has no spaces between its words."""
    return _ODD_SPACE.sub("", snippet) if language == "zh" else snippet


def digest_of(library: Library) -> bytes:
    """Of all that the search is made from, in any order of files."""
    return sha256("\0".join(repr(searched(one)) for one in _all(library)).encode()).digest()


def all_searched(library: Library) -> list[Searched]:
    return [searched(one) for one in _all(library)]


def _all(library: Library) -> list[Article]:
    return [library[name][slug] for name in LANGUAGES for slug in sorted(library[name])]


def _segmented(text: str) -> str:
    """All words and the words within them, for the index and for queries."""
    # Its dictionary takes a while to load; most commands never search.
    import rjieba

    found = [word for word in rjieba.cut_for_search(text) if _WORD.fullmatch(word)]
    return " ".join(word for word in found if word not in _EMPTY)


def _parted(text: str) -> str:
    """The same text, with its words apart."""
    import rjieba

    return " ".join(rjieba.cut(text))
