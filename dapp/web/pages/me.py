"""The reader's own pages: public facts of any account, private ones for whoever is signed in."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from dapp.domain.payment import OrderState
from dapp.domain.types import Address
from dapp.service import inputs
from dapp.service.api_keys import MAX_DAYS
from dapp.store.sessions import Session
from dapp.store.subscribers import ChannelKind
from dapp.store.views import CaseFilter, OrganisationRow, PositionRow
from dapp.web.cookies import SESSION, cookie, site_of
from dapp.web.i18n import Language
from dapp.web.pages.anchored import unopened
from dapp.web.pages.keys import has_key
from dapp.web.pages.lists import case_lines
from dapp.web.pages.orders import credit_lines, lines, of_account
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.presentation.me import (
    api_key_line,
    balance_lines,
    draft_line,
    duty_line,
    session_line,
    stakes_sentence,
)
from dapp.web.presentation.people import short
from dapp.web.presentation.places import place
from dapp.web.presentation.stakes import stake_line
from dapp.web.presentation.wishes import (
    channel_lines,
    dead_line,
    delivery_line,
    tool_names,
    wish_form,
)

router = APIRouter(prefix="/me")

Account = Annotated[str, Query(max_length=42)]
_SHOWN = 5
"""Of each list; all of it is a link away."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a page is about.

    Attributes:
        account: None where the reader named none and is not signed in.
        session: None unless the reader is signed in as that very account.
    """

    account: Address | None
    session: Session | None


@router.get("")
async def overview(request: Request, account: Account = "") -> Response:
    reader = await _reader(request, account)
    public = await _public(request, reader.account) if reader.account else {}
    private = await _private(request, reader.session) if reader.session else {}
    return _page(request, "me.html", reader, **public, **private)


@router.get("/messages")
async def messages(request: Request, account: Account = "") -> Response:
    reader = await _reader(request, account)
    private = await _wishes(request, reader.session) if reader.session else {}
    return _page(request, "me-messages.html", reader, tools=tool_names(), **private)


@router.get("/developer")
async def developer(request: Request, account: Account = "") -> Response:
    reader = await _reader(request, account)
    keys = []
    if reader.session:
        found = await parts_of(request).api_keys.list(reader.session.account)
        keys = [api_key_line(one, language_of(request)) for one in found["api_keys"]]
    return _page(request, "me-developer.html", reader, keys=keys, most_days=MAX_DAYS)


async def _reader(request: Request, account: str) -> Reader:
    """Raises InvalidInput."""
    session = await _session(request)
    if not account:
        return Reader(session.account if session else None, session)
    whose = inputs.address(account, "account")
    return Reader(whose, session if session and session.account == whose else None)


async def _session(request: Request) -> Session | None:
    parts = parts_of(request)
    site = site_of(request, parts.settings)
    token = cookie(request, site, SESSION) if site else None
    return await parts.sessions.find(token) if token else None


def _page(request: Request, template: str, reader: Reader, **context: Any) -> Response:
    response = page(
        request,
        template,
        account=reader.account or "",
        short_account=short(reader.account or ""),
        is_mine=reader.session is not None,
        **context,
    )
    if reader.session is not None:
        response.headers["Cache-Control"] = "no-store"
    return response


async def _public(request: Request, account: Address) -> dict[str, object]:
    """What the chain tells of anybody."""
    parts, t = parts_of(request), language_of(request)
    entries, moment = await parts.agenda.of(account)

    async def rows() -> tuple[list[OrganisationRow], list[PositionRow]]:
        return await parts.queries.organisations_of(account), await parts.queries.positions(account)

    (organisations, positions), _ = await parts.clock.read(rows)
    ticket = parts.deployment.ticket_wei
    held = [row for row in positions if row.position.left_at is None]
    stakes = [stake_line(row, ticket, moment.next_block, t) for row in held]
    paid = await lines(request, await of_account(request, account))
    orders = [one for one in paid if one.state == _HELD]
    return {
        "duties": [duty_line(one, moment.now, t) for one in entries],
        "credits": await credit_lines(request, account),
        "balances": balance_lines(organisations, account.lower(), t),
        "takeable": [one for one in stakes if one.may_unstake],
        "stakes": stakes_sentence(stakes, ticket, t),
        "orders": orders[:_SHOWN],
        "more_orders": len(orders) > _SHOWN,
        "has_key": await has_key(request, account),
        "signed": list((await unopened(request, account)).values())[:_SHOWN],
        **await _cases(request, account, organisations, t),
    }


async def _cases(
    request: Request, account: Address, organisations: list[OrganisationRow], t: Language
) -> dict[str, object]:
    """The latest few of each part that the account has in cases."""
    moment = await parts_of(request).clock.moment()
    acting = []
    for row in organisations:
        lines, _ = await case_lines(
            request, CaseFilter(organisation=row.organisation.id), limit=_SHOWN
        )
        acting.append({"place": place(row, moment.now, t), "cases": lines})
    filed, more = await case_lines(request, CaseFilter(customer=account), limit=_SHOWN)
    drawn, _ = await case_lines(request, CaseFilter(arbitrator=account), limit=_SHOWN)
    return {"filed": filed, "more_filed": more, "acting": acting, "drawn": drawn}


async def _private(request: Request, session: Session) -> dict[str, object]:
    parts, t, account = parts_of(request), language_of(request), session.account
    wishes = await parts.preferences.show(account)
    drafts = await parts.account_drafts.all_of(account)
    sessions = await parts.sessions.all_of(account)
    return {
        "has_calendar": wishes["calendar"],
        "drafts": [draft_line(one, t) for one in drafts],
        "sessions": [session_line(one, session, t) for one in sessions],
    }


async def _wishes(request: Request, session: Session) -> dict[str, object]:
    parts, t, account = parts_of(request), language_of(request), session.account
    shown = await parts.preferences.show(account)
    channels = shown["channels"]
    tried = await parts.channels.deliveries(account)
    failed = await parts.channels.failures(account)
    return {
        "wish": wish_form(shown, t),
        "mailboxes": channel_lines(channels, ChannelKind.EMAIL, t),
        "webhooks": channel_lines(channels, ChannelKind.WEBHOOK, t),
        "chats": channel_lines(channels, ChannelKind.CHAT, t),
        "deliveries": [delivery_line(one, channels, t) for one in tried["deliveries"]],
        "dead": [dead_line(one, channels, t) for one in failed["failures"]],
    }


_HELD = OrderState.HELD.name.lower()
