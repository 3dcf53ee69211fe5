"""What is read in parts is of one block."""

import asyncio
from dataclasses import replace
from typing import Any, cast

from dapp.domain.events import Event
from dapp.domain.types import Address, BlockNumber, ChainId, ComplaintId, Hash32, UnixTime, Wei
from dapp.service import views
from dapp.service.case_pages import CasePages
from dapp.service.cases import Cases
from dapp.service.clock import Clock
from dapp.service.kept import Kept
from dapp.store.past import Past
from dapp.store.queries import Queries
from dapp.store.views import CaseRow, Head
from tests.unit.domain.cases import filed

ONE = ComplaintId(1)


class Moving:
    """An index that gets another block just after the case was read first: its amount tells."""

    def __init__(self) -> None:
        self.block = 1
        self._is_first = True

    async def head(self) -> Head:
        own = Hash32(f"0x{self.block:064}")
        number = BlockNumber(self.block)
        return Head(ChainId(1), number, own, UnixTime(0), 0.0, BlockNumber(0))

    async def case_now(self, complaint: ComplaintId) -> tuple[Head, CaseRow]:
        head = await self.head()
        return head, await self.case(complaint, head.block_number)

    async def case(self, complaint: ComplaintId, at: BlockNumber) -> CaseRow:
        row = CaseRow(replace(filed(), id=complaint, amount=Wei(self.block)), None)
        if self._is_first:
            self.block, self._is_first = self.block + 1, False
        return row

    async def timeline(self, complaint: ComplaintId, up_to: BlockNumber) -> list[Event]:
        return [cast(Event, _Filed())]


class _Filed:
    name, contract = "Filed", "ComplaintDesk"


def test_payments_are_the_cases_of_the_block_that_they_name() -> None:
    index = Moving()
    clock = Clock(cast(Queries, index), lambda: 0.0)
    queries: Any = index
    pages = CasePages(queries, clock, Kept(lambda: 0.0, 1000))
    cases = Cases(queries, cast(Past, index), clock, pages, Address("0x" + "de" * 20), Wei(0))
    shown = asyncio.run(cases.payments(ONE))
    assert shown["as_of_block"] == 2
    assert shown["amount"] == views.wei(2)
