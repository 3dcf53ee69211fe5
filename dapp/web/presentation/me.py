"""What somebody's own page lists: what they must do, their money, and where they are signed in."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from dapp.domain.organisation import ROLE_MONEY
from dapp.domain.types import UnixTime
from dapp.service.messages.agenda import Entry
from dapp.store.sessions import Session
from dapp.store.views import OrganisationRow
from dapp.web.i18n import Language
from dapp.web.presentation.names import deadline_name, organisation_name
from dapp.web.presentation.stakes import StakeLine

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DutyLine:
    """`opens` is None for what can be done now."""

    case: int
    todo: str
    when: Markup
    left: str
    opens: Markup | None


def duty_line(entry: Entry, now: UnixTime, t: Language) -> DutyLine:
    one = entry.deadline
    return DutyLine(
        case=entry.complaint,
        todo=deadline_name(one.name, entry.complaint, t),
        when=t.time(one.until, now),
        left=t.duration(one.until - now),
        opens=t.time(one.opens, now) if one.opens > now else None,
    )


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """What an organisation's escrow holds for it; `accounts` may have it sent out."""

    organisation: int
    name: str
    amount: str
    accounts: str


def balance_lines(rows: Iterable[OrganisationRow], account: str, t: Language) -> list[BalanceLine]:
    """Of those for which the account may handle money, and which have some."""
    return [
        BalanceLine(row.organisation.id, _name(row, t), t.amount(row.balance), account)
        for row in rows
        if row.balance and _may_take(row, account)
    ]


def _may_take(row: OrganisationRow, account: str) -> bool:
    return any(
        one.roles & ROLE_MONEY and one.account.lower() == account
        for one in row.organisation.operators
    )


def _name(row: OrganisationRow, t: Language) -> str:
    return organisation_name(row.organisation.id, t)


def stakes_sentence(lines: Sequence[StakeLine], tickets_wei: int, t: Language) -> str:
    """Of all stakes together; empty where there are none."""
    if not lines:
        return ""
    seats = sum(one.open_seats for one in lines)
    held = t.amount(tickets_wei * sum(one.tickets for one in lines))
    return t.count(
        "You have staked {amount} and hold {number} open seat.",
        "You have staked {amount} and hold {number} open seats.",
        seats,
        amount=held,
    )


@dataclass(frozen=True, slots=True)
class SessionLine:
    since: Markup
    until: Markup
    is_this: bool


def session_line(one: Session, current: Session, t: Language) -> SessionLine:
    is_this = one.digest == current.digest
    return SessionLine(t.time(one.signed_in_at), t.time(one.expires_at), is_this)


@dataclass(frozen=True, slots=True)
class DraftLine:
    name: str
    body: str
    changed: Markup
    until: Markup


def draft_line(view: View, t: Language) -> DraftLine:
    body = json.dumps(view["draft"], indent=2, ensure_ascii=False)
    changed, until = (t.time(view[name]["unix"]) for name in ("changed_at", "expires_at"))
    return DraftLine(view["id"], body, changed, until)


@dataclass(frozen=True, slots=True)
class ApiKeyLine:
    """`used` is the day (UTC) it was last used, such as 2026-11-22; empty for never."""

    id: str
    name: str
    made: Markup
    until: Markup
    used: str


def api_key_line(view: View, t: Language) -> ApiKeyLine:
    made, until = (t.time(view[name]["unix"]) for name in ("made_at", "expires_at"))
    used = view["used_on"]["iso"][:10] if view["used_on"] else ""
    return ApiKeyLine(view["id"], view["name"], made, until, used)
