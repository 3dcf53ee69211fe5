"""Filters of cases: as conditions of a statement, and held against a case that is no row."""

from dapp.domain.breach import Breach, breaches
from dapp.domain.case import Case
from dapp.domain.types import UnixTime
from dapp.store.views import CaseFilter

Values = dict[str, object]
"""Of the conditions by their names in `statements`."""

_NEVER = -1


def lasting(which: CaseFilter) -> Values:
    """What the filing decides for good."""
    found: Values = {
        "organisation": which.organisation,
        "customer": which.customer,
        "order": which.order,
        "categories": [int(one) for one in sorted(which.categories)] or None,
        "token": which.token,
        "amount_min": which.amount_min,
        "amount_max": which.amount_max,
        "filed_from": which.filed_from,
        "filed_to": which.filed_to,
    }
    return {name: value for name, value in found.items() if value is not None}


def passing(which: CaseFilter, now: UnixTime) -> Values:
    """What may be otherwise tomorrow."""
    found: Values = {}
    if which.states:
        found["states"] = [int(one) for one in sorted(which.states)]
    if which.arbitrator is not None:
        found["arbitrator"] = which.arbitrator
    if which.behind is not None:
        found |= {f"behind {which.behind.condition}": True}
        found |= {"low": which.behind.low, "high": which.behind.high}
    if which.breaches:
        found["missed"] = True
        for breach in Breach:
            found[str(breach)] = now if breach in which.breaches else _NEVER
    return found


def matches(case: Case, which: CaseFilter, now: UnixTime) -> bool:
    """Whether what `passing` asks for is so."""
    owners = {seat.owner for current in case.rounds for seat in current.seats}
    return (
        (not which.states or case.state in which.states)
        and (which.arbitrator is None or which.arbitrator in owners)
        and (not which.breaches or not which.breaches.isdisjoint(breaches(case, now)))
    )
