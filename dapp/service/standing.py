"""A case, and where it stands at a moment."""

from dataclasses import dataclass

from dapp.domain.case import Case
from dapp.domain.phases import Phase, RoundPhase, phase, round_phase
from dapp.domain.rules import Action, Role, available, by_role
from dapp.domain.turns import Turn, turn
from dapp.domain.types import Address
from dapp.service.clock import Moment
from dapp.store.views import CaseRow


@dataclass(frozen=True, slots=True)
class Standing:
    """A case, and where it stands at a moment."""

    row: CaseRow
    moment: Moment

    @property
    def case(self) -> Case:
        return self.row.case

    @property
    def phase(self) -> Phase:
        return phase(self.case, self.moment.now)

    @property
    def round_phase(self) -> RoundPhase:
        """As the next block will find it."""
        return round_phase(self.case.round, self.moment.now, self.moment.next_block)

    @property
    def turn(self) -> Turn:
        """Whose turn it is."""
        return turn(self.case, self.moment.now, self.moment.next_block)

    def actions(self, role: Role, actor: Address | None = None) -> tuple[Action, ...]:
        """What somebody in `role` may do now."""
        return available(self.case, role, self.moment.now, self.moment.next_block, actor)

    @property
    def by_role(self) -> dict[Role, tuple[Action, ...]]:
        """What whoever plays each role may do now."""
        return by_role(self.case, self.moment.now, self.moment.next_block)
