"""The cases that people have a part in, and the deadlines in them that are theirs."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from dapp.domain.case import Case
from dapp.domain.deadlines import Deadline, deadlines, operators_of
from dapp.domain.organisation import ROLE_ANSWER
from dapp.domain.parts import ComplaintState
from dapp.domain.types import Address, ComplaintId, OrganisationId
from dapp.service import views
from dapp.service.answers import Answer, for_a_second
from dapp.service.clock import Clock, Moment
from dapp.store.queries import Queries
from dapp.store.views import CaseFilter

View = dict[str, Any]

_PAGE = 100
# What is paid stays so for ever, unless its customer confirms.
_OPEN = frozenset(ComplaintState) - {
    ComplaintState.NONE,
    ComplaintState.PAID,
    ComplaintState.CONFIRMED,
    ComplaintState.WITHDRAWN,
}


class Cases:
    """The cases of people, as the index has them; an organisation is looked up once."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._answering: dict[OrganisationId, tuple[Address, ...]] = {}

    async def find(self, complaint: ComplaintId) -> Case | None:
        return await self._queries.case(complaint)

    async def answering(self, case: Case) -> tuple[Address, ...]:
        """Who answers for the case's organisation."""
        number = case.organisation
        if number not in self._answering:
            row = await self._queries.organisation(number)
            operators = () if row is None else row.organisation.operators
            able = (one.account for one in operators if one.roles & ROLE_ANSWER)
            self._answering[number] = tuple(able)
        return operators_of(case, self._answering[number])

    async def open_of(self, account: Address) -> AsyncIterator[Case]:
        """The open cases in which the account has a part, each once for each part."""
        filters = [
            CaseFilter(states=_OPEN, customer=account),
            CaseFilter(states=_OPEN, arbitrator=account),
        ]
        filters += [
            CaseFilter(states=_OPEN, organisation=row.organisation.id)
            for row in await self._queries.organisations_of(account)
        ]
        for which in filters:
            cursor, more = None, True
            while more:
                page = await self._queries.cases(which, cursor, _PAGE)
                for found in page.items:
                    yield found.case
                cursor, more = page.cursor, page.cursor is not None


@dataclass(frozen=True, slots=True)
class Entry:
    """A deadline of somebody's; `sequence` grows with each event of the case."""

    complaint: ComplaintId
    deadline: Deadline
    sequence: int


class Agenda:
    """Every method raises Retryable."""

    def __init__(self, queries: Queries, clock: Clock) -> None:
        self._queries = queries
        self._clock = clock

    async def of(self, account: Address) -> tuple[list[Entry], Moment]:
        """The account's deadlines to come, the next one first."""
        moment, found = await self._clock.moment(), dict[tuple[int, str, int], Entry]()
        cases = Cases(self._queries)
        async for case in cases.open_of(account):
            operators = await cases.answering(case)
            for one in deadlines(case, operators, moment.now, moment.next_block):
                if account in one.accounts:
                    found[case.id, one.name, one.turn] = Entry(case.id, one, case.events)
        return sorted(found.values(), key=lambda entry: entry.deadline.until), moment

    async def show(self, account: Address) -> Answer:
        """As `of`, for programs."""
        entries, moment = await self.of(account)
        rows = [_view(one) for one in entries]
        return for_a_second({"account": account, "deadlines": rows}, moment)


def _view(entry: Entry) -> View:
    one = entry.deadline
    return {
        "complaint": entry.complaint,
        "what": one.name,
        "opens": views.time(one.opens),
        "until": views.time(one.until),
        "is_promise": one.is_promise,
    }
