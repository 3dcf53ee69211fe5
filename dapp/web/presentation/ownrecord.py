"""An organisation's own record: what it promises beside what was measured, and where it broke."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from markupsafe import Markup

from dapp.domain.breach import Breach, acknowledgement_missed_at, answer_missed_at, breaches
from dapp.domain.policy import Policy
from dapp.web.i18n import Language
from dapp.web.presentation.names import category_name
from dapp.web.presentation.people import short
from dapp.web.presentation.view import Look

View = Mapping[str, Any]
_HOUR = 3600
_UNKNOWN = "\u2013"
"""Nothing was there to measure."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A promise beside what was measured; `of` says of how many."""

    name: str
    promised: str
    measured: str
    of: str


@dataclass(frozen=True, slots=True)
class PaceLine:
    """An operator's first replies."""

    account: str
    short: str
    replies: str
    median: str
    on_time: str


@dataclass(frozen=True, slots=True)
class BreachLine:
    """A case in which a promise was broken, and when it was."""

    id: int
    broken: tuple[str, ...]
    since: Markup
    amount: str
    category: str


def measures(card: View, policy: Policy, t: Language) -> tuple[Measure, ...]:
    """`card` is a scorecard as the service shows it; the policy is the one in force."""
    return tuple(_measures(card, policy, t))


def paces(card: View, t: Language) -> tuple[PaceLine, ...]:
    return tuple(
        PaceLine(
            one["account"],
            short(one["account"]),
            t.number(one["count"]),
            _delay(one, t),
            _share(one["on_time"], t),
        )
        for one in card["operators"]
    )


def breach_line(look: Look) -> BreachLine:
    case, t = look.case, look.t
    found = breaches(case, look.now)
    at = {
        Breach.ACKNOWLEDGEMENT: acknowledgement_missed_at(case),
        Breach.ANSWER: answer_missed_at(case),
    }
    names = {
        Breach.ACKNOWLEDGEMENT: t.say("No first reply in time"),
        Breach.ANSWER: t.say("No answer in time"),
    }
    said = case.acknowledgement
    if said is not None and said.contested_at is not None:
        names[Breach.ACKNOWLEDGEMENT] = t.say("The first reply was contested as automatic")
    times = [when for one in found if (when := at[one]) is not None]
    return BreachLine(
        id=case.id,
        broken=tuple(names[one] for one in Breach if one in found),
        since=t.time(min(times, default=case.filed_at)),
        amount=look.amount(case.amount),
        category=category_name(case.category, t),
    )


def _measures(card: View, policy: Policy, t: Language) -> Iterator[Measure]:
    first, promises = card["first_answer"], card["promises"]
    within = [
        (t.say("First reply in peak hours"), policy.acknowledge_peak_seconds, first["peak"]),
        (t.say("First reply in other hours"), policy.acknowledge_off_peak_seconds,
         first["off_peak"]),
    ]  # fmt: skip
    for name, seconds, found in within:
        middle = _delay(found, t)
        kept = t.say("{share} in time; half within {time}", share=_share(found["on_time"], t),
                     time=middle)  # fmt: skip
        measured = kept if found["count"] else _share(found["on_time"], t)
        promised = t.say("within {time}", time=t.duration(seconds))
        yield Measure(name, promised, measured, _of(found["on_time"], t))
    answer = t.say("within {time}", time=t.duration(policy.answer_hours * _HOUR))
    rates = [
        (t.say("Answer"), answer, promises["answered_in_time"]),
        (t.say("Promises in kind"), t.say("kept"), promises["kept_in_kind"]),
        (t.say("Every promise of a case kept"), "", promises["every_one_kept"]),
        (t.say("Contested as automatic"), "", promises["contested_as_automatic"]),
        (t.say("Settled at first contact"), "", card["at_first_contact"]),
        (t.say("Rulings lost"), "", card["rulings"]["lost"]),
    ]
    for name, promised, found in rates:
        yield Measure(name, promised, _share(found, t), _of(found, t))
    stars = card["satisfaction"]["mean"]
    mean = (
        _UNKNOWN
        if stars is None
        else t.say(
            "{stars} of 5 stars",
            stars=format_decimal(Decimal(stars) / 100, "0.0#", locale=t.locale),
        )
    )
    rated = t.count("{number} rating", "{number} ratings", sum(card["satisfaction"]["stars"]))
    yield Measure(t.say("Satisfaction"), "", mean, rated)


def _share(found: View, t: Language) -> str:
    return _UNKNOWN if found["share"] is None else t.share(found["share"])


def _of(found: View, t: Language) -> str:
    return t.say("{count} of {of}", count=t.number(found["count"]), of=t.number(found["of"]))


def _delay(found: View, t: Language) -> str:
    seconds = found["median_seconds"]
    return _UNKNOWN if seconds is None else t.duration(seconds)
