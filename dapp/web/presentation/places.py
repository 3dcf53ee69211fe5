"""Organisations, orders and stakes as the pages list them."""

from dataclasses import dataclass, replace

from babel.dates import get_day_names
from markupsafe import Markup

from dapp.domain.organisation import ROLE_ADMIN, ROLE_ANSWER, ROLE_MONEY, PolicyVersion
from dapp.domain.payment import OrderState
from dapp.domain.policy import Policy
from dapp.domain.sla import acknowledge_deadline, acknowledge_seconds, answer_deadline
from dapp.domain.types import NATIVE_COIN, UnixTime
from dapp.store.views import Credit, OrderRow, OrganisationRow
from dapp.web.i18n import Language
from dapp.web.presentation.names import organisation_name
from dapp.web.presentation.people import short
from dapp.web.presentation.view import coins, units

HOUR = 3600


@dataclass(frozen=True, slots=True)
class OperatorLine:
    account: str
    short: str
    roles: str


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation with the policy in force."""

    id: int
    name: str
    version: int
    acknowledge_peak: str
    acknowledge_off_peak: str
    answer: str
    protection: str
    terms: Policy
    days: tuple[str, ...]
    agreement: str
    bond: str
    claim_limit: str
    """The most that a claim without an order may ask for now; empty where none is accepted."""
    reserved: str
    """Empty where open claims hold nothing."""
    balance: str
    has_balance: bool
    complaints: str
    operators: tuple[OperatorLine, ...]
    accounts: str
    """Of those with a role, for the page's script."""
    nominated: tuple[str, ...]


def place(row: OrganisationRow, now: UnixTime, t: Language, agreement: str = "") -> Place:
    found = row.organisation
    current = found.policy_at(now)
    acting = [one for one in found.operators if one.roles]
    return Place(
        id=found.id,
        name=organisation_name(found.id, t),
        version=current.version,
        acknowledge_peak=t.duration(current.policy.acknowledge_peak_seconds),
        acknowledge_off_peak=t.duration(current.policy.acknowledge_off_peak_seconds),
        answer=t.duration(current.policy.answer_hours * HOUR),
        protection=t.duration(current.policy.protection_hours * HOUR),
        terms=current.policy,
        days=day_names(t),
        agreement=agreement,
        bond=t.amount(found.bond),
        claim_limit=t.amount(limit) if (limit := found.claim_limit(now)) else "",
        reserved=t.amount(found.locked) if found.locked else "",
        balance=t.amount(row.balance),
        has_balance=row.balance > 0,
        complaints=t.count("{number} complaint", "{number} complaints", row.complaints),
        operators=tuple(
            OperatorLine(one.account, short(one.account), role_words(one.roles, t))
            for one in acting
        ),
        accounts=" ".join(one.account.lower() for one in acting),
        nominated=tuple(one.account.lower() for one in found.operators if one.nominated),
    )


def role_words(roles: int, t: Language) -> str:
    named = (
        (ROLE_ANSWER, t.say("answers")),
        (ROLE_MONEY, t.say("handles money")),
        (ROLE_ADMIN, t.say("administers")),
    )
    return ", ".join(name for role, name in named if roles & role)


def day_names(t: Language) -> tuple[str, ...]:
    """Monday first."""
    names = get_day_names("abbreviated", locale=t.locale)
    return tuple(names[day] for day in range(7))


_CAPS = (0, 14, 54, 15, 55, 16, 56, 17, 18)


def claim_caps(t: Language) -> tuple[tuple[int, str], ...]:
    """The caps on claims that the form offers, as a policy packs them, with their words."""
    return tuple(
        (cap, t.amount(replace(_NO_TERMS, claim_cap=cap).claim_cap_wei) if cap else t.say("none"))
        for cap in _CAPS
    )


_NO_TERMS = Policy(0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class OrderLine:
    key: str
    organisation: str
    customer: str
    amount: str
    state: str
    state_name: str
    paid_at: Markup
    until: Markup | None
    """End of the time for complaints, while it runs."""
    complaint: int | None
    can_file: bool
    can_release: bool
    first_reply: str
    answer: str
    reply_by: Markup
    """If a complaint about it were filed now; so, too, `answer_by`."""
    answer_by: Markup
    units: int
    """Of the coin, as the script divides it; `token` is empty where that is the chain's own."""
    token: str


def order_line(row: OrderRow, version: PolicyVersion, now: UnixTime, t: Language) -> OrderLine:
    """`version` is the policy that the order was paid under."""
    paid, policy = row.paid, version.policy
    until = paid.paid_at + policy.protection_hours * HOUR
    is_held = row.state is OrderState.HELD
    is_coin = paid.order.is_claim or paid.order.token == NATIVE_COIN
    return OrderLine(
        key=paid.order.key,
        organisation=organisation_name(paid.order.organisation, t),
        customer=paid.order.customer,
        amount=coins(paid.amount, paid.order, t),
        state=row.state.name.lower(),
        state_name=_state_name(row.state, t),
        paid_at=t.time(paid.paid_at),
        until=t.time(until) if is_held and now < until else None,
        complaint=row.complaint,
        can_file=is_held and now < until,
        can_release=is_held,
        first_reply=t.duration(acknowledge_seconds(policy, now)),
        answer=t.duration(policy.answer_hours * HOUR),
        reply_by=t.time(acknowledge_deadline(policy, now)),
        answer_by=t.time(answer_deadline(policy, now)),
        units=paid.amount,
        token="" if is_coin else short(paid.order.token),
    )


@dataclass(frozen=True, slots=True)
class HeldLine:
    """An order as its organisation sees it."""

    key: str
    customer: str
    short_customer: str
    amount: str
    paid_at: Markup


def held_line(row: OrderRow, t: Language) -> HeldLine:
    paid = row.paid
    customer = paid.order.customer
    return HeldLine(
        paid.order.key,
        customer,
        short(customer),
        coins(paid.amount, paid.order, t),
        t.time(paid.paid_at),
    )


@dataclass(frozen=True, slots=True)
class CreditLine:
    contract: str
    token: str
    """Empty for the native coin."""
    amount: str


def credit_line(credit: Credit, t: Language) -> CreditLine:
    token = "" if credit.token == NATIVE_COIN else credit.token
    return CreditLine(credit.contract, token, units(credit.amount, credit.token, t))


def _state_name(state: OrderState, t: Language) -> str:
    return {
        OrderState.NONE: t.say("Unknown"),
        OrderState.HELD: t.say("In escrow"),
        OrderState.DISPUTED: t.say("In a complaint"),
        OrderState.RELEASED: t.say("Released"),
        OrderState.REFUNDED: t.say("Given back"),
        OrderState.SPLIT: t.say("Divided"),
    }[state]
