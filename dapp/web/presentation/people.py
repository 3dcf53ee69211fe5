"""Who somebody is to the case."""

from dapp.domain.case import Case
from dapp.domain.events import COURT, DESK, ESCROW, Event
from dapp.web.i18n import Language

CUSTOMER, ORGANISATION, COURT_LANE, ANYONE = "customer", "organisation", "court", "anyone"
LANES = (CUSTOMER, ORGANISATION, COURT_LANE)
"""Top to bottom. What anyone did stands in the court's lane: it is the machinery's."""

_BY_CUSTOMER = {"Filed", "Informed", "Escalated", "Confirmed", "Paid"}
_BY_ORGANISATION = {"Acknowledged", "InformationRequested", "Offered", "Refunded"}


def role(event: Event, case: Case) -> str:
    """One of the four above. Who withdrew, rated or added evidence is told by the event itself."""
    if event.contract == COURT:
        return COURT_LANE if event.name in ("Committed", "Revealed") else ANYONE
    if event.name in _BY_CUSTOMER:
        return CUSTOMER
    if event.name in _BY_ORGANISATION:
        return ORGANISATION
    if event.name in ("Rated", "EvidenceSubmitted"):
        return CUSTOMER if event.flag("byCustomer") else ORGANISATION
    acts_for_customer = event.contract in (DESK, ESCROW) and event.args["actor"] == case.customer
    return CUSTOMER if acts_for_customer else ANYONE


def role_name(name: str, t: Language) -> str:
    return {
        CUSTOMER: t.say("Customer"),
        ORGANISATION: t.say("Organisation"),
        COURT_LANE: t.say("Arbitrators"),
        ANYONE: t.say("Anyone"),
    }[name]


def short(address: str) -> str:
    """Enough of an address, or of a hash, to tell it from others at a glance."""
    return f"{address[:6]}…{address[-4:]}"
