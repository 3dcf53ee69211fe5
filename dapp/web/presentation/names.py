"""Short names of states, kinds and people, in the reader's language."""

from dapp.domain.parts import Category, Outcome
from dapp.domain.phases import Phase
from dapp.web.i18n import Language


def slug(member: Phase | Category) -> str:
    """For the style sheet and for URLs."""
    return member.name.lower().replace("_", "-")


def phase_name(phase: Phase, t: Language) -> str:
    return {
        Phase.NONE: t.say("Unknown"),
        Phase.FILED: t.say("Waiting for the organisation"),
        Phase.ASKED: t.say("Waiting for the customer"),
        Phase.OVERDUE: t.say("Overdue"),
        Phase.OFFERED: t.say("Offer made"),
        Phase.LAPSED: t.say("Offer lapsed"),
        Phase.PLEDGED: t.say("Promise accepted"),
        Phase.BROKEN: t.say("Promise broken"),
        Phase.DELIVERED: t.say("Delivered"),
        Phase.KEPT: t.say("Promise kept"),
        Phase.ESCALATED: t.say("In arbitration"),
        Phase.PAID: t.say("Paid"),
        Phase.CONFIRMED: t.say("Settled"),
        Phase.CLOSED: t.say("Closed"),
        Phase.WITHDRAWN: t.say("Withdrawn"),
    }[phase]


def outcome_name(outcome: Outcome, t: Language) -> str:
    """How the money came to be divided."""
    return {
        Outcome.NONE: t.say("Unknown"),
        Outcome.ACCEPTED: t.say("The customer accepted the offer"),
        Outcome.ACCEPTED_BY_SILENCE: t.say("The customer left the offer unanswered"),
        Outcome.DEFAULTED: t.say("The organisation did not answer"),
        Outcome.RULED: t.say("The arbitrators ruled"),
        Outcome.REFUSED: t.say("The arbitrators gave no ruling"),
        Outcome.SETTLED: t.say("Both sides settled"),
        Outcome.PLEDGE_BROKEN: t.say("The promise was broken"),
        Outcome.PLEDGE_KEPT: t.say("The promise was kept"),
    }[outcome]


def category_name(category: Category, t: Language) -> str:
    return {
        Category.ACCOUNT: t.say("Account"),
        Category.TRANSACTION: t.say("Transaction"),
        Category.ORDER: t.say("Order"),
        Category.SECURITY: t.say("Security"),
        Category.TECHNICAL: t.say("Technical"),
        Category.CONDUCT: t.say("Conduct"),
        Category.FEEDBACK: t.say("Feedback"),
    }[category]


def category_examples(category: Category, t: Language) -> str:
    return {
        Category.ACCOUNT: t.say("register, sign in, reset"),
        Category.TRANSACTION: t.say("failed, pending, deposit, withdrawal"),
        Category.ORDER: t.say("refund, return, quality, delivery"),
        Category.SECURITY: t.say("theft, something odd"),
        Category.TECHNICAL: t.say("an interface or a tool"),
        Category.CONDUCT: t.say("of staff or of an arbitrator"),
        Category.FEEDBACK: t.say("praise, blame, ideas"),
    }[category]


def organisation_name(number: int, t: Language) -> str:
    """Names are not on chain; the number is what identifies an organisation."""
    return t.say("Organisation {number}", number=number)


def deadline_name(name: str, complaint: int, t: Language) -> str:
    """What the deadline of that name is for, as calendars and lists show it."""
    shown = {
        "acknowledge": t.say("Case {id}: acknowledge the complaint", id=complaint),
        "answer": t.say("Case {id}: answer the complaint", id=complaint),
        "deliver": t.say("Case {id}: deliver what was promised", id=complaint),
        "inform": t.say("Case {id}: reply to the question", id=complaint),
        "decide": t.say("Case {id}: answer the offer", id=complaint),
        "confirm-delivery": t.say("Case {id}: confirm or reopen", id=complaint),
        "confirm": t.say("Case {id}: confirm the payment", id=complaint),
        "commit": t.say("Case {id}: commit your vote", id=complaint),
        "reveal": t.say("Case {id}: reveal your vote", id=complaint),
        "appeal": t.say("Case {id}: the ruling can be appealed", id=complaint),
    }
    return shown[name]
