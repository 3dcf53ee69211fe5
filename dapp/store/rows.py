"""Records to rows of the read model and back."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from dapp.domain.anchoring import Batch, BatchList, Revocation
from dapp.domain.breach import acknowledgement_missed_at, answer_missed_at
from dapp.domain.case import Case
from dapp.domain.coins import Coin
from dapp.domain.keys import EncryptionKey
from dapp.domain.organisation import Organisation
from dapp.domain.payment import OrderState, PaidOrder
from dapp.domain.position import Position
from dapp.domain.public import PublicDispute
from dapp.domain.types import NATIVE_COIN, ChainId, Wei
from dapp.store.case_rows import fact_row, seat_rows
from dapp.store.database import Connection
from dapp.store.records import Record
from dapp.store.subjects import (
    BATCH,
    BATCH_LIST,
    COIN,
    COMPLAINT,
    COMPLAINTS_ABOUT,
    CREDIT,
    KEY,
    ORDER,
    ORGANISATION,
    OUTSIDE_RULING,
    POSITION,
    PUBLIC_DISPUTE,
    REVOCATION,
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
    "case_fact",
    "coin",
    "reference",
    "batch_list",
    "batch",
    "revocation",
    "organisation_total",
    "organisation_received",
)
"""The read model; order does not matter."""
_AT_ONCE = 1000
"""Rows that one statement writes: a megabyte or two."""

_BODIES: dict[str, tuple[str, str, type[Any]]] = {
    COMPLAINT: ("complaint", "id", Case),
    ORGANISATION: ("organisation", "id", Organisation),
    ORDER: ("paid_order", "key", PaidOrder),
    POSITION: ("position", "id", Position),
    KEY: ("encryption_key", "account", EncryptionKey),
    COIN: ("coin", "token", Coin),
    PUBLIC_DISPUTE: ("public_dispute", "id", PublicDispute),
    BATCH_LIST: ("batch_list", "sender", BatchList),
    BATCH: ("batch", "key", Batch),
    REVOCATION: ("revocation", "leaf", Revocation),
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
    COMPLAINT: (("seat", "dispute"), ("case_fact", "complaint")),
    ORGANISATION: (("operator", "organisation"),),
    PUBLIC_DISPUTE: (("seat", "dispute"),),
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
    "case_fact": ("chain_id", "complaint"),
    "coin": ("chain_id", "token"),
    "batch_list": ("chain_id", "sender"),
    "batch": ("chain_id", "key"),
    "revocation": ("chain_id", "leaf"),
}


def body(record: object) -> str:
    """A record as the JSON that is stored."""
    return msgspec.json.encode(record).decode()


def _body(record: object) -> msgspec.Raw:
    """The same, to stand in a row."""
    return msgspec.Raw(msgspec.json.encode(record))


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
            rows.setdefault(table, []).append(row)
    heard = [one.key for one in changed if one.kind in (COMPLAINT, PUBLIC_DISPUTE)]
    if heard:
        # A round that was armed again has fewer seats than before.
        await connection.execute(
            "DELETE FROM seat WHERE chain_id = %s AND dispute = ANY(%s::text[]::numeric[])",
            (chain_id, heard),
        )
    for table, new in rows.items():
        await _upsert(connection, chain_id, table, new)


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
        for name, column in [(table, key), *_PARTS.get(subject.kind, ())]:
            await connection.execute(
                f"DELETE FROM {name} WHERE chain_id = %s"  # noqa: S608 (names of our own)
                f" AND {column}::text = %s".encode(),
                (chain_id, subject.key),
            )


async def _upsert(
    connection: Connection, chain_id: ChainId, table: str, rows: Sequence[Row]
) -> None:
    """All in one statement, which the table's own types read."""
    columns = list(rows[0])
    keys = _KEYS[table]
    sets = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns if column not in keys)
    statement = (
        f"INSERT INTO {table} (chain_id, {', '.join(columns)})"  # noqa: S608 (names of our own)
        f" SELECT %s, {', '.join(columns)}"
        # Quoted: a position is also something of the language's own.
        f' FROM json_populate_recordset(NULL::"{table}", %s::json)'
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sets}"
    )
    for first in range(0, len(rows), _AT_ONCE):
        part = msgspec.json.encode(rows[first : first + _AT_ONCE]).decode()
        await connection.execute(statement.encode(), (chain_id, part))


def _rows(subject: Subject, record: Record) -> list[tuple[str, Row]]:
    if isinstance(record, Case):
        return [
            ("complaint", _complaint(record)),
            ("case_fact", fact_row(record)),
            *seat_rows(record.id, record.rounds),
        ]
    if isinstance(record, PublicDispute):
        row = {"id": record.id, "is_open": not record.is_delivered, "body": _body(record)}
        return [("public_dispute", row), *seat_rows(record.id, record.rounds)]
    if isinstance(record, Organisation):
        return [
            ("organisation", {"id": record.id, "body": _body(record)}),
            *(("operator", row) for row in _operators(record)),
        ]
    if isinstance(record, PaidOrder):
        return [("paid_order", _paid_order(record))]
    if isinstance(record, Position):
        return [("position", _position(record))]
    if isinstance(record, EncryptionKey):
        return [("encryption_key", {"account": record.account, "body": _body(record)})]
    if isinstance(record, Coin):
        return [("coin", {"token": record.token, "rate": record.rate, "body": _body(record)})]
    if isinstance(record, BatchList):
        return [("batch_list", _batch_list(record))]
    if isinstance(record, Batch):
        return [("batch", {"key": subject.key, **_batch(record)})]
    if isinstance(record, Revocation):
        return [("revocation", {"leaf": record.leaf, "body": _body(record)})]
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
        "category": int(case.category),
        # A claim's money is the bond's.
        "token": NATIVE_COIN if case.is_claim else case.order.token,
        "amount": case.amount,
        "filed_at": case.filed_at,
        "acknowledgement_missed_at": acknowledgement_missed_at(case),
        "answer_missed_at": answer_missed_at(case),
        "updated_block": case.updated_block,
        "leaf": None if case.anchored is None else case.anchored.leaf,
        "trail": case.trail,
        "body": _body(case),
    }


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
        "body": _body(stake),
    }


def _batch_list(of: BatchList) -> Row:
    return {
        "sender": of.sender,
        "trail": of.trail,
        "updated_block": of.updated_block,
        "body": _body(of),
    }


def _batch(batch: Batch) -> Row:
    return {
        "sender": batch.sender,
        "number": batch.number,
        "anchored_at": batch.anchored_at,
        "body": _body(batch),
    }


def _paid_order(paid: PaidOrder) -> Row:
    return {
        "key": paid.order.key,
        "organisation": paid.order.organisation,
        "version": paid.order.version,
        "customer": paid.order.customer,
        "token": paid.order.token,
        "paid_at": paid.paid_at,
        # What a claim leaves is the bond's again, and never in the escrow.
        "to_organisation": 0 if paid.claim else paid.to_organisation,
        "is_held": paid.state is OrderState.HELD and paid.claim is None,
        "body": _body(paid),
    }
