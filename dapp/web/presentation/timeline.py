"""The list of what happened, newest last: each event as one sentence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dapp.domain.events import COURT, DESK, ESCROW, Event
from dapp.domain.trail import is_folded
from dapp.domain.types import NO_DIGEST
from dapp.web.i18n import Language
from dapp.web.presentation.people import role, role_name, short
from dapp.web.presentation.view import Look


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    """Block and position in it: how the page and its script name the event."""
    role: str
    who: str
    sentence: str
    at: Markup
    actor: str | None
    digest: str | None
    event: Event
    folded: bool

    @property
    def short_actor(self) -> str:
        return short(self.actor or "")


def rows(look: Look, events: Sequence[Event]) -> list[Row]:
    """What concerns people; the court's own `Concluded` is told by the desk's `Ruled`.

    The draw that comes with an escalation or with the end of a round is told by that.
    """
    told = {event.transaction for event in events if event.name in ("Escalated", "RoundVoided")}
    return [
        _row(look, event)
        for event in events
        if (event.contract, event.name) in _SENTENCES
        and (event.name != "RoundArmed" or event.transaction not in told)
    ]


def _row(look: Look, event: Event) -> Row:
    name = role(event, look.case)
    digest = str(event.args.get("digest") or event.args.get("reason") or NO_DIGEST)
    actor = event.args.get("actor")
    return Row(
        key=f"{event.block_number}-{event.log_index}",
        role=name,
        who=_who(look, event, name),
        sentence=_SENTENCES[event.contract, event.name](look.t, look, event),
        at=look.t.time(event.timestamp),
        actor=None if actor is None else str(actor),
        digest=None if digest == NO_DIGEST else digest,
        event=event,
        folded=is_folded(event),
    )


def _who(look: Look, event: Event, name: str) -> str:
    if event.contract == COURT and "seat" in event.args:
        return look.t.say("Arbitrator {number}", number=event.integer("seat") + 1)
    return role_name(name, look.t)


Tell = Callable[[Language, Look, Event], str]


def _filed(t: Language, look: Look, e: Event) -> str:
    share = e.integer("demand")
    return t.say(
        "filed the complaint and asks for {share} ({amount}) back",
        share=t.share(share),
        amount=t.amount(look.part(share)),
    )


def _offered(t: Language, look: Look, e: Event) -> str:
    share = e.integer("share")
    if share == 0:
        return t.say("rejected the complaint, with reasons")
    return t.say(
        "offered {share} ({amount})", share=t.share(share), amount=t.amount(look.part(share))
    )


def _escalated(t: Language, look: Look, e: Event) -> str:
    return t.say(
        "went to arbitration, asks for {share} and advanced the cost of {amount}",
        share=t.share(e.integer("demand")),
        amount=t.amount(e.integer("cost")),
    )


def _ruled(t: Language, look: Look, e: Event) -> str:
    share = t.share(e.integer("ruling"))
    if e.flag("refused"):
        return t.say("recorded that no panel could decide: the middle, {share}", share=share)
    return t.say("recorded the ruling: {share} for the customer", share=share)


def _executed(t: Language, look: Look, e: Event) -> str:
    return t.say(
        "carried it out: {customer} to the customer, {organisation} to the organisation",
        customer=t.amount(e.integer("toCustomer") + e.integer("fromBond")),
        organisation=t.amount(e.integer("toOrganisation")),
    )


def _acknowledged(t: Language, look: Look, e: Event) -> str:
    if e.flag("onTime"):
        return t.say("replied, in the time it promised")
    return t.say("replied, later than it promised")


def _drawn(t: Language, look: Look, e: Event) -> str:
    number = len(e.integers("positions"))
    return t.count("drew {number} arbitrator by lot", "drew {number} arbitrators by lot", number)


def _rated(t: Language, look: Look, e: Event) -> str:
    return t.count("gave {number} star", "gave {number} stars", e.integer("stars"))


_SENTENCES: dict[tuple[str, str], Tell] = {
    (ESCROW, "Paid"): lambda t, look, e: t.say(
        "paid {amount} into escrow", amount=t.amount(e.integer("amount"))
    ),
    (ESCROW, "Released"): lambda t, look, e: t.say("released the order's money"),
    (ESCROW, "Refunded"): lambda t, look, e: t.say("gave the order's money back"),
    (DESK, "Filed"): _filed,
    (DESK, "Acknowledged"): _acknowledged,
    (DESK, "InformationRequested"): lambda t, look, e: t.say("asked the customer for more"),
    (DESK, "Informed"): lambda t, look, e: t.say("replied to the question"),
    (DESK, "Offered"): _offered,
    (DESK, "Withdrawn"): lambda t, look, e: t.say("took the complaint back"),
    (DESK, "Escalated"): _escalated,
    (DESK, "Ruled"): _ruled,
    (DESK, "Executed"): _executed,
    (DESK, "Confirmed"): lambda t, look, e: t.say("confirmed that it is settled"),
    (DESK, "Rated"): _rated,
    (DESK, "EvidenceSubmitted"): lambda t, look, e: t.say("added evidence"),
    (COURT, "RoundArmed"): lambda t, look, e: t.say("set the draw of the arbitrators"),
    (COURT, "Drawn"): _drawn,
    (COURT, "Committed"): lambda t, look, e: t.say("voted in secret"),
    (COURT, "Revealed"): lambda t, look, e: t.say(
        "opened the vote: {share} for the customer", share=t.share(e.integer("vote"))
    ),
    (COURT, "RoundVoided"): lambda t, look, e: t.say("ended the round: too few votes were opened"),
}
