"""Who somebody is to the case."""

from dapp.domain.case import Case
from dapp.domain.events import APPEALS, COURT, OUTSIDE, Event
from dapp.web.i18n import Language

CUSTOMER, ORGANISATION, COURT_LANE, ANYONE = "customer", "organisation", "court", "anyone"
LANES = (CUSTOMER, ORGANISATION, COURT_LANE)
"""Top to bottom. What anyone did stands in the court's lane: it is the machinery's."""

_BY_CUSTOMER = {
    "Filed",
    "FiledAnchored",
    "Informed",
    "Confirmed",
    "Paid",
    "Claimed",
    "Contested",
    "Reopened",
    "Accused",
    "AccusedNamed",
}
_BY_ORGANISATION = {
    "Acknowledged",
    "InformationRequested",
    "Offered",
    "PledgeOffered",
    "Delivered",
    "Refunded",
}


def role(event: Event, case: Case) -> str:
    """One of the four above. Who withdrew, rated or added evidence is told by the event itself."""
    if event.contract == COURT:
        return COURT_LANE if event.name in ("Committed", "Revealed", "Leaked") else ANYONE
    if event.contract in (APPEALS, OUTSIDE):
        return CUSTOMER if event.args.get("payer") == case.customer else ANYONE
    if event.name in _BY_CUSTOMER:
        return CUSTOMER
    if event.name in _BY_ORGANISATION:
        return ORGANISATION
    if event.name in ("Rated", "EvidenceSubmitted", "SettlementProposed"):
        return CUSTOMER if event.flag("byCustomer") else ORGANISATION
    return CUSTOMER if event.args.get("actor") == case.customer else ANYONE


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
