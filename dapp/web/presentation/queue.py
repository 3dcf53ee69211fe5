"""An organisation's open cases, the one that breaches first on top."""

from collections.abc import Iterable

from dapp.domain.rules import Role
from dapp.web.presentation.view import Look


def most_urgent(looks: Iterable[Look]) -> list[Look]:
    """Those where the organisation must act come first, then those that wait for somebody else."""
    return sorted(looks, key=_urgency)


def _urgency(look: Look) -> tuple[bool, int]:
    turn = look.turn
    breach = turn.until or look.case.deadline
    # A first reply that is late already is no longer a deadline.
    if turn.acknowledge_until is not None and look.now < turn.acknowledge_until:
        breach = turn.acknowledge_until
    return turn.who is not Role.ORGANISATION, breach
