"""The articles as files: docs/help/LANGUAGE/SLUG.md, a few facts and then Markdown."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import dapp
from dapp.domain.articles import Article, Diagnosis
from dapp.domain.parts import Category

LANGUAGES = {"en": "English", "zh": "简体中文", "ru": "Русский"}
"""Own name of every language that there are articles in; the first stands in for others."""

_FACTS = ("title", "kinds", "diagnoses", "tags")
_SLUG = re.compile(r"[a-z]+(-[a-z]+)*")

Library = Mapping[str, Mapping[str, Article]]
"""By language, then by slug in the order of the list."""


@cache
def library() -> Library:
    """All articles. Raises ValueError for one that is not written as it must be."""
    return {language: _articles(folder() / language, language) for language in LANGUAGES}


def folder() -> Path:
    """Beside the package in a checkout; a wheel has them inside (pyproject.toml)."""
    package = Path(dapp.__file__).parent
    inside = package / "help"
    return inside if inside.is_dir() else package.parent / "docs" / "help"


def article_language(tag: str) -> str:
    """The language of articles for a reader's BCP 47 tag."""
    primary = tag.replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else next(iter(LANGUAGES))


def parse(text: str, slug: str, language: str) -> Article:
    """Raises ValueError."""
    _, _, rest = text.partition("---\n")
    head, mark, body = rest.partition("\n---\n")
    facts = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    if not mark or text[:4] != "---\n" or not _SLUG.fullmatch(slug) or set(facts) > set(_FACTS):
        raise ValueError(f"{language}/{slug} does not begin with the facts of an article")
    return Article(
        slug=slug,
        language=language,
        title=facts["title"].strip(),
        kinds=tuple(Category[name.upper()] for name in _listed(facts.get("kinds", ""))),
        diagnoses=tuple(Diagnosis(name) for name in _listed(facts.get("diagnoses", ""))),
        tags=tuple(_listed(facts.get("tags", ""))),
        body=body.strip() + "\n",
    )


def _articles(where: Path, language: str) -> dict[str, Article]:
    files = sorted(where.glob("*.md"))
    found = [parse(one.read_text(encoding="utf-8"), one.stem, language) for one in files]
    return {article.slug: article for article in found}


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]
