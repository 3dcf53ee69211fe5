"""What a keeper says of its work, as JSON for programs."""

from collections.abc import Sequence
from typing import Any

from dapp.domain.types import Address
from dapp.service import views
from dapp.service.clock import Moment
from dapp.service.keeping import Means, Outcome, Terms, Verdict
from dapp.store.chores import Tally

View = dict[str, Any]


def report(
    keeper: Address,
    terms: Terms,
    means: Means,
    tally: Tally,
    steps: Sequence[Verdict],
    moment: Moment,
) -> View:
    """One look at what is due, and the keeper's books. Amounts are wei."""
    return {
        "keeper": keeper,
        "mode": "profitable" if terms.profitable_only else "all",
        "balance": str(means.balance),
        "spent_in_a_day": str(means.spent),
        "budget_for_a_day": str(terms.budget),
        "done": tally.done,
        "lost": {"unsent": tally.dropped, "reverted": tally.reverted},
        "paid": str(tally.paid),
        "steps": [_step(one) for one in steps],
        "warnings": _warnings(steps),
        **moment.stamp(),
        "now": views.time(moment.now),
    }


def _step(one: Verdict) -> View:
    return {
        "step": one.step.name,
        "chore": one.step.chore.value,
        "outcome": one.outcome.value,
        "gas": one.gas,
        "cost": str(one.cost),
        "bounty": str(one.bounty),
        "value": str(one.value),
        "code": one.code,
    }


def _warnings(steps: Sequence[Verdict]) -> list[str]:
    found = {one.outcome for one in steps}
    said = {
        Outcome.BALANCE_TOO_LOW: "the keeper's account has not enough money: send some to it",
        Outcome.OVER_BUDGET: "what was spent in a day is at its limit: raise --gas-budget, or wait",
        Outcome.NEEDS_ADVANCE: "an escalation needs money sent along: see --advance",
        Outcome.FEES_TOO_HIGH: "gas costs more than REDRESS_SENDER_MOST_FEE_WEI",
        Outcome.GIVEN_UP: "a step failed whenever it was tried: look at its transactions",
    }
    return [words for outcome, words in said.items() if outcome in found]
