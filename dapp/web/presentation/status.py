"""The status sentence: who must do what, by when, and how long that still is."""

from collections.abc import Callable

from markupsafe import Markup

from dapp.domain.median import ruling
from dapp.domain.parts import Outcome
from dapp.domain.phases import Phase, RoundPhase, is_refused
from dapp.domain.rounds import Round
from dapp.web.presentation.view import Look


def status(look: Look) -> Markup:
    """One or two sentences in the reader's language."""
    return _PHASES[look.phase](look)


def _until(look: Look, deadline: int) -> dict[str, object]:
    return {
        "when": look.t.time(deadline, look.now),
        "left": look.t.duration(max(0, deadline - look.now)),
    }


def _filed(look: Look) -> Markup:
    case, t = look.case, look.t
    if case.acknowledgement is not None:
        return t.html(
            "The organisation must make an offer by {when}, {left} left.",
            **_until(look, case.deadline),
        )
    if look.now < case.acknowledge_deadline:
        return t.html(
            "The organisation must reply by {when}, {left} left.",
            **_until(look, case.acknowledge_deadline),
        )
    return t.html(
        "The organisation has not replied in the time it promised. It must answer by {when}, "
        "{left} left.",
        **_until(look, case.deadline),
    )


def _asked(look: Look) -> Markup:
    return look.t.html(
        "The organisation asks the customer for more. The customer may reply until {when}, "
        "{left} left; meanwhile the organisation's clock stands still.",
        **_until(look, look.case.deadline),
    )


def _overdue(look: Look) -> Markup:
    return look.t.html(
        "The organisation did not answer in time. Anyone may now pay the customer what was asked: "
        "{amount}.",
        amount=look.t.amount(look.part(look.case.demand)),
    )


def _offered(look: Look) -> Markup:
    case, t = look.case, look.t
    offer = case.offers[-1]
    if offer.share == 0:
        return t.html(
            "The organisation rejects the complaint. The customer may go to arbitration until "
            "{when}, {left} left.",
            **_until(look, case.deadline),
        )
    return t.html(
        "The organisation offers {share} ({amount}). The customer may accept it or go to "
        "arbitration until {when}, {left} left.",
        share=t.share(offer.share),
        amount=t.amount(look.part(offer.share)),
        **_until(look, case.deadline),
    )


def _lapsed(look: Look) -> Markup:
    if look.case.offers[-1].share == 0:
        return look.t.html(
            "The customer left the rejection unanswered for seven days. Anyone may close the case."
        )
    return look.t.html(
        "The customer left the offer unanswered for seven days, so it counts as accepted. "
        "Anyone may pay it out."
    )


def _escalated(look: Look) -> Markup:
    current = look.case.rounds[-1]
    return _ROUND_PHASES[look.round_phase](look, current)


def _awaiting(look: Look, current: Round) -> Markup:
    return look.t.html(
        "The arbitrators will be drawn by lot in a moment: a block still to come decides."
    )


def _drawable(look: Look, current: Round) -> Markup:
    return look.t.html("The lot has fallen. Anyone may now seat the arbitrators it names.")


def _missed(look: Look, current: Round) -> Markup:
    return look.t.html("Nobody drew in time. Anyone may set a new draw.")


def _hand_over(look: Look, current: Round) -> Markup:
    opens = current.commit_opens or 0
    return look.t.html(
        "The arbitrators are drawn. They vote from {when}, in {left}; until then both sides may "
        "add evidence.",
        **_until(look, opens),
    )


def _commit(look: Look, current: Round) -> Markup:
    return look.t.html(
        "The arbitrators vote in secret until {when}, {left} left. {done} of {all} have voted.",
        done=len(current.committed),
        all=len(current.seats),
        **_until(look, current.commit_ends or 0),
    )


def _reveal(look: Look, current: Round) -> Markup:
    return look.t.html(
        "The arbitrators open their votes until {when}, {left} left. {done} of {all} are open.",
        done=len(current.revealed),
        all=len(current.committed),
        **_until(look, current.reveal_ends or 0),
    )


def _insufficient(look: Look, current: Round) -> Markup:
    return look.t.html("Too few arbitrators opened their votes. Anyone may call a new panel.")


def _decidable(look: Look, current: Round) -> Markup:
    if is_refused(current):
        return look.t.html(
            "No panel could decide. Anyone may now divide the money in the middle between both "
            "sides."
        )
    share = ruling(current.votes)
    return look.t.html(
        "The votes are in: {share} ({amount}) for the customer. Anyone may now carry it out.",
        share=look.t.share(share),
        amount=look.t.amount(look.part(share)),
    )


def _paid(look: Look) -> Markup:
    return look.t.html(
        "{amount} went to the customer, who may confirm until {when}, {left} left.",
        amount=_to_customer(look),
        **_until(look, look.case.deadline),
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
    return look.t.amount(payment.to_customer + payment.from_bond)


_PHASES: dict[Phase, Callable[[Look], Markup]] = {
    Phase.FILED: _filed,
    Phase.ASKED: _asked,
    Phase.OVERDUE: _overdue,
    Phase.OFFERED: _offered,
    Phase.LAPSED: _lapsed,
    Phase.ESCALATED: _escalated,
    Phase.PAID: _paid,
    Phase.CONFIRMED: _confirmed,
    Phase.CLOSED: _closed,
    Phase.WITHDRAWN: _withdrawn,
}
_ROUND_PHASES: dict[RoundPhase, Callable[[Look, Round], Markup]] = {
    RoundPhase.AWAITING_SEED: _awaiting,
    RoundPhase.DRAWABLE: _drawable,
    RoundPhase.MISSED: _missed,
    RoundPhase.HAND_OVER: _hand_over,
    RoundPhase.COMMIT: _commit,
    RoundPhase.REVEAL: _reveal,
    RoundPhase.INSUFFICIENT: _insufficient,
    RoundPhase.DECIDABLE: _decidable,
}
