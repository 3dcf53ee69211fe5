"""What an event is about, and where the events about something are found."""

from typing import NamedTuple

from dapp.domain.events import COURT, DESK, ESCROW, REGISTRY, Event
from dapp.domain.types import raw, word

COMPLAINT = "complaint"
ORDER = "order"
ORGANISATION = "organisation"
POSITION = "position"
CREDIT = "credit"

_POSITION_EVENTS = frozenset({"Staked", "ExitRequested", "Unstaked", "RewardsWithdrawn"})
_CREDIT_EVENTS = frozenset({"Credited", "CreditWithdrawn"})


class Subject(NamedTuple):
    """Something that has a record of its own.

    Attributes:
        key: the id as text; an order's key; for a credit the account.
        contract: for a credit, who holds it.
    """

    kind: str
    key: str
    contract: str = ""


def subject_of(event: Event) -> Subject | None:
    """What the event is folded into; None for an echo."""
    if event.name in _CREDIT_EVENTS:
        return Subject(CREDIT, event.text("account"), event.contract)
    if event.contract == DESK:
        if event.name == "Evidence":
            return None
        return Subject(COMPLAINT, str(event.integer("complaint")))
    if event.contract == COURT:
        if event.name in _POSITION_EVENTS:
            return Subject(POSITION, str(event.integer("position")))
        return Subject(COMPLAINT, str(event.integer("dispute")))
    if event.contract == ESCROW and event.name != "OrganisationWithdrew":
        return Subject(ORDER, event.text("key"))
    return Subject(ORGANISATION, str(event.integer("organisation")))


def places(subject: Subject) -> list[tuple[str, bytes]]:
    """Contracts and first indexed argument of its events.

    Events about something else with the same number are found there too.
    """
    contracts = {
        COMPLAINT: (DESK, COURT),
        ORDER: (ESCROW,),
        ORGANISATION: (REGISTRY, ESCROW),
        POSITION: (COURT,),
        CREDIT: (subject.contract,),
    }[subject.kind]
    if subject.kind in (ORDER, CREDIT):
        topic = raw(subject.key).rjust(32, b"\0")
    else:
        topic = word(int(subject.key))
    return [(contract, topic) for contract in contracts]
