"""What people are told about a case: read off the case as its events tell it, and the clock."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dapp.domain import median
from dapp.domain.case import Case
from dapp.domain.deadlines import Deadline, counted, deadlines, owners, reveal_opens
from dapp.domain.outside import CHOICE_STEP
from dapp.domain.parts import ComplaintState
from dapp.domain.rounds import Round
from dapp.domain.types import NATIVE_COIN, Address, BlockNumber, ComplaintId, UnixTime


class Kind(StrEnum):
    """What a notice is about; what it says follows from it and from its facts."""

    NEW_COMPLAINT = "new-complaint"
    ACKNOWLEDGED = "acknowledged"
    INFO_ASKED = "info-asked"
    OFFER = "offer"
    ESCALATED = "escalated"
    DRAWN = "drawn"
    VOTING_OPENS = "voting-opens"
    REVEAL_OPENS = "reveal-opens"
    RULING = "ruling"
    APPEAL_OPENED = "appeal-opened"
    MONEY_PAID = "money-paid"
    DEADLINE_NEAR = "deadline-near"
    BREACH_NEAR = "breach-near"
    """The organisation's own deadline: past it, it has broken its word."""
    CORRECTION = "correction"
    """The chain took back what was told: a ruling, or a payment."""
    CHANNEL_DISABLED = "channel-disabled"


ALWAYS = frozenset({Kind.CORRECTION, Kind.CHANNEL_DISABLED})
"""Nobody can turn these off."""
CORRECTED = frozenset({Kind.RULING, Kind.MONEY_PAID})

Facts = Mapping[str, int | str | None]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell one account.

    Attributes:
        key: the same for the same thing, however often it is found: what has been told under it
            is not told again. A deadline's has its time in it, so that one that moved is.
        at: when it happened or will, by the chain's clock.
        due_at: when to tell of it.
        until: when it is too late to do something about it.
        complaint: None for what is about no case.
    """

    key: str
    kind: Kind
    account: Address
    at: UnixTime
    due_at: UnixTime
    complaint: ComplaintId | None
    until: UnixTime | None = None
    facts: Facts = field(default_factory=dict)


def notices(
    case: Case,
    operators: Sequence[Address],
    leads: Mapping[Address, int],
    now: UnixTime,
    block: BlockNumber,
) -> list[Notice]:
    """All there is to tell of a case to those in `leads`, be it past or to come.

    Args:
        case: the case.
        operators: who answers for its organisation.
        leads: how many seconds before a deadline somebody wants to hear of it, by account.
        now: the chain's time.
        block: the one after the head.
    """
    told = [*_of_parties(case, operators), *_of_panels(case, operators)]
    told += [
        _near(case, one, account, leads[account])
        for one in deadlines(case, operators, now, block)
        for account in one.accounts
        if account in leads
    ]
    return [one for one in told if one.account in leads]


def true_keys(case: Case, operators: Sequence[Address]) -> set[str]:
    """The keys of all that has come to pass in a case, whomever it is told."""
    return {one.key for one in (*_of_parties(case, operators), *_of_panels(case, operators))}


def correction(case: ComplaintId, account: Address, key: str, kind: Kind, at: UnixTime) -> Notice:
    """Takes back what was told under the key, at a time by the chain's clock."""
    facts: Facts = {"key": key, "of": str(kind)}
    return Notice(f"{key}/correction", Kind.CORRECTION, account, at, at, case, None, facts)


def _of_parties(case: Case, operators: Sequence[Address]) -> Iterator[Notice]:
    customer, parties = (case.customer,), (case.customer, *operators)
    yield from _news(case, Kind.NEW_COMPLAINT, "filed", case.filed_at, operators, _demand(case))
    answered = {one.at for one in case.asks} | {one.at for one in case.offers}
    # An offer or a question is a first reply as well: that it came is enough.
    if case.acknowledgement is not None and case.acknowledgement.at not in answered:
        at = case.acknowledgement.at
        yield from _news(case, Kind.ACKNOWLEDGED, "acknowledged", at, customer)
    for number, asked in enumerate(case.asks, 1):
        until = asked.deadline if asked.replied_at is None else None
        yield from _news(case, Kind.INFO_ASKED, f"asked/{number}", asked.at, customer, until=until)
    for offer in case.offers:
        facts: Facts = {
            "share": offer.share,
            "pledge": None if offer.pledge is None else offer.pledge.kind.name.lower(),
        }
        key = f"offer/{offer.number}/{offer.share}"
        yield from _news(case, Kind.OFFER, key, offer.at, customer, facts, offer.deadline)
    if case.escalation is not None:
        actor, at = case.escalation.actor, case.escalation.at
        others = [one for one in parties if one != actor]
        yield from _news(case, Kind.ESCALATED, "escalated", at, others)
    if case.payment is not None:
        paid = case.payment
        facts = {
            "outcome": paid.outcome.name.lower(),
            "share": paid.share,
            "to_customer": str(paid.to_customer),
            "to_organisation": str(paid.to_organisation),
            "token": NATIVE_COIN if case.is_claim else case.order.token,
        }
        key = f"paid/{paid.outcome}/{paid.share}/{paid.to_customer}"
        yield from _news(case, Kind.MONEY_PAID, key, paid.at, parties, facts)


def _of_panels(case: Case, operators: Sequence[Address]) -> Iterator[Notice]:
    parties = (case.customer, *operators)
    for one in case.rounds:
        panel, number = owners(one, lambda _seat: True), one.number
        if one.drawn_at is not None:
            yield from _news(case, Kind.DRAWN, f"drawn/{number}", one.drawn_at, panel)
        if one is case.round and case.state is ComplaintState.ESCALATED:
            yield from _openings(case, one)
        if _has_ruling(one):
            share = median.ruling(one.votes)
            key, facts = f"ruling/{number}/{share}", {"share": share}
            everybody = tuple(dict.fromkeys((*parties, *panel)))
            yield from _news(case, Kind.RULING, key, counted(one), everybody, facts)
        if one.appealed_at is not None:
            at, everybody = one.appealed_at, tuple(dict.fromkeys((*parties, *panel)))
            yield from _news(case, Kind.APPEAL_OPENED, f"appeal/{number}", at, everybody)
    yield from _without_votes(case, parties)


def _openings(case: Case, current: Round) -> Iterator[Notice]:
    if current.drawn_at is None or current.ended_at is not None:
        return
    ends, at = current.commit_ends, UnixTime(max(current.drawn_at, current.commit_opens))
    waiting = owners(current, lambda seat: seat not in current.committed)
    key = f"voting/{current.number}/{ends}"
    yield from _news(case, Kind.VOTING_OPENS, key, at, waiting, until=ends)
    ends, at = current.reveal_ends, reveal_opens(current)
    opening = owners(
        current, lambda seat: seat in current.committed and seat not in current.revealed
    )
    key = f"reveal/{current.number}/{ends}"
    yield from _news(case, Kind.REVEAL_OPENS, key, at, opening, until=ends)


def _without_votes(case: Case, parties: Sequence[Address]) -> Iterator[Notice]:
    """What arbitrators outside say, and where a court had nothing to say."""
    outside = case.outside
    if outside is not None and outside.choice is not None and outside.ruled_at is not None:
        share = (outside.choice - 1) * CHOICE_STEP if outside.choice else None
        key = f"ruling/outside/{outside.choice}"
        yield from _news(case, Kind.RULING, key, outside.ruled_at, parties, {"share": share})
    elif case.ruling is not None and case.ruling.refused:
        at = case.ruling.at
        yield from _news(case, Kind.RULING, "ruling/refused", at, parties, {"share": None})


def _news(
    case: Case,
    kind: Kind,
    key: str,
    at: UnixTime,
    accounts: Iterable[Address],
    facts: Facts | None = None,
    until: UnixTime | None = None,
) -> Iterator[Notice]:
    for account in accounts:
        yield Notice(f"{case.id}/{key}", kind, account, at, at, case.id, until, facts or {})


def _near(case: Case, one: Deadline, account: Address, lead: int) -> Notice:
    """Never in the first half of the window: then, that it opened has just been told."""
    lead = min(lead, (one.until - one.opens) // 2)
    return Notice(
        key=f"{case.id}/deadline/{one.name}/{one.turn}/{one.until}",
        kind=Kind.BREACH_NEAR if one.is_promise else Kind.DEADLINE_NEAR,
        account=account,
        at=one.until,
        due_at=UnixTime(one.until - lead),
        complaint=case.id,
        until=one.until,
        facts={"what": one.name},
    )


def _demand(case: Case) -> Facts:
    return {"demand": case.filed_demand, "category": case.category.name.lower()}


def _has_ruling(one: Round) -> bool:
    """As of the time that `counted` gives."""
    return one.voided_at is None and len(one.revealed) > len(one.seats) // 2
