"""A case in a list."""

from dataclasses import dataclass

from markupsafe import Markup

from dapp.web.presentation.names import category_name, organisation_name, phase_name, slug
from dapp.web.presentation.status import status
from dapp.web.presentation.view import Look


@dataclass(frozen=True, slots=True)
class CaseLine:
    id: int
    phase: str
    phase_name: str
    amount: str
    status: Markup
    category: str
    organisation: str
    filed_at: Markup


def case_line(look: Look) -> CaseLine:
    case, t = look.case, look.t
    return CaseLine(
        id=case.id,
        phase=slug(look.phase),
        phase_name=phase_name(look.phase, t),
        amount=look.amount(case.amount),
        status=status(look),
        category=category_name(case.category, t),
        organisation=organisation_name(case.organisation, t),
        filed_at=t.time(case.filed_at),
    )
