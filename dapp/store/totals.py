"""What each organisation's complaints and orders add up to, kept as they change."""

from collections import Counter
from collections.abc import Iterable, Mapping

from dapp.domain.case import Case
from dapp.domain.payment import PaidOrder
from dapp.domain.types import Address, ChainId, OrganisationId
from dapp.store.answers import OPEN_STATES
from dapp.store.database import Connection
from dapp.store.records import Record
from dapp.store.subjects import COMPLAINT, ORDER, Subject

_ADD_CASES = b"""
INSERT INTO organisation_total AS t (chain_id, organisation, complaints, open)
SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])
ON CONFLICT (chain_id, organisation)
    DO UPDATE SET complaints = t.complaints + EXCLUDED.complaints, open = t.open + EXCLUDED.open
"""
_ADD_MONEY = b"""
INSERT INTO organisation_received AS t (chain_id, organisation, token, amount)
SELECT %s, * FROM unnest(%s::bigint[], %s::text[], %s::text[]::numeric[])
ON CONFLICT (chain_id, organisation, token) DO UPDATE SET amount = t.amount + EXCLUDED.amount
"""
_CONCERNED = b"""
SELECT organisation FROM complaint WHERE chain_id = %(chain)s AND id = ANY(%(cases)s::bigint[])
UNION
SELECT organisation FROM paid_order WHERE chain_id = %(chain)s AND key = ANY(%(orders)s)
"""
_RECOUNT = (
    b"DELETE FROM organisation_total WHERE chain_id = %(chain)s AND organisation = ANY(%(of)s)",
    b"DELETE FROM organisation_received WHERE chain_id = %(chain)s AND organisation = ANY(%(of)s)",
    b"""
    INSERT INTO organisation_total
    SELECT chain_id, organisation, count(*), count(*) FILTER (WHERE state = ANY(%(open)s))
    FROM complaint WHERE chain_id = %(chain)s AND organisation = ANY(%(of)s)
    GROUP BY chain_id, organisation
    """,
    b"""
    INSERT INTO organisation_received
    SELECT chain_id, organisation, token, sum(to_organisation)
    FROM paid_order
    WHERE chain_id = %(chain)s AND organisation = ANY(%(of)s) AND to_organisation > 0
    GROUP BY chain_id, organisation, token
    """,
)


async def add(
    connection: Connection,
    chain_id: ChainId,
    before: Mapping[Subject, Record],
    changed: Mapping[Subject, Record],
) -> None:
    """Records that are as in `before` (where they were there) become as in `changed`."""
    filed, opened = Counter[OrganisationId](), Counter[OrganisationId]()
    received = Counter[tuple[OrganisationId, Address]]()
    for subject, after in changed.items():
        known = before.get(subject)
        if isinstance(after, Case):
            filed[after.organisation] += known is None
            opened[after.organisation] += _is_open(after) - _is_open(known)
        elif isinstance(after, PaidOrder):
            whose = after.order.organisation, after.order.token
            received[whose] += to_balance(after) - to_balance(known)
    if moved := [one for one in filed if filed[one] or opened[one]]:
        counts = [filed[one] for one in moved], [opened[one] for one in moved]
        await connection.execute(_ADD_CASES, (chain_id, moved, *counts))
    if paid := {whose: amount for whose, amount in received.items() if amount}:
        houses, tokens = [of for of, _ in paid], [token for _, token in paid]
        amounts = [str(amount) for amount in paid.values()]
        await connection.execute(_ADD_MONEY, (chain_id, houses, tokens, amounts))


async def concerned(
    connection: Connection, chain_id: ChainId, subjects: Iterable[Subject]
) -> set[int]:
    """The organisations that stored records of subjects are about."""
    found = list(subjects)
    rows = await connection.execute(
        _CONCERNED,
        {
            "chain": chain_id,
            "cases": [int(one.key) for one in found if one.kind == COMPLAINT],
            "orders": [one.key for one in found if one.kind == ORDER],
        },
    )
    return {number async for (number,) in rows}


async def recount(connection: Connection, chain_id: ChainId, organisations: set[int]) -> None:
    """From the rows there are, whatever was there before."""
    values = {
        "chain": chain_id,
        "of": list(organisations),
        "open": [int(state) for state in OPEN_STATES],
    }
    for statement in _RECOUNT:
        await connection.execute(statement, values)


def to_balance(record: Record | None) -> int:
    """What an order brought the organisation's balance; what a claim leaves is the bond's."""
    return 0 if not isinstance(record, PaidOrder) or record.claim else record.to_organisation


def _is_open(record: Record | None) -> bool:
    return isinstance(record, Case) and record.state in OPEN_STATES
