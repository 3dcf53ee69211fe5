"""The status sentence while arbitrators have the case."""

from collections.abc import Callable

from markupsafe import Markup

from dapp.domain.median import ruling
from dapp.domain.outside import OutsideCase
from dapp.domain.phases import RoundPhase, is_voteless
from dapp.domain.rounds import Round
from dapp.web.presentation.view import Look


def escalated(look: Look) -> Markup:
    """Where the house court or the arbitrators outside stand."""
    if look.case.outside is not None:
        return _outside(look, look.case.outside)
    return _ROUND_PHASES[look.round_phase](look, look.case.rounds[-1])


def _outside(look: Look, found: OutsideCase) -> Markup:
    t = look.t
    if found.is_waiting(look.now):
        return t.html(
            "Arbitrators outside have the case. They rule by {when}, {left} left; after that the "
            "middle between both sides counts.",
            **look.until(found.deadline),
        )
    if found.choice:
        return t.html("The arbitrators outside have ruled. Anyone may now carry it out.")
    return t.html(
        "The arbitrators outside gave no ruling. Anyone may now divide the money in the middle "
        "between both sides."
    )


def _awaiting(look: Look, current: Round) -> Markup:
    return look.t.html(
        "The arbitrators will be drawn by lot in a moment: a block still to come decides."
    )


def _drawable(look: Look, current: Round) -> Markup:
    if look.now < current.commit_opens:
        return look.t.html(
            "The lot has fallen. Anyone may now seat the arbitrators it names; they vote from "
            "{when}, in {left}. Until then both sides may add evidence.",
            **look.until(current.commit_opens),
        )
    return look.t.html(
        "The lot has fallen. The first arbitrator to vote seats the panel, or anyone does, until "
        "{when}, {left} left.",
        **look.until(current.commit_ends),
    )


def _missed(look: Look, current: Round) -> Markup:
    return look.t.html("Nobody drew in time. Anyone may set a new draw.")


def _hand_over(look: Look, current: Round) -> Markup:
    return look.t.html(
        "The arbitrators are drawn. They vote from {when}, in {left}; until then both sides may "
        "add evidence.",
        **look.until(current.commit_opens),
    )


def _commit(look: Look, current: Round) -> Markup:
    return look.t.html(
        "The arbitrators vote in secret until {when}, {left} left. {done} of {all} have voted.",
        done=len(current.committed),
        all=len(current.seats),
        **look.until(current.commit_ends),
    )


def _reveal(look: Look, current: Round) -> Markup:
    return look.t.html(
        "The arbitrators open their votes until {when}, {left} left. {done} of {all} are open.",
        done=len(current.revealed),
        all=len(current.committed),
        **look.until(current.reveal_ends),
    )


def _insufficient(look: Look, current: Round) -> Markup:
    return look.t.html("Too few arbitrators opened their votes. Anyone may call a new panel.")


def _appealable(look: Look, current: Round) -> Markup:
    share = ruling(current.votes)
    return look.t.html(
        "The votes are in: {share} ({amount}) for the customer. Whoever finds that too much or too "
        "little may pay for a larger panel until {when}, {left} left; then it is final.",
        share=look.t.share(share),
        amount=look.amount(look.part(share)),
        **look.until(current.appeal_ends),
    )


def _decidable(look: Look, current: Round) -> Markup:
    if is_voteless(current):
        before = [one.ruling for one in look.case.rounds if one.ruling is not None]
        if before:
            return look.t.html(
                "No larger panel could decide, so the ruling before it stands: {share} for the "
                "customer. Anyone may now carry it out.",
                share=look.t.share(before[-1]),
            )
        return look.t.html(
            "No panel could decide. Anyone may now divide the money in the middle between both "
            "sides."
        )
    share = ruling(current.votes)
    return look.t.html(
        "The votes are in: {share} ({amount}) for the customer. Anyone may now carry it out.",
        share=look.t.share(share),
        amount=look.amount(look.part(share)),
    )


_ROUND_PHASES: dict[RoundPhase, Callable[[Look, Round], Markup]] = {
    RoundPhase.AWAITING_SEED: _awaiting,
    RoundPhase.DRAWABLE: _drawable,
    RoundPhase.MISSED: _missed,
    RoundPhase.HAND_OVER: _hand_over,
    RoundPhase.COMMIT: _commit,
    RoundPhase.REVEAL: _reveal,
    RoundPhase.INSUFFICIENT: _insufficient,
    RoundPhase.APPEALABLE: _appealable,
    RoundPhase.DECIDABLE: _decidable,
}
