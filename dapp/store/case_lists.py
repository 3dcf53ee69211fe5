"""Lists of cases under conditions, planned for the very values that are asked for."""

from collections.abc import Callable

from dapp.domain.types import ComplaintId
from dapp.store import statements
from dapp.store.answers import Row, case_row
from dapp.store.filters import Values
from dapp.store.reader import Reader
from dapp.store.views import CaseRow


class CaseLists:
    """The newest first, with numbers below one if that is given.

    Args:
        reader: of the chain's rows.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def rows(self, values: Values, below: int | None, limit: int) -> list[CaseRow]:
        """Cases under some of `statements.CASE_CONDITIONS`."""
        return [case_row(row) for row in await self._find(statements.cases, values, below, limit)]

    async def numbers(self, values: Values, below: int | None, limit: int) -> list[ComplaintId]:
        """As `rows`; the complaints' numbers alone."""
        found = await self._find(statements.case_numbers, values, below, limit)
        return [ComplaintId(number) for (number,) in found]

    async def _find(
        self,
        statement: Callable[[list[str]], str],
        values: Values,
        below: int | None,
        limit: int,
    ) -> list[Row]:
        given = values if below is None else {**values, "below": below}
        names = [name for name in statements.CASE_CONDITIONS if name in given]
        return await self._reader.rows(statement(names), {**given, "limit": limit}, anew=True)
