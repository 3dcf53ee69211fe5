"""The status sentence: who must do what, by when, and how long that still is."""

from collections.abc import Callable

from markupsafe import Markup

from dapp.domain.parts import Outcome, Pledge, PledgeKind
from dapp.domain.phases import Phase
from dapp.domain.rules import is_frozen
from dapp.web.presentation.status_court import escalated
from dapp.web.presentation.view import Look


def status(look: Look) -> Markup:
    """One or two sentences in the reader's language."""
    said = _PHASES[look.phase](look)
    if look.case.frozen_until is None or not is_frozen(look.case, look.now):
        return said
    held = look.t.html(
        "The guardian holds the payout until {when}, {left} left.",
        **look.until(look.case.frozen_until),
    )
    return Markup("{} {}").format(said, held)


def _filed(look: Look) -> Markup:
    case, t = look.case, look.t
    if case.acknowledgement is not None:
        return t.html(
            "The organisation must make an offer by {when}, {left} left.",
            **look.until(case.deadline),
        )
    if look.now < case.acknowledge_deadline:
        return t.html(
            "The organisation must reply by {when}, {left} left.",
            **look.until(case.acknowledge_deadline),
        )
    return t.html(
        "The organisation has not replied in the time it promised. It must answer by {when}, "
        "{left} left.",
        **look.until(case.deadline),
    )


def _asked(look: Look) -> Markup:
    return look.t.html(
        "The organisation asks the customer for more. The customer may reply until {when}, "
        "{left} left; meanwhile the organisation's clock stands still.",
        **look.until(look.case.deadline),
    )


def _overdue(look: Look) -> Markup:
    if look.case.is_claim:
        return look.t.html(
            "The organisation did not answer in time. Anyone may now take the claim to "
            "arbitrators, at the organisation's cost."
        )
    return look.t.html(
        "The organisation did not answer in time. Anyone may now pay the customer what was asked: "
        "{amount}.",
        amount=look.amount(look.part(look.case.demand)),
    )


def _offered(look: Look) -> Markup:
    case, t = look.case, look.t
    offer = case.offers[-1]
    if offer.pledge is not None:
        return _pledge_offered(look, offer.pledge)
    if offer.share == 0:
        return t.html(
            "The organisation rejects the complaint. The customer may go to arbitration until "
            "{when}, {left} left.",
            **look.until(case.deadline),
        )
    return t.html(
        "The organisation offers {share} ({amount}). The customer may accept it or go to "
        "arbitration until {when}, {left} left.",
        share=t.share(offer.share),
        amount=look.amount(look.part(offer.share)),
        **look.until(case.deadline),
    )


def _pledge_offered(look: Look, pledge: Pledge) -> Markup:
    if pledge.reopened_at is not None:
        return look.t.html(
            "The customer says that the promise was not kept. The customer may go to arbitration "
            "until {when}, {left} left.",
            **look.until(look.case.deadline),
        )
    values = {
        "within": look.t.duration(pledge.due_hours * 3600),
        "refund": look.t.share(pledge.refund),
        **look.until(look.case.deadline),
    }
    if pledge.kind is PledgeKind.SEND_AGAIN:
        return look.t.html(
            "The organisation promises to send the goods again within {within}, or else to pay "
            "{refund}. The customer may accept it or go to arbitration until {when}, {left} left.",
            **values,
        )
    return look.t.html(
        "The organisation promises to put it right within {within}, or else to pay {refund}. The "
        "customer may accept it or go to arbitration until {when}, {left} left.",
        **values,
    )


def _pledged(look: Look) -> Markup:
    return look.t.html(
        "The promise is accepted. The organisation must keep it by {when}, {left} left.",
        **look.until(look.case.deadline),
    )


def _broken(look: Look) -> Markup:
    return look.t.html(
        "The organisation did not keep its promise in time. Anyone may now pay the customer the "
        "refund that it named: {amount}.",
        amount=look.amount(look.part(_pledge(look).refund)),
    )


def _delivered(look: Look) -> Markup:
    return look.t.html(
        "The organisation says that it kept its promise. The customer may confirm that or reopen "
        "the case until {when}, {left} left.",
        **look.until(look.case.deadline),
    )


def _kept(look: Look) -> Markup:
    return look.t.html(
        "The customer did not object to what was delivered, so the promise counts as kept. Anyone "
        "may now pay the organisation."
    )


def _pledge(look: Look) -> Pledge:
    pledge = look.case.pledge
    # There is one, or the case would not be where it is.
    assert pledge is not None
    return pledge


def _lapsed(look: Look) -> Markup:
    offer = look.case.offers[-1]
    if offer.pledge is not None and offer.stands:
        return look.t.html(
            "The customer left the promise unanswered for seven days, so it counts as accepted. "
            "Anyone may set its clock going."
        )
    if offer.pledge is not None:
        return look.t.html(
            "The customer reopened the case and left it for seven days. Anyone may close it."
        )
    if offer.share == 0:
        return look.t.html(
            "The customer left the rejection unanswered for seven days. Anyone may close the case."
        )
    return look.t.html(
        "The customer left the offer unanswered for seven days, so it counts as accepted. "
        "Anyone may pay it out."
    )


def _paid(look: Look) -> Markup:
    return look.t.html(
        "{amount} went to the customer, who may confirm until {when}, {left} left.",
        amount=_to_customer(look),
        **look.until(look.case.deadline),
    )


def _confirmed(look: Look) -> Markup:
    return look.t.html(
        "Closed. {amount} went to the customer, who confirmed it.", amount=_to_customer(look)
    )


def _closed(look: Look) -> Markup:
    return look.t.html("Closed. {amount} went to the customer.", amount=_to_customer(look))


def _withdrawn(look: Look) -> Markup:
    return look.t.html(
        "Closed. The complaint was withdrawn; the money stays with the order, as before."
    )


def _to_customer(look: Look) -> str:
    payment = look.case.payment
    assert payment is not None and payment.outcome is not Outcome.NONE
    return look.amount(look.received(payment.to_customer, payment.from_bond))


_PHASES: dict[Phase, Callable[[Look], Markup]] = {
    Phase.FILED: _filed,
    Phase.ASKED: _asked,
    Phase.OVERDUE: _overdue,
    Phase.OFFERED: _offered,
    Phase.LAPSED: _lapsed,
    Phase.PLEDGED: _pledged,
    Phase.BROKEN: _broken,
    Phase.DELIVERED: _delivered,
    Phase.KEPT: _kept,
    Phase.ESCALATED: escalated,
    Phase.PAID: _paid,
    Phase.CONFIRMED: _confirmed,
    Phase.CLOSED: _closed,
    Phase.WITHDRAWN: _withdrawn,
}
