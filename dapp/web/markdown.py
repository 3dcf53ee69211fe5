"""Articles as HTML: Markdown without HTML of its own, and links to pages of this site alone."""

import re
from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

_PLACE = re.compile(r"/[a-z0-9/-]*(#[a-z0-9-]+)?")


def html(markdown: str) -> Markup:
    return Markup(_parser().render(markdown))  # noqa: S704 (without HTML of its own)


def is_own(href: str) -> bool:
    """A path of this site: never another host, not even as //host."""
    return _PLACE.fullmatch(href) is not None and not href.startswith("//")


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.validateLink = is_own  # type: ignore[assignment,method-assign]
    return parser
