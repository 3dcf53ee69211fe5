"""Articles by words, by kind of complaint and by diagnosis; and whether they helped."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog

from dapp.domain.articles import Article, Diagnosis, diagnosis_of
from dapp.domain.parts import Category
from dapp.errors import InvalidInput, NotFound, Refused
from dapp.service.clock import Wall
from dapp.service.help.library import LANGUAGES, Library, article_language
from dapp.service.help.pace import Pace
from dapp.service.help.words import (
    all_searched,
    digest_of,
    language_of,
    plain_text,
    query_words,
    snippet_text,
)
from dapp.service.messages.keys import MessageKeys
from dapp.store.help import MARKS, HelpRows, Tally

View = dict[str, Any]

MOST_FOUND = 10
MOST_DAYS = 366
_ANSWER_SECONDS = 3600
_LEAD_CHARS = 160

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Found:
    """An article that may help.

    Attributes:
        snippet: parts of plain text, each with whether it is what was looked for.
        rank: the higher the better; 0 where no words were given.
    """

    article: Article
    snippet: Sequence[tuple[str, bool]]
    rank: float = 0.0


class Help:
    def __init__(self, library: Library, rows: HelpRows, keys: MessageKeys, wall: Wall) -> None:
        """`keys` signs what allows one answer."""
        self._library = library
        self._rows = rows
        self._keys = keys
        self._wall = wall
        self._pace = Pace()
        self._filling = asyncio.Lock()
        self._is_filled = False

    def article(self, slug: str, tag: str) -> Article:
        """In the language of that BCP 47 tag, else in English. Raises NotFound."""
        for language in (article_language(tag), *LANGUAGES):
            if (found := self._library[language].get(slug)) is not None:
                return found
        raise NotFound(
            f"there is no article {slug[:60]!r}",
            remedy="Search for it",
            code="article-unknown",
        )

    def languages_of(self, slug: str) -> list[str]:
        return [language for language in LANGUAGES if slug in self._library[language]]

    def listed(
        self, tag: str, kind: Category | None = None, diagnosis: Diagnosis | None = None
    ) -> list[Found]:
        """Without a search, and without the database; the most specific first."""
        articles = self._library[article_language(tag)].values()
        fitting = [one for one in articles if one.fits(kind, diagnosis)]
        first = diagnosis is not None
        fitting.sort(key=lambda one: _place(one, kind, by_diagnosis=first))
        return [Found(one, [(_lead(one), False)]) for one in fitting]

    async def search(
        self, query: str, tag: str, kind: Category | None = None, diagnosis: Diagnosis | None = None
    ) -> list[Found]:
        """The best first, at most `MOST_FOUND`. Any text will do. Raises DatabaseUnavailable."""
        language = language_of(query, article_language(tag))
        words = query_words(query, language)
        fitting = [one for one in self._library[language].values() if one.fits(kind, diagnosis)]
        if not words or not fitting:
            return []
        await self._fill()
        slugs = [one.slug for one in fitting]
        hits = await self._rows.search(words, language, slugs, MOST_FOUND)
        return [
            Found(self._library[language][hit.slug], _snippet(hit.snippet, language), hit.rank)
            for hit in hits
        ]

    def answer_link(self, slug: str, kind: Category | None) -> str | None:
        """What allows one answer on that article within the hour; None where no key can be had."""
        until = int(self._wall()) + _ANSWER_SECONDS
        try:
            return self._keys.link(_purpose(slug, _name(kind)), uuid4(), until)
        except Refused as error:
            log.warning("answers are not counted", code=error.code)
            return None

    async def answer(
        self, slug: str, kind: Category | None, link: str, client: str, *, helped: bool
    ) -> bool:
        """Whether it was counted: once a link, and a few times an hour and client.

        Raises NotFound, DatabaseUnavailable.
        """
        self.article(slug, "")
        now = self._wall()
        answer = self._keys.channel_of(_purpose(slug, _name(kind)), link, now)
        if answer is None or not self._pace.allows(client, now):
            return False
        day = datetime.fromtimestamp(now, UTC).date()
        until = int(now) + _ANSWER_SECONDS
        is_new = await self._rows.count(
            slug, _name(kind), day, helped=helped, answer=answer, until=until
        )
        await self._rows.forget(now)
        return is_new

    async def stats(self, days: int) -> View:
        """Answers of the last so many days, today included. Raises DatabaseUnavailable."""
        today = datetime.fromtimestamp(self._wall(), UTC).date()
        since = today - timedelta(days=days - 1)
        by_slug, by_kind, by_day = [
            await self._rows.counts(by, since) for by in ("slug", "kind", "day")
        ]
        return {
            "from": since.isoformat(),
            "to": today.isoformat(),
            "helped": sum(one.helped for one in by_day),
            "not_helped": sum(one.not_helped for one in by_day),
            "deflected": sum(one.helped for one in by_kind if one.name),
            "articles": [{"slug": one.name, **_tally(one)} for one in by_slug],
            "kinds": [{"kind": one.name or None, **_tally(one)} for one in by_kind],
            "days": [{"day": one.name, **_tally(one)} for one in by_day],
        }

    async def _fill(self) -> None:
        """Once a process; the files may be newer than the table."""
        if self._is_filled:
            return
        async with self._filling:
            digest, articles = await asyncio.to_thread(
                lambda: (digest_of(self._library), all_searched(self._library))
            )
            await self._rows.fill(articles, digest)
            self._is_filled = True


def kind_of(text: str | None) -> Category | None:
    """Raises InvalidInput; None and the empty text are no kind."""
    if not text:
        return None
    found = next((one for one in Category if _name(one) == text), None)
    return found if found is not None else _refuse("kind", text, [_name(one) for one in Category])


def diagnosis_named(text: str | None) -> Diagnosis | None:
    """Also by the name of a reason for waiting. Raises InvalidInput."""
    if not text:
        return None
    return diagnosis_of(text) or _refuse("diagnosis", text, list(Diagnosis))


def _refuse(field: str, text: str, known: Sequence[str]) -> Any:
    raise InvalidInput(
        f"{text[:40]!r} is no {field} that articles are about",
        remedy=f"Use one of {', '.join(known)}",
        code=f"{field}-unknown",
        fields={"field": field},
    )


def _name(kind: Category | None) -> str:
    return "" if kind is None else kind.name.lower()


def _purpose(slug: str, kind: str) -> str:
    return f"helped {slug} {kind}"


def _place(
    article: Article, kind: Category | None, *, by_diagnosis: bool
) -> tuple[int, int, int, str]:
    """What names the kind first, or is about few diagnoses, before what fits much."""
    of_kind = article.kinds.index(kind) if kind is not None else int(not article.kinds)
    narrow = len(article.diagnoses) if by_diagnosis else 0
    return of_kind, narrow, len(article.kinds), article.slug


def _lead(article: Article) -> str:
    """How it begins, to the end of a word where there are spaces."""
    text = plain_text(article.body.split("\n\n", 1)[0])
    if len(text) <= _LEAD_CHARS:
        return text
    head = text[:_LEAD_CHARS]
    return (head.rpartition(" ")[0] if " " in head[-30:] else head) + "…"


def _snippet(text: str, language: str) -> list[tuple[str, bool]]:
    """Only what stands between two marks was looked for."""
    parts: list[tuple[str, bool]] = []
    for piece in snippet_text(text, language).split(MARKS[0]):
        marked, mark, rest = piece.partition(MARKS[1])
        if mark:
            parts += [(marked, True), (rest, False)]
        else:
            parts.append((piece, False))
    return [part for part in parts if part[0]]


def _tally(one: Tally) -> View:
    return {"helped": one.helped, "not_helped": one.not_helped}
