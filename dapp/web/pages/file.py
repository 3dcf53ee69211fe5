"""Filing a complaint: what it is about, what happened and what is wanted, the last look."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from dapp.domain.anchoring import ANCHOR_GRACE_SECONDS
from dapp.domain.articles import Diagnosis
from dapp.domain.parts import Category
from dapp.service.mail_in.door import Draft
from dapp.store.views import OrderRow
from dapp.web.i18n import Language
from dapp.web.pages.anchored import unopened
from dapp.web.pages.articles import helping, suggestions
from dapp.web.pages.looking import MOST_CHARS, look_up, shown
from dapp.web.pages.orders import lines, of_account
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.presentation.names import category_examples, category_name, organisation_name
from dapp.web.presentation.places import OrderLine
from dapp.web.presentation.sealed import answering, spaced

router = APIRouter()


@router.get("/file")
async def file(
    request: Request,
    account: Annotated[str, Query(max_length=42)] = "",
    order: Annotated[str, Query(max_length=66)] = "",
    draft: Annotated[str, Query(max_length=200)] = "",
    tx: Annotated[str, Query(max_length=MOST_CHARS)] = "",
    category: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """A diagnosis of `tx`, and the form, once there is an account with an order to complain about.

    `tx` is a transaction or an order, which says whose orders are meant where no account is given.
    `category` is the name of a kind of problem, chosen beforehand.
    `draft` is a link that was sent to whoever wrote by e-mail: it fills the form in.
    """
    t = language_of(request)
    mailed = await parts_of(request).mail_door.draft(draft) if draft else None
    looked = await look_up(request, tx) if tx.strip() else None
    meant = looked.order if looked else None
    whose = account or (meant.paid.order.customer if meant else "")
    rows = await of_account(request, whose) if whose else ()
    open_ = [one for one in await lines(request, rows) if one.can_file]
    chosen = meant.paid.order.key if meant else order
    usual = _usual(category, looked.diagnosis if looked else None)
    response = page(
        request,
        "file.html",
        here=True,
        asked=tx,
        looked=await shown(request, looked, whose) if looked else None,
        helping=helping(request, looked.diagnosis if looked else None),
        account=whose,
        orders=open_,
        is_given=any(one.key == chosen for one in open_),
        chosen=chosen or (_meant(open_, mailed, t) if mailed else ""),
        draft=draft,
        mailed=mailed,
        categories=_categories(t),
        usual=int(usual),
        suggested=suggestions(request, usual),
        readers=await _readers(request, rows),
        unopened=await unopened(request, rows[0].paid.order.customer) if rows else {},
        grace=t.duration(ANCHOR_GRACE_SECONDS),
        opens=parts_of(request).anchoring.terms.opener is not None,
    )
    if draft:
        response.headers.update({"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"})
    return response


def _usual(named: str, diagnosis: Diagnosis | None) -> Category:
    if named.upper() in Category.__members__:
        return Category[named.upper()]
    is_stuck = diagnosis not in (None, Diagnosis.CONFIRMED)
    return Category.TRANSACTION if is_stuck else Category.ORDER


def _categories(t: Language) -> list[tuple[int, str]]:
    return [(int(one), f"{category_name(one, t)}: {category_examples(one, t)}") for one in Category]


def _meant(lines: list[OrderLine], mailed: Draft, t: Language) -> str:
    """The order that a draft is about, where that is certain."""
    if mailed.order is not None or mailed.organisation is None:
        return mailed.order or ""
    name = organisation_name(mailed.organisation, t)
    found = [one.key for one in lines if one.organisation == name]
    return found[0] if len(found) == 1 else ""


async def _readers(request: Request, rows: tuple[OrderRow, ...]) -> dict[str, str]:
    """By order, who could read a private complaint beside its author."""
    people = parts_of(request).people
    of_order = {row.paid.order.key: row.paid.order.organisation for row in rows}
    accounts = {}
    for number in set(of_order.values()):
        row, _ = await people.find_organisation(number)
        accounts[number] = spaced(answering(row.organisation))
    return {key: accounts[number] for key, number in of_order.items()}
