"""Promises beside what was measured, as the pages of organisations show them."""

from dataclasses import dataclass

from dapp.domain.organisation import PolicyVersion
from dapp.domain.ranking import By
from dapp.domain.scorecard import Delays, OperatorPace, Overall, Rate, Scorecard
from dapp.domain.types import UnixTime
from dapp.service.scorecards import Measured
from dapp.web.i18n import Language
from dapp.web.presentation.names import organisation_name
from dapp.web.presentation.people import short

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Kept:
    """One promise, and what came of it.

    Attributes:
        typical: how long it took; empty where that is not measured, or nothing was.
        share: of those that had to be kept by now; empty of none, and so is `counts`.
    """

    name: str
    promised: str
    typical: str
    share: str
    counts: str


@dataclass(frozen=True, slots=True)
class CardLine:
    """An organisation among others."""

    id: int
    name: str
    cases: str
    open: str
    peak: Kept
    off_peak: Kept
    answer: Kept
    kept: str
    payers: str
    rulings: str
    lost: str
    settlements: str
    contested: str
    contested_counts: str


def card_line(one: Measured, now: UnixTime, t: Language) -> CardLine:
    card, ends = one.card, one.card.endings
    peak, off_peak, answer = promises(one.version_at(now), card, t)
    return CardLine(
        id=card.organisation,
        name=organisation_name(card.organisation, t),
        cases=t.count("{number} case", "{number} cases", card.complaints),
        open=t.count("{number} open", "{number} open", card.open),
        peak=peak,
        off_peak=off_peak,
        answer=answer,
        kept=share(card.headline.promises, t),
        payers=_payers(card.headline.payers, t) if card.headline.payers else "",
        rulings=t.count("{number} ruling", "{number} rulings", ends.rulings),
        lost=_lost(card, t),
        settlements=t.count("{number} settlement", "{number} settlements", ends.settled),
        contested=share(card.promises.contested, t),
        contested_counts=counts(card.promises.contested, t),
    )


def promises(current: PolicyVersion, card: Scorecard, t: Language) -> tuple[Kept, Kept, Kept]:
    """First reply in peak hours and in others, and the answer."""
    policy, answered = current.policy, card.promises.answered
    return (
        _first_reply(
            t.say("First reply, peak hours"),
            policy.acknowledge_peak_seconds,
            card.peak,
            card.peak_on_time,
            t,
        ),
        _first_reply(
            t.say("First reply, other hours"),
            policy.acknowledge_off_peak_seconds,
            card.off_peak,
            card.off_peak_on_time,
            t,
        ),
        Kept(
            name=t.say("Answer: an offer, a promise or a no"),
            promised=_within(policy.answer_hours * HOUR, t),
            typical="",
            share=share(answered, t),
            counts=counts(answered, t),
        ),
    )


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    value: str
    more: str = ""


def facts(card: Scorecard, t: Language) -> tuple[Fact, ...]:
    """The rest of a scorecard; the promises stand apart."""
    ends, headline = card.endings, card.headline
    return (
        Fact(
            t.say("Promises kept, weighed by value and payer"),
            share(headline.promises, t),
            _weighed(card, t),
        ),
        _fact(t.say("Cases with every promise kept"), card.promises.every, t),
        _fact(t.say("Promises in kind kept"), card.promises.in_kind, t),
        _fact(t.say("First replies contested as automatic"), card.promises.contested, t),
        _fact(t.say("Ended by the two sides themselves"), ends.resolved, t),
        _fact(t.say("Ended with the first thing offered"), ends.at_first_contact, t),
        Fact(t.say("Settlements"), t.number(ends.settled)),
        Fact(t.say("Lost by silence"), t.number(ends.defaults)),
        Fact(t.say("Rulings"), t.number(ends.rulings), _lost(card, t)),
        Fact(
            t.say("Rulings appealed"),
            t.number(ends.appealed),
            t.say("raised {raised}, lowered {lowered}", raised=ends.raised, lowered=ends.lowered)
            if ends.appealed
            else "",
        ),
        Fact(t.say("Stars from customers"), _stars(card, t), _rated(card, t)),
    )


@dataclass(frozen=True, slots=True)
class PaceLine:
    account: str
    short: str
    replies: str
    typical: str
    fastest: str
    slowest: str
    on_time: str
    contested: str


def pace_line(one: OperatorPace, t: Language) -> PaceLine:
    found = one.delays
    return PaceLine(
        account=one.account,
        short=short(one.account),
        replies=t.number(found.count),
        typical=_time(found.median, t),
        fastest=_time(found.p10, t),
        slowest=_time(found.p90, t),
        on_time=share(one.on_time, t),
        contested=share(one.contested, t),
    )


@dataclass(frozen=True, slots=True)
class Strip:
    """All organisations together.

    Attributes:
        promised: the median of the time for a first reply; `measured` of what it took.
    """

    promised: str
    measured: str
    on_time: str
    on_time_counts: str
    answered: str
    answered_counts: str
    ended: str
    cases: str


def strip(found: Overall, t: Language) -> Strip | None:
    """None where nothing was filed."""
    if not found.complaints:
        return None
    return Strip(
        promised=_time(found.promised, t),
        measured=_time(found.first_reply, t),
        on_time=share(found.acknowledged, t),
        on_time_counts=counts(found.acknowledged, t),
        answered=share(found.answered, t),
        answered_counts=counts(found.answered, t),
        ended=t.number(found.ended),
        cases=t.count("of {number} complaint", "of {number} complaints", found.complaints),
    )


def sortings(t: Language) -> tuple[tuple[str, str], ...]:
    """The orders that the form offers, as the address names them."""
    return (
        (By.ORGANISATION, t.say("the oldest first")),
        (f"-{By.CASES}", t.say("most cases first")),
        (By.FIRST_REPLY, t.say("fastest first reply first")),
        (f"-{By.ON_TIME}", t.say("most first replies in time first")),
        (f"-{By.ANSWERED}", t.say("most answers in time first")),
        (f"-{By.KEPT}", t.say("most promises kept first, by value")),
        (By.LOST, t.say("fewest rulings lost first")),
        (By.CONTESTED, t.say("fewest automatic replies first")),
    )


def share(rate: Rate, t: Language) -> str:
    """Empty of nothing."""
    return "" if rate.share is None else t.share(rate.share)


def counts(rate: Rate, t: Language) -> str:
    if not rate.whole:
        return ""
    return t.say("{part} of {whole}", part=t.number(rate.part), whole=t.number(rate.whole))


def _first_reply(name: str, seconds: int, found: Delays, kept: Rate, t: Language) -> Kept:
    typical = (
        t.say("median {time}, nine of ten within {most}", time=middle, most=_time(found.p90, t))
        if (middle := _time(found.median, t))
        else ""
    )
    return Kept(name, _within(seconds, t), typical, share(kept, t), counts(kept, t))


def _within(seconds: int, t: Language) -> str:
    return t.say("within {time}", time=t.duration(seconds))


def _time(seconds: int | None, t: Language) -> str:
    return "" if seconds is None else t.duration(seconds)


def _fact(name: str, rate: Rate, t: Language) -> Fact:
    return Fact(name, share(rate, t), counts(rate, t))


def _lost(card: Scorecard, t: Language) -> str:
    ends = card.endings
    if not ends.rulings:
        return ""
    return t.say("{number} nearer to what the customer asked", number=t.number(ends.lost))


def _payers(number: int, t: Language) -> str:
    return t.count("{number} payer", "{number} payers", number)


def _weighed(card: Scorecard, t: Language) -> str:
    without = share(card.headline.without_heaviest, t)
    payers = _payers(card.headline.payers, t) if card.headline.payers else ""
    if not without:
        return payers
    return t.say("{payers}; without the heaviest {share}", payers=payers, share=without)


def _stars(card: Scorecard, t: Language) -> str:
    if card.satisfaction is None:
        return ""
    return t.say("{stars} of 5", stars=t.decimal(card.satisfaction))


def _rated(card: Scorecard, t: Language) -> str:
    rated = sum(card.stars)
    return t.count("{number} customer", "{number} customers", rated) if rated else ""
