"""Records to rows of the read model and back."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from dapp.domain.case import Case
from dapp.domain.organisation import Organisation
from dapp.domain.parts import ComplaintState
from dapp.domain.payment import PaidOrder
from dapp.domain.position import Position
from dapp.domain.types import ChainId, Wei
from dapp.store.database import Connection
from dapp.store.records import Record
from dapp.store.subjects import COMPLAINT, CREDIT, ORDER, ORGANISATION, POSITION, Subject

Item = TypeVar("Item")
Row = dict[str, Any]

TABLES = ("complaint", "seat", "organisation", "operator", "paid_order", "position", "credit")
"""The read model; order does not matter."""

_BODIES: dict[str, tuple[str, str, type[Any]]] = {
    COMPLAINT: ("complaint", "id", Case),
    ORGANISATION: ("organisation", "id", Organisation),
    ORDER: ("paid_order", "key", PaidOrder),
    POSITION: ("position", "id", Position),
}
_KEYS = {
    "complaint": ("chain_id", "id"),
    "seat": ("chain_id", "complaint", "round", "number"),
    "organisation": ("chain_id", "id"),
    "operator": ("chain_id", "organisation", "account"),
    "paid_order": ("chain_id", "key"),
    "position": ("chain_id", "id"),
    "credit": ("chain_id", "contract", "account"),
}


def body(record: object) -> str:
    """A record as the JSON that is stored."""
    return msgspec.json.encode(record).decode()


def read(text: object, kind: type[Item]) -> Item:
    """A record from the JSON that is stored."""
    return msgspec.json.decode(str(text), type=kind)


async def load(
    connection: Connection, chain_id: ChainId, subjects: set[Subject]
) -> dict[Subject, Record]:
    """The records of those subjects that have one."""
    found: dict[Subject, Record] = {}
    for kind, (table, key, record) in _BODIES.items():
        keys = [subject.key for subject in subjects if subject.kind == kind]
        if not keys:
            continue
        cast = "text[]" if key == "key" else "bigint[]"
        rows = await connection.execute(
            f"SELECT {key}::text, body::text FROM {table}"  # noqa: S608 (names of our own)
            f" WHERE chain_id = %s AND {key} = ANY(%s::text[]::{cast})".encode(),
            (chain_id, keys),
        )
        async for number, text in rows:
            found[Subject(kind, str(number))] = read(text, record)
    accounts = [subject.key for subject in subjects if subject.kind == CREDIT]
    if accounts:
        rows = await connection.execute(
            "SELECT contract, account, amount::text FROM credit"
            " WHERE chain_id = %s AND account = ANY(%s)",
            (chain_id, accounts),
        )
        async for contract, account, amount in rows:
            found[Subject(CREDIT, str(account), str(contract))] = Wei(int(str(amount)))
    return found


async def save(
    connection: Connection, chain_id: ChainId, changed: Mapping[Subject, Record]
) -> None:
    """Write the records of subjects over what was there."""
    rows: dict[str, list[Row]] = {}
    for subject, record in changed.items():
        for table, row in _rows(subject, record):
            rows.setdefault(table, []).append({"chain_id": chain_id, **row})
    cases = [subject.key for subject in changed if subject.kind == COMPLAINT]
    if cases:
        # A round that was armed again has fewer seats than before.
        await connection.execute(
            "DELETE FROM seat WHERE chain_id = %s AND complaint = ANY(%s::text[]::bigint[])",
            (chain_id, cases),
        )
    for table, new in rows.items():
        await _upsert(connection, table, new)


async def delete(connection: Connection, chain_id: ChainId, subjects: set[Subject]) -> None:
    """Remove what is kept of subjects."""
    for subject in subjects:
        if subject.kind == CREDIT:
            await connection.execute(
                "DELETE FROM credit WHERE chain_id = %s AND contract = %s AND account = %s",
                (chain_id, subject.contract, subject.key),
            )
            continue
        table, key, _ = _BODIES[subject.kind]
        parts = {COMPLAINT: [("seat", "complaint")], ORGANISATION: [("operator", "organisation")]}
        for name, column in [(table, key), *parts.get(subject.kind, [])]:
            await connection.execute(
                f"DELETE FROM {name} WHERE chain_id = %s"  # noqa: S608 (names of our own)
                f" AND {column}::text = %s".encode(),
                (chain_id, subject.key),
            )


async def _upsert(connection: Connection, table: str, rows: Sequence[Row]) -> None:
    columns = list(rows[0])
    keys = _KEYS[table]
    values = ", ".join(f"%({column})s" for column in columns)
    sets = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns if column not in keys)
    statement = (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sets}"
    )
    async with connection.cursor() as cursor:
        await cursor.executemany(statement.encode(), rows)


def _rows(subject: Subject, record: Record) -> list[tuple[str, Row]]:
    if isinstance(record, Case):
        return [("complaint", _complaint(record)), *(("seat", row) for row in _seats(record))]
    if isinstance(record, Organisation):
        return [
            ("organisation", {"id": record.id, "body": body(record)}),
            *(("operator", row) for row in _operators(record)),
        ]
    if isinstance(record, PaidOrder):
        return [("paid_order", _paid_order(record))]
    if isinstance(record, Position):
        stake = {"id": record.id, "owner": record.owner, "since_block": record.since_block}
        return [("position", {**stake, "body": body(record)})]
    return [("credit", {"contract": subject.contract, "account": subject.key, "amount": record})]


def _complaint(case: Case) -> Row:
    held = case.state is ComplaintState.ESCALATED and case.escalation is not None
    reserved = case.escalation.cost if held and case.escalation and case.escalation.reserved else 0
    return {
        "id": case.id,
        "organisation": case.organisation,
        "customer": case.customer,
        "order_key": case.order.key,
        "state": int(case.state),
        "reserved": reserved,
        "updated_block": case.updated_block,
        "trail": case.trail,
        "body": body(case),
    }


def _seats(case: Case) -> list[Row]:
    return [
        {
            "complaint": case.id,
            "round": round_.number,
            "number": seat.number,
            "position": seat.position,
            "owner": seat.owner,
            "armed_at_block": round_.armed_at_block,
            "pay": seat.pay_wei,
        }
        for round_ in case.rounds
        for seat in round_.seats
    ]


def _operators(organisation: Organisation) -> list[Row]:
    return [
        {
            "organisation": organisation.id,
            "account": operator.account,
            "active": operator.roles != 0 or operator.nominated != 0,
        }
        for operator in organisation.operators
    ]


def _paid_order(paid: PaidOrder) -> Row:
    return {
        "key": paid.order.key,
        "organisation": paid.order.organisation,
        "customer": paid.order.customer,
        "paid_at": paid.paid_at,
        "to_organisation": paid.to_organisation,
        "body": body(paid),
    }
