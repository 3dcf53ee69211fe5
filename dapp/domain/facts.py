"""What a complaint says about its organisation, in one narrow row: scorecards add these up.

Pure facts of the chain. What the clock still has to say (whether a deadline has passed by now) is
left to whoever reads them.
"""

from dataclasses import dataclass
from enum import IntEnum

from dapp.domain.case import Case
from dapp.domain.parts import Offer, Outcome, Pledge
from dapp.domain.payment import deposit_for
from dapp.domain.policy import hour_of_week, is_peak
from dapp.domain.rounds import GWEI
from dapp.domain.types import (
    NATIVE_COIN,
    Address,
    BasisPoints,
    ComplaintId,
    OrganisationId,
    UnixTime,
)

OVERTURNED_FROM = 500
"""A ruling that an appeal moved by so many basis points was overturned: the stake came back."""
MAX_GWEI = 10**15
"""Nothing weighs more: a million whole coins."""
AGREED = (
    Outcome.ACCEPTED,
    Outcome.ACCEPTED_BY_SILENCE,
    Outcome.SETTLED,
    Outcome.PLEDGE_KEPT,
)
"""The two sides ended it themselves."""


class Appealed(IntEnum):
    """What became of the first panel's ruling."""

    NOT = 0
    UPHELD = 1
    RAISED = 2
    """The customer gets more by the final one."""
    LOWERED = 3


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A complaint's row. Times in Unix seconds.

    Attributes:
        token: the coin of `value`.
        value: what the customer has in escrow, in units of the coin. Of a claim the deposit: the
            rest is the organisation's own money.
        gwei: the same, rounded down and `MAX_GWEI` at most, where the coin is the native one.
        hour: of the week in which it was filed; 0 is Monday 00:00-01:00 UTC.
        is_peak: by the policy it pinned; so is `acknowledge_by`.
        first_answer_seconds: from the filing to the acknowledgement; None without one.
        operator: who acknowledged.
        on_time: the acknowledgement was, and the customer did not contest it as automatic.
        answer_by: when silence loses, or would have lost.
        answered_at: of the first offer, rejection or promise.
        left_at: when nothing was owed by the organisation's clocks any more: paid, withdrawn or
            taken to arbitrators.
        pledged: a promise in kind was accepted.
        pledge_due: until when it must be kept; None once the organisation said that it was.
        pledge_kept: None while nobody knows.
        by_silence: it was left unanswered, and lost for it.
        first_contact: the first thing offered ended it; nothing was asked and nothing contested.
        ruling: the arbitrators' share; None where they were not asked or had none.
        lost: the ruling is nearer to the customer's position than to the offer; None if neither.
        paid_at: when the money moved.
        stars: by the customer.
    """

    complaint: ComplaintId
    organisation: OrganisationId
    customer: Address
    category: int
    token: Address
    value: int
    gwei: int | None
    filed_at: UnixTime
    hour: int
    is_peak: bool
    acknowledge_by: UnixTime
    first_answer_seconds: int | None
    operator: Address | None
    on_time: bool
    contested: bool
    answer_by: UnixTime
    answered_at: UnixTime | None
    left_at: UnixTime | None
    pledged: bool
    pledge_due: UnixTime | None
    pledge_kept: bool | None
    escalated: bool
    withdrawn: bool
    outcome: Outcome
    by_silence: bool
    first_contact: bool
    ruling: BasisPoints | None
    lost: bool | None
    appealed: Appealed
    paid_at: UnixTime | None
    stars: int | None


def facts(case: Case) -> CaseFacts:
    """A complaint's facts as its events so far tell them."""
    said, paid, promised = case.acknowledgement, case.payment, _promised(case)
    contested = said is not None and said.contested_at is not None
    outcome = paid.outcome if paid else Outcome.NONE
    ruling = case.ruling.share if case.ruling and not case.ruling.refused else None
    token = NATIVE_COIN if case.is_claim else case.order.token
    value = deposit_for(case.amount) if case.is_claim else case.amount
    return CaseFacts(
        complaint=case.id,
        organisation=case.organisation,
        customer=case.customer,
        category=int(case.category),
        token=token,
        value=value,
        gwei=min(value // GWEI, MAX_GWEI) if token == NATIVE_COIN else None,
        filed_at=case.filed_at,
        hour=hour_of_week(case.filed_at),
        is_peak=is_peak(case.policy, case.filed_at),
        acknowledge_by=case.acknowledge_deadline,
        first_answer_seconds=said.at - case.filed_at if said else None,
        operator=said.actor if said else None,
        on_time=said is not None and said.on_time and not contested,
        contested=contested,
        answer_by=case.answer_deadline,
        answered_at=case.offers[0].at if case.offers else None,
        left_at=_left_at(case),
        pledged=promised is not None,
        pledge_due=_owed_until(promised) if promised and paid is None else None,
        pledge_kept=_kept(promised, outcome, ruling) if promised else None,
        escalated=case.escalation is not None,
        withdrawn=case.withdrawn_at is not None,
        outcome=outcome,
        by_silence=outcome is Outcome.DEFAULTED or _left_unanswered(case),
        first_contact=_at_first_contact(case, outcome, contested),
        ruling=ruling,
        lost=_lost(case, ruling),
        appealed=_appealed(case, ruling),
        paid_at=paid.at if paid else None,
        stars=next((one.stars for one in case.ratings if one.by_customer), None),
    )


def _left_at(case: Case) -> UnixTime | None:
    ends = (
        case.withdrawn_at,
        case.escalation.at if case.escalation else None,
        case.payment.at if case.payment else None,
    )
    return min((end for end in ends if end is not None), default=None)


def _left_unanswered(case: Case) -> bool:
    """A claim that somebody took to arbitrators because nobody answered it."""
    return case.escalation is not None and case.escalation.all_costs


def _promised(case: Case) -> Pledge | None:
    """The promise in kind that the customer accepted."""
    pledges = (offer.pledge for offer in case.offers)
    return next((one for one in pledges if one and one.accepted_at is not None), None)


def _owed_until(promised: Pledge) -> UnixTime | None:
    return promised.due_at if promised.delivered_at is None else None


def _kept(promised: Pledge, outcome: Outcome, ruling: BasisPoints | None) -> bool | None:
    if promised.reopened_at is not None:
        # The customer says it was not. Arbitrators who gave nothing say it was.
        return ruling == 0
    if outcome in (Outcome.PLEDGE_KEPT, Outcome.PLEDGE_BROKEN):
        return outcome is Outcome.PLEDGE_KEPT
    return None


def _at_first_contact(case: Case, outcome: Outcome, contested: bool) -> bool:
    ended_it = outcome in (Outcome.ACCEPTED, Outcome.PLEDGE_KEPT)
    return ended_it and not contested and not case.asks and _is_first(case.offers)


def _is_first(offers: tuple[Offer, ...]) -> bool:
    pledge = offers[0].pledge
    return len(offers) == 1 and (pledge is None or pledge.reopened_at is None)


def _lost(case: Case, ruling: BasisPoints | None) -> bool | None:
    if ruling is None or case.escalation is None:
        return None
    customer = abs(case.escalation.demand - ruling)
    organisation = abs(case.escalation.offer - ruling)
    return None if customer == organisation else customer < organisation


def _appealed(case: Case, ruling: BasisPoints | None) -> Appealed:
    first = next((one for one in case.rounds if one.appealed_at is not None), None)
    if first is None or ruling is None:
        return Appealed.NOT
    before = first.ruling or 0
    if abs(ruling - before) < OVERTURNED_FROM:
        return Appealed.UPHELD
    return Appealed.RAISED if ruling > before else Appealed.LOWERED
