"""The filters of a list of cases: what can be chosen, and what was."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dapp.domain.breach import Breach
from dapp.domain.parts import Category, ComplaintState
from dapp.store.answers import OPEN_STATES
from dapp.web.i18n import Language
from dapp.web.presentation.names import category_name, organisation_name, slug
from dapp.web.presentation.people import short

Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """One filter that is set, by the `name` of its field."""

    label: str
    name: str


def state_choices(t: Language) -> Choices:
    """Stored states; what the clock makes of them shows on each case."""
    opened = ",".join(one.name.lower() for one in ComplaintState if one in OPEN_STATES)
    return [
        (opened, t.say("All that are open")),
        (ComplaintState.FILED.name.lower(), t.say("Waiting for the organisation")),
        (ComplaintState.ASKED.name.lower(), t.say("Waiting for the customer")),
        (ComplaintState.OFFERED.name.lower(), t.say("Offer made")),
        (ComplaintState.PLEDGED.name.lower(), t.say("Promise accepted")),
        (ComplaintState.DELIVERED.name.lower(), t.say("Delivered")),
        (ComplaintState.ESCALATED.name.lower(), t.say("In arbitration")),
        (ComplaintState.PAID.name.lower(), t.say("Paid")),
        (ComplaintState.CONFIRMED.name.lower(), t.say("Settled")),
        (ComplaintState.WITHDRAWN.name.lower(), t.say("Withdrawn")),
    ]


def category_choices(t: Language) -> Choices:
    return [(slug(one), category_name(one, t)) for one in Category]


def breach_choices(t: Language) -> Choices:
    both = ",".join(str(one) for one in Breach)
    return [
        (both, t.say("Some promise broken")),
        (str(Breach.ACKNOWLEDGEMENT), t.say("First reply late")),
        (str(Breach.ANSWER), t.say("Answer late")),
    ]


def chosen(asked: Mapping[str, str], t: Language) -> list[Chosen]:
    """What stands in the address, in words; a value that is no choice is shown as it is."""
    return [Chosen(label, name) for label, name in _chosen(asked, t)]


def _chosen(asked: Mapping[str, str], t: Language) -> Iterator[tuple[str, str]]:
    for name, choices in (
        ("state", state_choices(t)),
        ("category", category_choices(t)),
        ("breach", breach_choices(t)),
    ):
        if asked[name]:
            yield dict(choices).get(asked[name], asked[name]), name
    if number := asked["organisation"]:
        yield organisation_name(int(number), t) if number.isdecimal() else number, "organisation"
    if asked["customer"]:
        yield t.say("Customer {account}", account=short(asked["customer"])), "customer"
    if asked["arbitrator"]:
        yield t.say("Arbitrator {account}", account=short(asked["arbitrator"])), "arbitrator"
    if asked["token"]:
        yield t.say("Coin {coin}", coin=asked["token"]), "token"
    if asked["least"]:
        yield t.say("At least {amount}", amount=asked["least"]), "least"
    if asked["most"]:
        yield t.say("At most {amount}", amount=asked["most"]), "most"
    if asked["filed_from"]:
        yield t.say("Filed from {day}", day=asked["filed_from"]), "filed_from"
    if asked["filed_to"]:
        yield t.say("Filed until {day}", day=asked["filed_to"]), "filed_to"
    if asked["mark"]:
        yield t.say("Only the cases behind a part of a chart"), "mark"
