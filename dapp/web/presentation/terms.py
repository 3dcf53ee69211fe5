"""A policy as its organisation published it, and what it changed against the one before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from babel.dates import get_day_names
from markupsafe import Markup

from dapp.domain import week
from dapp.domain.organisation import Organisation, PolicyVersion
from dapp.domain.policy import FIRST_OUTSIDE_TRACK, Policy
from dapp.domain.types import NO_DIGEST, UnixTime
from dapp.web.i18n import Language
from dapp.web.presentation.places import day_names
from evidence import digest_to_cid

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Term:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Change:
    """Attributes: before, after: empty where hours were added or taken away."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One version of a policy.

    Attributes:
        until: when the next one takes its place; None where there is none.
        state: whether it is announced, in force or replaced.
        digest: of the agreement, empty where none was given; so is `cid`.
    """

    organisation: int
    version: int
    state: str
    state_name: str
    published_at: Markup
    since: Markup
    until: Markup | None
    terms: tuple[Term, ...]
    mask: int
    days: tuple[str, ...]
    peak_words: tuple[str, ...]
    digest: str
    cid: str


def version_page(of: Organisation, one: PolicyVersion, now: UnixTime, t: Language) -> VersionPage:
    state = _state(of, one, now)
    following = [other for other in of.policies if other.version > one.version]
    digest = "" if one.agreement == NO_DIGEST else one.agreement
    return VersionPage(
        organisation=of.id,
        version=one.version,
        state=state,
        state_name={
            "announced": t.say("announced"),
            "current": t.say("in force"),
            "replaced": t.say("replaced"),
        }[state],
        published_at=t.time(one.published_at),
        since=t.time(one.effective_at),
        until=t.time(following[0].effective_at) if following else None,
        terms=tuple(Term(name, value) for name, value in _terms(one.policy, t)),
        mask=one.policy.peak_mask,
        days=day_names(t),
        peak_words=hours_in_words(week.ranges(one.policy.peak_mask), t),
        digest=digest,
        cid=str(digest_to_cid(bytes.fromhex(digest[2:]))) if digest else "",
    )


def changes(compared: Mapping[str, Any], of: Organisation, t: Language) -> tuple[Change, ...]:
    """What `Policies.compare` found, in words: fields, and the hours behind them."""
    by_version = {one.version: one.policy for one in of.policies}
    before, after = by_version[compared["from"]], by_version[compared["to"]]
    olds, news = _terms(before, t), _terms(after, t)
    found = [
        Change(name, old, new)
        for (name, old), (_, new) in zip(olds, news, strict=True)
        if old != new
    ]
    if any(change["field"] == "agreement" for change in compared["changes"]):
        found.append(Change(t.say("The agreement has another text"), "", ""))
    hours = (
        (t.say("New peak hours"), compared["peak_hours"]["added"]),
        (t.say("No peak hours any more"), compared["peak_hours"]["removed"]),
        (t.say("A first reply is due sooner"), compared["first_reply"]["due_sooner"]),
        (t.say("A first reply may take longer"), compared["first_reply"]["due_later"]),
    )
    for name, told in hours:
        if told["count"]:
            ranges = [(one["from_hour"], one["to_hour"]) for one in told["ranges"]]
            found.append(Change(name, "", "; ".join(hours_in_words(ranges, t))))
    return tuple(found)


def hours_in_words(ranges: Sequence[tuple[int, int]], t: Language) -> tuple[str, ...]:
    """Ranges within days, a line for each run of days that are alike; UTC."""
    times = [_times(ranges, day) for day in range(7)]
    names = get_day_names("wide", locale=t.locale)
    lines = []
    for said, run in groupby(range(7), key=lambda day: times[day]):
        days = list(run)
        if said:
            first, last = names[days[0]], names[days[-1]]
            which = first if len(days) == 1 else t.say("{low} to {high}", low=first, high=last)
            lines.append(f"{which} {said}")
    return tuple(lines)


def neighbours(of: Organisation) -> list[tuple[int, int]]:
    """Each version with the one before, the newest first."""
    numbers = [one.version for one in of.policies]
    return list(pairwise(numbers))[::-1]


def _times(ranges: Sequence[tuple[int, int]], day: int) -> str:
    return ", ".join(
        f"{begin % 24:02}:00–{(end - 1) % 24 + 1:02}:00"  # noqa: RUF001
        for begin, end in ranges
        if begin // 24 == day
    )


def _terms(policy: Policy, t: Language) -> list[tuple[str, str]]:
    cap = policy.claim_cap_wei
    return [
        (t.say("First reply in peak hours"), _within(policy.acknowledge_peak_seconds, t)),
        (t.say("First reply in other hours"), _within(policy.acknowledge_off_peak_seconds, t)),
        (
            t.say("Answer"),
            t.say("within {time}; silence loses", time=t.duration(policy.answer_hours * HOUR)),
        ),
        (t.say("Time for the customer to confirm"), t.duration(policy.confirm_hours * HOUR)),
        (
            t.say("Complaints"),
            t.say("for {time} after the payment", time=t.duration(policy.protection_hours * HOUR)),
        ),
        (t.say("Who decides"), _who(policy, t)),
        (
            t.say("Claims without an order"),
            t.say("at most {amount} each", amount=t.amount(cap)) if cap else t.say("not accepted"),
        ),
    ]


def _who(policy: Policy, t: Language) -> str:
    if policy.is_outside:
        number = policy.track - FIRST_OUTSIDE_TRACK
        return t.say("the outside arbitrator with number {number}", number=number)
    return t.say("arbitrators drawn by lot, track {number}", number=policy.track)


def _within(seconds: int, t: Language) -> str:
    return t.say("within {time}", time=t.duration(seconds))


def _state(of: Organisation, one: PolicyVersion, now: UnixTime) -> str:
    if one.effective_at > now:
        return "announced"
    return "current" if of.policy_at(now).version == one.version else "replaced"
