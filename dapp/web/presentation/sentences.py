"""Each event as one sentence, whose subject is whoever did it."""

from collections.abc import Callable

from dapp.domain.events import APPEALS, CLAIMS, COURT, DESK, ESCROW, OUTSIDE, Event
from dapp.domain.parts import Outcome, PledgeKind
from dapp.web.i18n import Language
from dapp.web.presentation.people import short
from dapp.web.presentation.view import Look

Tell = Callable[[Language, Look, Event], str]


def _filed(t: Language, look: Look, e: Event) -> str:
    share = e.integer("demand")
    return t.say(
        "filed the complaint and asks for {share} ({amount}) back",
        share=t.share(share),
        amount=look.amount(look.part(share)),
    )


def _offered(t: Language, look: Look, e: Event) -> str:
    share = e.integer("share")
    if share == 0:
        return t.say("rejected the complaint, with reasons")
    return t.say(
        "offered {share} ({amount})", share=t.share(share), amount=look.amount(look.part(share))
    )


def _pledged(t: Language, look: Look, e: Event) -> str:
    within, refund = t.duration(e.integer("dueHours") * 3600), t.share(e.integer("refund"))
    if e.integer("kind") == PledgeKind.SEND_AGAIN:
        return t.say(
            "promised to send the goods again within {within}, or else {refund} back",
            within=within,
            refund=refund,
        )
    return t.say(
        "promised to put it right within {within}, or else {refund} back",
        within=within,
        refund=refund,
    )


def _escalated(t: Language, look: Look, e: Event) -> str:
    values = {"share": t.share(e.integer("demand")), "amount": t.amount(e.integer("cost"))}
    if e.flag("isOutside"):
        return t.say(
            "went to arbitrators outside, asks for {share} and advanced the cost of {amount}",
            **values,
        )
    return t.say(
        "went to arbitration, asks for {share} and advanced the cost of {amount}", **values
    )


def _settled_for(t: Language, look: Look, e: Event) -> str:
    share = e.integer("share")
    return t.say(
        "would settle for {share} ({amount})",
        share=t.share(share),
        amount=look.amount(look.part(share)),
    )


def _executed(t: Language, look: Look, e: Event) -> str:
    received = look.received(e.integer("toCustomer"), e.integer("fromBond"))
    values = {
        "share": t.share(e.integer("share")),
        "customer": look.amount(received),
        "organisation": look.amount(e.integer("toOrganisation")),
    }
    outcome = Outcome(e.integer("outcome"))
    if outcome is Outcome.RULED:
        return t.say(
            "carried out the ruling of {share}: {customer} to the customer, {organisation} to the "
            "organisation",
            **values,
        )
    if outcome is Outcome.REFUSED:
        return t.say(
            "recorded that no panel could decide, and divided by the middle, {share}: {customer} "
            "to the customer, {organisation} to the organisation",
            **values,
        )
    if outcome is Outcome.SETTLED:
        return t.say(
            "settled for {share}: {customer} to the customer, {organisation} to the organisation",
            **values,
        )
    return t.say(
        "carried it out: {customer} to the customer, {organisation} to the organisation", **values
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


def _contributed(t: Language, look: Look, e: Event) -> str:
    amount = t.amount(e.integer("amount"))
    if e.flag("higher"):
        return t.say("paid {amount} for an appeal to a higher ruling", amount=amount)
    return t.say("paid {amount} for an appeal to a lower ruling", amount=amount)


def _appealed(t: Language, look: Look, e: Event) -> str:
    before = t.share(e.integer("rulingBefore"))
    if e.flag("higher"):
        return t.say("opened the appeal: {share} is said to be too low", share=before)
    return t.say("opened the appeal: {share} is said to be too high", share=before)


def _resolved(t: Language, look: Look, e: Event) -> str:
    if e.integer("back"):
        return t.say("gave the appeal's stake back to those who had paid it")
    return t.say("gave the appeal's stake to the other side")


SENTENCES: dict[tuple[str, str], Tell] = {
    (ESCROW, "Paid"): lambda t, look, e: t.say(
        "paid {amount} into escrow", amount=look.amount(e.integer("amount"))
    ),
    (ESCROW, "Released"): lambda t, look, e: t.say("released the order's money"),
    (ESCROW, "Refunded"): lambda t, look, e: t.say("gave the order's money back"),
    (ESCROW, "OrderFrozen"): lambda t, look, e: t.say("held the order's payout for a while"),
    (CLAIMS, "Claimed"): lambda t, look, e: t.say(
        "claimed {amount} from the bond", amount=t.amount(e.integer("amount"))
    ),
    (CLAIMS, "Funded"): lambda t, look, e: t.say(
        "sent {amount} along to settle it", amount=t.amount(e.integer("amount"))
    ),
    (CLAIMS, "FundingWithdrawn"): lambda t, look, e: t.say(
        "took back {amount} that was sent along", amount=t.amount(e.integer("amount"))
    ),
    (DESK, "Filed"): _filed,
    (DESK, "FiledAnchored"): lambda t, look, e: t.say(
        "had signed it before, and {account} had anchored it", account=short(e.text("sender"))
    ),
    (DESK, "Acknowledged"): _acknowledged,
    (DESK, "Contested"): lambda t, look, e: t.say(
        "says that this reply was automatic, and no answer"
    ),
    (DESK, "InformationRequested"): lambda t, look, e: t.say("asked the customer for more"),
    (DESK, "Informed"): lambda t, look, e: t.say("replied to the question"),
    (DESK, "Offered"): _offered,
    (DESK, "PledgeOffered"): _pledged,
    (DESK, "PledgeAccepted"): lambda t, look, e: t.say("accepted the promise"),
    (DESK, "Delivered"): lambda t, look, e: t.say("says that the promise is kept"),
    (DESK, "Reopened"): lambda t, look, e: t.say("says that the promise was not kept"),
    (DESK, "Withdrawn"): lambda t, look, e: t.say("took the complaint back"),
    (DESK, "Accused"): lambda t, look, e: t.say("accused a person, without a name yet"),
    (DESK, "AccusedNamed"): lambda t, look, e: t.say(
        "named the accused: {account}", account=short(e.text("account"))
    ),
    (DESK, "Escalated"): _escalated,
    (DESK, "SettlementProposed"): _settled_for,
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
    (COURT, "Leaked"): lambda t, look, e: t.say("lost the seat: the vote was told too early"),
    (COURT, "RoundVoided"): lambda t, look, e: t.say("ended the round: too few votes were opened"),
    (APPEALS, "Contributed"): _contributed,
    (APPEALS, "Appealed"): _appealed,
    (APPEALS, "Refunded"): lambda t, look, e: t.say(
        "got {amount} back that was paid for an appeal", amount=t.amount(e.integer("amount"))
    ),
    (APPEALS, "Resolved"): _resolved,
    (APPEALS, "ShareWithdrawn"): lambda t, look, e: t.say(
        "took {amount} out of an appeal", amount=t.amount(e.integer("amount"))
    ),
    (OUTSIDE, "Ruling"): lambda t, look, e: t.say("ruled, as arbitrators outside"),
    (OUTSIDE, "Appealed"): lambda t, look, e: t.say("paid for an appeal at arbitrators outside"),
}
"""What concerns people. The court's own `Concluded` and `Appealed` are told by the other events."""
