"""Records to rows of the read model and back."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from dapp.domain.case import Case
from dapp.domain.keys import EncryptionKey
from dapp.domain.organisation import Organisation
from dapp.domain.payment import PaidOrder
from dapp.domain.position import Position
from dapp.domain.public import PublicDispute
from dapp.domain.rounds import Round
from dapp.domain.types import ChainId, Wei
from dapp.store.database import Connection
from dapp.store.records import Record
from dapp.store.subjects import (
    COMPLAINT,
    COMPLAINTS_ABOUT,
    CREDIT,
    KEY,
    ORDER,
    ORGANISATION,
    OUTSIDE_RULING,
    POSITION,
    PUBLIC_DISPUTE,
    Subject,
    outside_ruling,
)

Item = TypeVar("Item")
Row = dict[str, Any]

TABLES = (
    "complaint",
    "seat",
    "organisation",
    "operator",
    "paid_order",
    "position",
    "credit",
    "encryption_key",
    "public_dispute",
)
"""The read model; order does not matter."""

_BODIES: dict[str, tuple[str, str, type[Any]]] = {
    COMPLAINT: ("complaint", "id", Case),
    ORGANISATION: ("organisation", "id", Organisation),
    ORDER: ("paid_order", "key", PaidOrder),
    POSITION: ("position", "id", Position),
    KEY: ("encryption_key", "account", EncryptionKey),
    PUBLIC_DISPUTE: ("public_dispute", "id", PublicDispute),
}
_CASTS = {
    COMPLAINT: "::bigint[]",
    ORGANISATION: "::bigint[]",
    POSITION: "::bigint[]",
    PUBLIC_DISPUTE: "::numeric[]",
}
_LOOKED_UP = {COMPLAINTS_ABOUT: "order_key", OUTSIDE_RULING: "outside_ruling"}
"""Columns of complaints by which subjects are found that are no records."""
_PARTS = {
    COMPLAINT: ("seat", "dispute"),
    ORGANISATION: ("operator", "organisation"),
    PUBLIC_DISPUTE: ("seat", "dispute"),
}
_KEYS = {
    "complaint": ("chain_id", "id"),
    "seat": ("chain_id", "dispute", "round", "number"),
    "organisation": ("chain_id", "id"),
    "operator": ("chain_id", "organisation", "account"),
    "paid_order": ("chain_id", "key"),
    "position": ("chain_id", "id"),
    "credit": ("chain_id", "contract", "account", "token"),
    "encryption_key": ("chain_id", "account"),
    "public_dispute": ("chain_id", "id"),
}


def body(record: object) -> str:
    """A record as the JSON that is stored."""
    return msgspec.json.encode(record).decode()


def read(text: object, kind: type[Item]) -> Item:
    """A record from the JSON that is stored."""
    return msgspec.json.decode(str(text), type=kind)


async def resolve(
    connection: Connection, chain_id: ChainId, subjects: set[Subject]
) -> set[Subject]:
    """The subjects, with those complaints in place of what only stands for them."""
    found = {subject for subject in subjects if subject.kind not in _LOOKED_UP}
    for kind, column in _LOOKED_UP.items():
        keys = [subject.key for subject in subjects if subject.kind == kind]
        if keys:
            rows = await connection.execute(
                "SELECT id FROM complaint WHERE chain_id = %s"  # noqa: S608 (names of our own)
                f" AND {column} = ANY(%s)".encode(),
                (chain_id, keys),
            )
            found |= {Subject(COMPLAINT, str(number)) async for (number,) in rows}
    return found


async def load(
    connection: Connection, chain_id: ChainId, subjects: set[Subject]
) -> dict[Subject, Record]:
    """The records of those subjects that have one, or stand for some."""
    wanted = await resolve(connection, chain_id, subjects)
    found: dict[Subject, Record] = {}
    for kind, (table, key, record) in _BODIES.items():
        keys = [subject.key for subject in wanted if subject.kind == kind]
        if not keys:
            continue
        rows = await connection.execute(
            f"SELECT {key}::text, body::text FROM {table}"  # noqa: S608 (names of our own)
            f" WHERE chain_id = %s AND {key} = ANY(%s::text[]{_CASTS.get(kind, '')})".encode(),
            (chain_id, keys),
        )
        async for number, text in rows:
            found[Subject(kind, str(number))] = read(text, record)
    accounts = [subject.key for subject in wanted if subject.kind == CREDIT]
    if accounts:
        rows = await connection.execute(
            "SELECT contract, account, token, amount::text FROM credit"
            " WHERE chain_id = %s AND account = ANY(%s)",
            (chain_id, accounts),
        )
        async for contract, account, token, amount in rows:
            held = Subject(CREDIT, str(account), str(contract), str(token))
            found[held] = Wei(int(str(amount)))
    return found


async def save(
    connection: Connection, chain_id: ChainId, changed: Mapping[Subject, Record]
) -> None:
    """Write the records of subjects over what was there."""
    rows: dict[str, list[Row]] = {}
    for subject, record in changed.items():
        for table, row in _rows(subject, record):
            rows.setdefault(table, []).append({"chain_id": chain_id, **row})
    heard = [one.key for one in changed if one.kind in (COMPLAINT, PUBLIC_DISPUTE)]
    if heard:
        # A round that was armed again has fewer seats than before.
        await connection.execute(
            "DELETE FROM seat WHERE chain_id = %s AND dispute = ANY(%s::text[]::numeric[])",
            (chain_id, heard),
        )
    for table, new in rows.items():
        await _upsert(connection, table, new)


async def delete(connection: Connection, chain_id: ChainId, subjects: set[Subject]) -> None:
    """Remove what is kept of subjects, each of which has a record of its own."""
    for subject in subjects:
        if subject.kind == CREDIT:
            await connection.execute(
                "DELETE FROM credit WHERE chain_id = %s AND contract = %s AND account = %s"
                " AND token = %s",
                (chain_id, subject.contract, subject.key, subject.token),
            )
            continue
        table, key, _ = _BODIES[subject.kind]
        parts = [_PARTS[subject.kind]] if subject.kind in _PARTS else []
        for name, column in [(table, key), *parts]:
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
        return [("complaint", _complaint(record)), *_seats(record.id, record.rounds)]
    if isinstance(record, PublicDispute):
        row = {"id": record.id, "body": body(record)}
        return [("public_dispute", row), *_seats(record.id, record.rounds)]
    if isinstance(record, Organisation):
        return [
            ("organisation", {"id": record.id, "body": body(record)}),
            *(("operator", row) for row in _operators(record)),
        ]
    if isinstance(record, PaidOrder):
        return [("paid_order", _paid_order(record))]
    if isinstance(record, Position):
        return [("position", _position(record))]
    if isinstance(record, EncryptionKey):
        return [("encryption_key", {"account": record.account, "body": body(record)})]
    row = {"contract": subject.contract, "account": subject.key, "token": subject.token}
    return [("credit", {**row, "amount": record})]


def _complaint(case: Case) -> Row:
    held = case.outside
    return {
        "id": case.id,
        "organisation": case.organisation,
        "customer": case.customer,
        "order_key": case.order.key,
        "outside_ruling": outside_ruling(held.arbitrator, int(held.dispute, 16)).key
        if held
        else None,
        "state": int(case.state),
        "updated_block": case.updated_block,
        "trail": case.trail,
        "body": body(case),
    }


def _seats(dispute: int, rounds: Sequence[Round]) -> list[tuple[str, Row]]:
    return [
        (
            "seat",
            {
                "dispute": dispute,
                "round": round_.number,
                "number": seat.number,
                "position": seat.position,
                "owner": seat.owner,
                "armed_at_block": round_.armed_at_block,
                "pay": seat.pay_wei,
                "taken": seat.leak_taken_wei,
                # The first panel's bounty is spent; there is none for those after a void round.
                "has_bounty": round_.bounty_seat == seat.number and round_.voids == 0,
            },
        )
        for round_ in rounds
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


def _position(stake: Position) -> Row:
    return {
        "id": stake.id,
        "owner": stake.owner,
        "voting_key": stake.voting_key,
        "since_block": stake.since_block,
        "body": body(stake),
    }


def _paid_order(paid: PaidOrder) -> Row:
    return {
        "key": paid.order.key,
        "organisation": paid.order.organisation,
        "customer": paid.order.customer,
        "token": paid.order.token,
        "paid_at": paid.paid_at,
        # What a claim leaves is the bond's again, and never in the escrow.
        "to_organisation": 0 if paid.claim else paid.to_organisation,
        "body": body(paid),
    }
