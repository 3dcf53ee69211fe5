"""Help before filing: articles by words, kind and diagnosis, and whether they helped."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from dapp.service.help.help import MOST_DAYS, Found, diagnosis_named, kind_of
from dapp.service.help.words import MOST_QUERY_CHARS
from dapp.web import markdown
from dapp.web.api.inputs import PartsOf
from dapp.web.clients import place_of

View = dict[str, Any]

router = APIRouter(prefix="/help", tags=["help"])

Text = Annotated[str, Query(max_length=MOST_QUERY_CHARS)]
Word = Annotated[str, Query(max_length=40)]
Slug = Annotated[str, Path(max_length=60)]


class Answer(BaseModel):
    helped: bool
    answer: Annotated[str, Field(max_length=200)]
    """As the article came with it, under the same `kind`."""
    kind: Annotated[str | None, Field(max_length=40)] = None


@router.get("")
async def search(
    parts: PartsOf, q: Text = "", kind: Word = "", diagnosis: Word = "", lang: Word = "en"
) -> View:
    """Articles that may help: by words, by kind of complaint, by what became of a transaction.

    `automatic`: chosen by a program. Without `q` all that fit are listed. A query is answered in
    the language that its letters show, else in `lang`. `diagnosis` also takes a reason for waiting,
    as transactions have it, such as `fee-too-low`.
    """
    which = (kind_of(kind), diagnosis_named(diagnosis))
    if q.strip():
        found = await parts.help.search(q, lang, *which)
    else:
        found = parts.help.listed(lang, *which)
    return {"automatic": True, "articles": [_shown(one) for one in found]}


@router.get("/stats")
async def stats(parts: PartsOf, days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 30) -> View:
    """How often articles solved it, by article, kind and day (UTC); nobody is counted by name.

    `deflected`: answers "yes" of people who were about to file a complaint.
    """
    return await parts.help.stats(days)


@router.get("/{slug}")
async def show(parts: PartsOf, slug: Slug, lang: Word = "en", kind: Word = "") -> View:
    """One article, as Markdown and as HTML; `answer` allows one answer within the hour."""
    of_kind = kind_of(kind)
    article = parts.help.article(slug, lang)
    return {
        **_facts(Found(article, [])),
        "languages": parts.help.languages_of(slug),
        "markdown": article.body,
        "html": str(markdown.html(article.body)),
        "answer": parts.help.answer_link(slug, of_kind),
    }


@router.post("/{slug}/helped")
async def helped(parts: PartsOf, request: Request, slug: Slug, said: Answer) -> View:
    """Says whether an article solved it; nothing of whoever says it is kept.

    `counted` is false for what was counted before, came too late, or is too much from one place.
    """
    place, kind = place_of(request, parts.settings.trusted_proxies), kind_of(said.kind)
    return {"counted": await parts.help.answer(slug, kind, said.answer, place, helped=said.helped)}


def _shown(found: Found) -> View:
    return {
        **_facts(found),
        "snippet": [{"text": text, "match": match} for text, match in found.snippet],
        "rank": round(found.rank, 4),
    }


def _facts(found: Found) -> View:
    article = found.article
    return {
        "slug": article.slug,
        "language": article.language,
        "title": article.title,
        "kinds": [one.name.lower() for one in article.kinds],
        "diagnoses": list(article.diagnoses),
        "url": f"/help/{article.slug}",
    }
