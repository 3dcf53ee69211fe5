"""What every part of the case page is made from."""

from dataclasses import dataclass

from dapp.domain import rules
from dapp.domain.case import Case
from dapp.domain.fees import share_down
from dapp.domain.phases import Phase, RoundPhase, phase, round_phase
from dapp.domain.turns import Turn, turn
from dapp.domain.types import BlockNumber, UnixTime
from dapp.web.i18n import Language


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

    def available(self, role: rules.Role) -> tuple[rules.Action, ...]:
        return rules.available(self.case, role, self.now, self.next_block)

    def part(self, basis_points: int) -> int:
        """Wei of a share of what the case is about, rounded down as the desk does."""
        return share_down(self.case.amount, basis_points)
