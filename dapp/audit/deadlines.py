"""Which promises and windows of a case were kept."""

from dapp.audit.verdict import Window
from dapp.domain.case import Case
from dapp.domain.types import UnixTime

PROMISES = frozenset({"acknowledge", "answer", "deliver"})
"""The organisation's; the others are the customer's to use or not."""


def windows(case: Case, now: UnixTime) -> tuple[Window, ...]:
    """In the order in which they open, as of the trusted block's time.

    `inform`, `decide` (on the latest offer) and `confirm` are the customer's.
    """
    left = _first(case.escalation, case.payment)
    moved_on = _earliest(left, case.withdrawn_at)
    first = _first(case.acknowledgement)
    found = [_window("acknowledge", case.acknowledge_deadline, first, moved_on, now)]
    found += [_window("inform", ask.deadline, ask.replied_at, moved_on, now) for ask in case.asks]
    offered = case.offers[0].at if case.offers else None
    found.append(_window("answer", case.answer_deadline, offered, moved_on, now))
    if case.offers:
        found += _after_offer(case, now, moved_on)
    if case.payment is not None:
        until = case.payment.confirm_deadline
        found.append(_window("confirm", until, case.confirmed_at, None, now))
    return tuple(found)


def _after_offer(case: Case, now: UnixTime, moved_on: UnixTime | None) -> list[Window]:
    latest = case.offers[-1]
    pledge = latest.pledge
    accepted = pledge.accepted_at if pledge is not None else None
    found = [_window("decide", latest.deadline, accepted or moved_on, None, now)]
    # Earlier ones as well: what was delivered and reopened, and offered anew, was a promise, too.
    return found + [
        _window("deliver", one.pledge.due_at, one.pledge.delivered_at, moved_on, now)
        for one in case.offers
        if one.pledge is not None and one.pledge.due_at is not None
    ]


def _window(
    what: str, deadline: UnixTime, at: UnixTime | None, ended: UnixTime | None, now: UnixTime
) -> Window:
    """`ended`: when it could be done no more, if it was not done before."""
    reached = at if at is not None else ended if ended is not None else now
    late = reached - deadline if reached >= deadline else None
    kept = late is None if at is not None or late is not None else None
    return Window(what, deadline, at, late, kept)


def _first(*parts: object) -> UnixTime | None:
    times = [getattr(part, "at", None) for part in parts]
    return _earliest(*times)


def _earliest(*times: UnixTime | None) -> UnixTime | None:
    return min((one for one in times if one is not None), default=None)
