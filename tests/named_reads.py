"""The named reads, one by one, with what a large index is asked."""

from collections.abc import Awaitable, Callable

from dapp.domain.breach import Breach
from dapp.domain.parts import Category, ComplaintState
from dapp.domain.types import (
    NATIVE_COIN,
    Address,
    BlockNumber,
    ComplaintId,
    DisputeId,
    Hash32,
    OrganisationId,
    UnixTime,
)
from dapp.store.desk_queue import QueueFilter
from dapp.store.past import Past
from dapp.store.queries import Queries
from dapp.store.views import CaseFilter

ROWS = 50_000
"""As many as there are of most kinds, where plans are tested."""
SOME = Hash32("0x" + "5e" * 32)
SOMEBODY = Address("0x" + "5e" * 20)

FULL = CaseFilter(
    states=frozenset({ComplaintState.FILED, ComplaintState.ESCALATED}),
    organisation=OrganisationId(7),
    customer=SOMEBODY,
    categories=frozenset({Category.ORDER}),
    breaches=frozenset(Breach),
    token=NATIVE_COIN,
    amount_min=5,
    amount_max=9000,
    filed_from=5,
    filed_to=9000,
)
FILTERS = [
    CaseFilter(),
    FULL,
    CaseFilter(states=frozenset({ComplaintState.ESCALATED})),
    CaseFilter(states=frozenset({ComplaintState.DELIVERED})),
    CaseFilter(organisation=OrganisationId(7)),
    CaseFilter(customer=SOMEBODY),
    CaseFilter(arbitrator=Address("0x" + "0" * 39 + "7")),
    CaseFilter(order=SOME),
    CaseFilter(categories=frozenset({Category.CONDUCT})),
    CaseFilter(breaches=frozenset({Breach.ANSWER})),
    CaseFilter(breaches=frozenset(Breach)),
    CaseFilter(token=SOMEBODY, amount_min=100, amount_max=200),
    CaseFilter(token=NATIVE_COIN, amount_min=ROWS * 2),
    CaseFilter(filed_from=700, filed_to=800),
]

SOME_QUEUE = QueueFilter(
    OrganisationId(7),
    within_seconds=600,
    categories=frozenset({Category.ORDER}),
    states=frozenset({ComplaintState.FILED}),
    operator=SOMEBODY,
    unheard=True,
)

Ask = Callable[[Queries, Past], Awaitable[object]]


def listing(which: CaseFilter) -> Ask:
    return lambda q, _: q.cases(which, str(2 * ROWS), 25, UnixTime(40_000))


def paging(which: CaseFilter) -> Ask:
    return lambda q, _: q.case_page(which, str(2 * ROWS), 25)


def past(which: CaseFilter) -> Ask:
    return lambda _, p: p.cases(which, None, 25, (BlockNumber(60), UnixTime(40_000)))


async def _histories(queries: Queries) -> None:
    async with queries.histories() as found:
        await found.head()


READS: dict[str, Ask] = {
    "head": lambda q, _: q.head(),
    "status": lambda q, _: q.status(),
    "deployments": lambda q, _: q.deployments(),
    "case": lambda q, _: q.case(ComplaintId(5)),
    "case_row": lambda q, _: q.case_row(ComplaintId(5)),
    "case_now": lambda q, _: q.case_now(ComplaintId(5)),
    "cases_now": lambda q, _: q.cases_now([ComplaintId(5), ComplaintId(7)]),
    "events_of_block": lambda q, _: q.events_of_block(BlockNumber(60)),
    "case_numbers": lambda q, _: q.case_numbers(CaseFilter(), 25),
    "case_page": lambda q, _: q.case_page(CaseFilter(), None, 25),
    "block": lambda q, _: q.block(BlockNumber(50)),
    "timeline": lambda q, _: q.timeline(ComplaintId(5)),
    "organisation": lambda q, _: q.organisation(OrganisationId(1)),
    "organisations": lambda q, _: q.organisations("1", 25),
    "organisations_of": lambda q, _: q.organisations_of(SOMEBODY),
    "organisation_timeline": lambda q, _: q.organisation_timeline(OrganisationId(1)),
    "queue": lambda q, _: q.queue.find(SOME_QUEUE, UnixTime(40_000), 0, 100),
    "order": lambda q, _: q.order(SOME),
    "orders": lambda q, _: q.orders(None, 25),
    "orders of a customer": lambda q, _: q.orders(f"40000-{SOME}", 25, customer=SOMEBODY),
    "orders of an organisation": lambda q, _: q.orders(None, 25, organisation=OrganisationId(7)),
    "arbitrators": lambda q, _: q.arbitrators("5", 25),
    "positions": lambda q, _: q.positions(SOMEBODY),
    "positions_voted_by": lambda q, _: q.positions_voted_by(SOMEBODY),
    "seats": lambda q, _: q.seats(Address("0x" + "0" * 39 + "7")),
    "credits": lambda q, _: q.credits(SOMEBODY),
    "key": lambda q, _: q.key(SOMEBODY),
    "public_dispute": lambda q, _: q.public_dispute(DisputeId(2**200)),
    "transaction": lambda q, _: q.transaction(SOME),
    "histories": lambda q, _: _histories(q),
    "past case": lambda _, p: p.case(ComplaintId(5), BlockNumber(40)),
    **{f"cases {number}": listing(which) for number, which in enumerate(FILTERS)},
    **{f"pages {number}": paging(which) for number, which in enumerate(FILTERS)},
    **{f"past cases {number}": past(which) for number, which in enumerate(FILTERS)},
}
