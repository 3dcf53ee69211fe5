"""Money sent along with a claim, with which the organisation may settle it; wei."""

from dataclasses import dataclass

from dapp.domain.changing import replace
from dapp.domain.events import CLAIMS, Event
from dapp.domain.types import NOTHING, Address, Wei


@dataclass(frozen=True, slots=True)
class Sent:
    """What one payer sent and has not taken back."""

    payer: Address
    amount: Wei


@dataclass(frozen=True, slots=True)
class Funding:
    """What was sent, by payer, and what is `left` of it."""

    sent: tuple[Sent, ...] = ()
    left: Wei = NOTHING

    def sent_by(self, payer: Address) -> Wei:
        """What `payer` sent and has not taken back."""
        return next((one.amount for one in self.sent if one.payer == payer), NOTHING)

    def back_down(self, payer: Address) -> Wei:
        """What `payer` would get back now: its part of what is left, rounded down."""
        total = sum(one.amount for one in self.sent)
        return Wei(self.sent_by(payer) * self.left // total) if total else NOTHING


NO_FUNDING = Funding()


def apply(before: Funding, event: Event) -> Funding:
    """The funding of a claim after an event of the claims about it."""
    if event.contract != CLAIMS:
        return before
    if event.name == "Funded":
        payer, amount = Address(event.text("payer")), event.integer("amount")
        sent = Sent(payer, Wei(before.sent_by(payer) + amount))
        return Funding((*_others(before, payer), sent), Wei(before.left + amount))
    if event.name == "FundingWithdrawn":
        left = Wei(before.left - event.integer("amount"))
        return Funding(_others(before, Address(event.text("actor"))), left)
    if event.name == "Split":
        return replace(before, left=Wei(before.left - event.integer("fromFunding")))
    return before


def _others(before: Funding, payer: Address) -> tuple[Sent, ...]:
    return tuple(one for one in before.sent if one.payer != payer)
