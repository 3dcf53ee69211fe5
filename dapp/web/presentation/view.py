"""What every part of the case page is made from."""

from dataclasses import dataclass

from dapp.domain import rules
from dapp.domain.case import Case
from dapp.domain.fees import share_down
from dapp.domain.parts import Order
from dapp.domain.phases import Phase, RoundPhase, phase, round_phase
from dapp.domain.turns import Turn, turn
from dapp.domain.types import NATIVE_COIN, Address, BlockNumber, UnixTime
from dapp.web.i18n import Language
from dapp.web.presentation.people import short


@dataclass(frozen=True, slots=True)
class Look:
    """A case as it stands now, for readers of one language."""

    case: Case
    now: UnixTime
    """The chain's time."""
    next_block: BlockNumber
    """The first in which anything can still happen."""
    t: Language

    @property
    def phase(self) -> Phase:
        return phase(self.case, self.now)

    @property
    def round_phase(self) -> RoundPhase:
        return round_phase(self.case.round, self.now, self.next_block)

    @property
    def turn(self) -> Turn:
        return turn(self.case, self.now, self.next_block)

    def available(self, role: rules.Role, actor: Address | None = None) -> tuple[rules.Action, ...]:
        return rules.available(self.case, role, self.now, self.next_block, actor)

    def until(self, deadline: int) -> dict[str, object]:
        """A deadline as messages take it: `when`, and how long is `left`."""
        return {
            "when": self.t.time(deadline, self.now),
            "left": self.t.duration(max(0, deadline - self.now)),
        }

    def amount(self, amount: int) -> str:
        """An amount in the coin of the order."""
        return coins(amount, self.case.order, self.t)

    def received(self, to_customer: int, from_bond: int) -> int:
        """What reached the customer; the bond pays whoever advanced the costs, in the coin."""
        taken, order = self.case.escalation, self.case.order
        same_coin = order.is_claim or order.token == NATIVE_COIN
        advanced = taken is not None and taken.payer == self.case.customer
        return to_customer + (from_bond if same_coin and advanced else 0)

    def part(self, basis_points: int) -> int:
        """Of the coin, a share of what the case is about, rounded down as the desk does."""
        return share_down(self.case.amount, basis_points)


def coins(amount: int, order: Order, t: Language) -> str:
    """An amount in the coin of an order; of a claim in wei."""
    return t.amount(amount) if order.is_claim else units(amount, order.token, t)


def units(amount: int, token: Address, t: Language) -> str:
    """How many digits a token has is not known here."""
    if token == NATIVE_COIN:
        return t.amount(amount)
    return t.say("{number} units of {token}", number=t.number(amount), token=short(token))
