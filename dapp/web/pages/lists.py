"""Lists of cases, as several pages show them."""

from fastapi import Request

from dapp.service.clock import Moment
from dapp.store.views import CaseFilter, CaseRow
from dapp.web.i18n import Language
from dapp.web.pages.render import language_of, parts_of
from dapp.web.presentation.caselist import CaseLine, case_line
from dapp.web.presentation.view import Look


def look_at(row: CaseRow, moment: Moment, t: Language) -> Look:
    return Look(row.case, moment.now, moment.next_block, t)


async def case_lines(
    request: Request, which: CaseFilter, cursor: str | None = None, limit: int = 20
) -> tuple[list[CaseLine], str | None]:
    """The newest first, and the cursor of what follows. Raises InvalidInput, Retryable."""
    t = language_of(request)
    page, moment = await parts_of(request).cases.find_all(which, cursor, limit)
    return [case_line(look_at(row, moment, t)) for row in page.items], page.cursor
