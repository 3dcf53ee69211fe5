"""Whom events concern: complaints, an organisation, an order, people."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dapp.domain.events import Event
from dapp.domain.types import Address, ChainId, ComplaintId, Hash32, OrganisationId
from dapp.store.database import Connection
from dapp.store.subjects import (
    COMPLAINT,
    COMPLAINTS_ABOUT,
    ORDER,
    ORGANISATION,
    OUTSIDE_RULING,
    POSITION,
    PUBLIC_DISPUTE,
    Subject,
    subjects_of,
)

_COMPLAINTS = """
SELECT id, organisation, customer, order_key, outside_ruling FROM complaint
WHERE chain_id = %(chain)s AND (
    id = ANY(%(ids)s) OR order_key = ANY(%(orders)s) OR outside_ruling = ANY(%(outside)s)
)
"""
_ORDERS = """
SELECT key, organisation, customer FROM paid_order
WHERE chain_id = %(chain)s AND key = ANY(%(orders)s)
"""
_OWNERS = """
SELECT 'position', id::text, owner FROM position
WHERE chain_id = %(chain)s AND id = ANY(%(positions)s)
UNION ALL
SELECT 'seat', dispute::text, owner FROM seat
WHERE chain_id = %(chain)s AND dispute = ANY(%(disputes)s::text[]::numeric[])
    AND owner IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Concerned:
    """What an event is about, as the read model has it when it is read.

    Attributes:
        complaints: an order's event concerns every complaint that was ever filed about it.
        arbitrators: who sits in a round of these complaints, or owns the stake.
    """

    complaints: frozenset[ComplaintId] = frozenset()
    organisations: frozenset[OrganisationId] = frozenset()
    order: Hash32 | None = None
    customers: frozenset[Address] = frozenset()
    arbitrators: frozenset[Address] = frozenset()


@dataclass(slots=True)
class _Known:
    """Rows about some subjects."""

    complaints: list[tuple[Any, ...]] = field(default_factory=list)
    orders: dict[str, tuple[int, str]] = field(default_factory=dict)
    owners: dict[tuple[str, str], set[str]] = field(default_factory=dict)


async def concerned(
    connection: Connection, chain_id: ChainId, events: Sequence[Event]
) -> list[Concerned]:
    """Of each event, in their order."""
    subjects = [subjects_of(event) for event in events]
    known = await _known(connection, chain_id, {one for several in subjects for one in several})
    return [_concerned(several, known) for several in subjects]


async def _known(connection: Connection, chain_id: ChainId, about: set[Subject]) -> _Known:
    keys = {kind: [one.key for one in about if one.kind == kind] for kind in _KINDS}
    known = _Known()
    if not any(keys.values()):
        return known
    values: dict[str, Any] = {
        "chain": chain_id,
        "ids": [int(key) for key in keys[COMPLAINT]],
        "outside": keys[OUTSIDE_RULING],
        "orders": [*keys[ORDER], *keys[COMPLAINTS_ABOUT]],
    }
    known.complaints = await (await connection.execute(_COMPLAINTS, values)).fetchall()
    orders = await connection.execute(_ORDERS, values)
    known.orders = {key: (organisation, who) async for key, organisation, who in orders}
    values["positions"] = [int(key) for key in keys[POSITION]]
    values["disputes"] = [*keys[PUBLIC_DISPUTE], *(str(row[0]) for row in known.complaints)]
    async for kind, key, owner in await connection.execute(_OWNERS, values):
        known.owners.setdefault((kind, key), set()).add(owner)
    return known


def _concerned(subjects: tuple[Subject, ...], known: _Known) -> Concerned:
    keys = {(one.kind, one.key) for one in subjects}
    orders = {key for kind, key in keys if kind in (ORDER, COMPLAINTS_ABOUT)}
    rows = [
        row
        for row in known.complaints
        if (COMPLAINT, str(row[0])) in keys or row[3] in orders or (OUTSIDE_RULING, row[4]) in keys
    ]
    paid = [known.orders[key] for key in orders if key in known.orders]
    own = {int(key) for kind, key in keys if kind == ORGANISATION}
    places = [("seat", str(row[0])) for row in rows]
    places += [("seat", key) for kind, key in keys if kind == PUBLIC_DISPUTE]
    places += [("position", key) for kind, key in keys if kind == POSITION]
    named = sorted(orders | {row[3] for row in rows})
    return Concerned(
        complaints=frozenset(ComplaintId(row[0]) for row in rows),
        organisations=frozenset(
            OrganisationId(one)
            for one in own | {row[1] for row in rows} | {found for found, _ in paid}
        ),
        order=Hash32(named[0]) if named else None,
        customers=frozenset(
            Address(one) for one in {row[2] for row in rows} | {who for _, who in paid}
        ),
        arbitrators=frozenset(
            Address(owner) for place in places for owner in known.owners.get(place, ())
        ),
    )


_KINDS = (
    COMPLAINT,
    COMPLAINTS_ABOUT,
    ORDER,
    ORGANISATION,
    OUTSIDE_RULING,
    POSITION,
    PUBLIC_DISPUTE,
)
