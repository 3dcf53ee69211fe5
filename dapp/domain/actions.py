"""What can be done to a case, by whom in what part, and how often."""

from enum import StrEnum

from dapp.domain.parts import Category

MAX_ASKS = 2
MAX_OFFERS = 4
OFFER_STEP = 500
"""Each offer of money is at least so many basis points above the last."""
MIN_PLEDGE_HOURS = 24
MAX_PLEDGE_HOURS = 60 * 24
MAX_EVIDENCE = 32
"""Items of evidence a side, sent by themselves."""
MAX_COMMITS = 4
"""The first commitment of a seat and three that replace it."""
MAX_CATEGORY = max(Category)


class Role(StrEnum):
    """What part somebody plays in a case."""

    CUSTOMER = "customer"
    ORGANISATION = "organisation"
    ARBITRATOR = "arbitrator"
    ANYONE = "anyone"


class Action(StrEnum):
    """What can be done to a case; the names are those of the interfaces."""

    ACKNOWLEDGE = "acknowledge"
    CONTEST = "contest"
    ASK = "ask"
    INFORM = "inform"
    OFFER = "offer"
    PLEDGE = "pledge"
    DELIVER = "deliver"
    CONFIRM_DELIVERY = "confirm-delivery"
    REOPEN = "reopen"
    ACCEPT = "accept"
    WITHDRAW = "withdraw"
    ACCUSE = "accuse"
    NAME_ACCUSED = "name-accused"
    ESCALATE = "escalate"
    SETTLE = "settle"
    DRAW = "draw"
    REARM = "rearm"
    VOID = "void"
    COMMIT = "commit"
    COMMIT_DRAWING = "commit-drawing"
    REVEAL = "reveal"
    REPORT_LEAK = "report-leak"
    CONTRIBUTE = "contribute"
    """Pay for an appeal."""
    REFUND_CONTRIBUTION = "refund-contribution"
    RESOLVE_APPEAL = "resolve-appeal"
    WITHDRAW_SHARE = "withdraw-share"
    FUND = "fund"
    """Send money along, with which a claim can be settled."""
    WITHDRAW_FUNDING = "withdraw-funding"
    EXECUTE = "execute"
    CONFIRM = "confirm"
    RATE = "rate"
    EVIDENCE = "evidence"


DIVIDING = frozenset({Action.ACCEPT, Action.CONFIRM_DELIVERY, Action.EXECUTE, Action.SETTLE})
"""What can divide the money, and so waits while the guardian's freeze holds it."""
