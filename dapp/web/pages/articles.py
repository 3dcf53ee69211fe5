"""Help before filing: the articles, a search over them, and whether one solved it."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import Response

from dapp.domain.articles import Diagnosis
from dapp.domain.parts import Category
from dapp.service.help.help import Found, diagnosis_named, kind_of
from dapp.service.help.library import article_language
from dapp.service.help.words import MOST_QUERY_CHARS
from dapp.web import markdown
from dapp.web.clients import place_of
from dapp.web.i18n import Language
from dapp.web.pages.looking import look_up, name_in, shown
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.presentation.names import category_name, slug

router = APIRouter(prefix="/help")

Text = Annotated[str, Query(max_length=MOST_QUERY_CHARS)]
Word = Annotated[str, Query(max_length=40)]
Slug = Annotated[str, Path(max_length=60)]

_SUGGESTED = 6
_HELPING = 3


@router.get("")
async def search(request: Request, q: Text = "", kind: Word = "", diagnosis: Word = "") -> Response:
    """All articles, or those that fit; while somebody types, the list alone.

    A transaction or an order that is pasted is looked up.
    """
    help_, t = parts_of(request).help, language_of(request)
    looked = await look_up(request, q) if name_in(q) else None
    named = diagnosis_named(diagnosis) or (looked.diagnosis if looked else None)
    which = (kind_of(kind), named)
    has_query = bool(q.strip()) and looked is None
    found = await help_.search(q, t.tag, *which) if has_query else help_.listed(t.tag, *which)
    is_update = request.headers.get("hx-request") == "true"
    return page(
        request,
        "parts/help.html" if is_update else "help.html",
        asked={"q": q, "kind": kind, "diagnosis": diagnosis},
        looked=await shown(request, looked) if looked else None,
        here=False,
        has_query=has_query,
        found=[_line(one, t, which[0]) for one in found],
        kinds=[(slug(one), category_name(one, t)) for one in Category],
    )


@router.get("/suggested")
async def suggested(request: Request, category: Annotated[int, Query(ge=0, le=6)]) -> Response:
    """What may solve a problem of that kind before a complaint about it is filed."""
    lines = suggestions(request, Category(category))
    return page(request, "parts/suggested.html", suggested=lines)


@router.get("/{name}")
async def article(request: Request, name: Slug, kind: Word = "") -> Response:
    return _article(request, name, kind_of(kind))


@router.post("/{name}")
async def answer(
    request: Request,
    name: Slug,
    helped: Annotated[str, Form(max_length=3)],
    answer: Annotated[str, Form(max_length=200)],
    kind: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Whether it was counted is no concern of the reader's."""
    parts, of_kind, solved = parts_of(request), kind_of(kind), helped == "yes"
    place = place_of(request, parts.settings.trusted_proxies)
    await parts.help.answer(name, of_kind, answer, place, helped=solved)
    return _article(request, name, of_kind, said="yes" if solved else "no")


def suggestions(request: Request, kind: Category) -> list[dict[str, Any]]:
    """The few that fit a kind best, for the form that files a complaint."""
    t = language_of(request)
    found = parts_of(request).help.listed(t.tag, kind)[:_SUGGESTED]
    return [_line(one, t, kind) for one in found]


def helping(request: Request, diagnosis: Diagnosis | None) -> list[dict[str, Any]]:
    """The few that fit what became of a transaction best; none where there is none."""
    if diagnosis is None:
        return []
    t = language_of(request)
    found = parts_of(request).help.listed(t.tag, None, diagnosis)[:_HELPING]
    return [_line(one, t, Category.TRANSACTION) for one in found]


def _article(request: Request, name: str, kind: Category | None, said: str = "") -> Response:
    help_, t = parts_of(request).help, language_of(request)
    found = help_.article(name, t.tag)
    of_kind = "" if kind is None else slug(kind)
    response = page(
        request,
        "help-article.html",
        article=found,
        body=markdown.html(found.body),
        kind=of_kind,
        answer="" if said else help_.answer_link(name, kind) or "",
        said=said,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _line(found: Found, t: Language, kind: Category | None) -> dict[str, Any]:
    query = {"kind": slug(kind)} if kind is not None else {}
    if found.article.language != article_language(t.tag):
        query["lang"] = found.article.language
    url = f"/help/{found.article.slug}" + (f"?{urlencode(query)}" if query else "")
    return {"article": found.article, "snippet": found.snippet, "url": url}
