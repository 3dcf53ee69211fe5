"""`redress inbox` and `redress queue`: what waits for somebody, the most urgent first."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from dapp.cli.output import as_json, ether, table
from dapp.cli.session import AsJson
from dapp.cli.source import Query, Service, Source, View, read
from dapp.domain.organisation import ROLE_ANSWER
from dapp.domain.types import Address
from dapp.errors import RedressError
from dapp.service import inputs

Row = dict[str, Any]

_PAGE = 100
_OPEN = "filed,asked,offered,escalated,paid,pledged,delivered"
_BEFORE_COURT = "filed,asked,offered,pledged,delivered"
_NEVER = 1 << 40


def inbox(
    context: typer.Context,
    account: Annotated[str, typer.Argument(help="Whose: an address, 0x….")],
    service: Service = None,
    json: AsJson = False,
) -> None:
    """Cases in which it is this account's turn, in whatever part, by deadline."""
    whose = inputs.address(account, "account")
    rows = read(context, service, lambda source: _waiting(source, whose))
    if json:
        as_json({"account": whose, "cases": rows})
        return
    _show(rows, "nothing waits for you")


def queue(
    context: typer.Context,
    organisation: Annotated[int, typer.Argument(min=1, help="The organisation's number.")],
    service: Service = None,
    json: AsJson = False,
) -> None:
    """An organisation's open cases, by the time to the next breach of its promises.

    Those where it must act come first, then those that wait for somebody else.
    """
    found = read(context, service, lambda source: _queued(source, organisation))
    rows = sorted(found, key=lambda one: (one["who"] != "organisation", _urgency(one)))
    if json:
        as_json({"organisation": organisation, "cases": rows})
        return
    _show(rows, "no case is open")


async def every(source: Source, query: Query) -> AsyncIterator[View]:
    """All cases that fit, the newest first, a page at a time."""
    cursor: str | None = None
    while True:
        page = await source.cases(query, cursor, _PAGE)
        for one in page["cases"]:
            yield one
        cursor = page["next_cursor"]
        if cursor is None:
            return


async def _queued(source: Source, organisation: int) -> list[Row]:
    query: Query = {"organisation": organisation, "state": _BEFORE_COURT}
    return [_row(case, "organisation") async for case in every(source, query)]


async def _waiting(source: Source, whose: Address) -> list[Row]:
    rows = [
        _row(case, "customer")
        async for case in every(source, {"customer": whose, "state": _OPEN})
        if case["turn"]["who"] == "customer"
    ]
    for organisation in await _organisations(source, whose):
        rows += [row for row in await _queued(source, organisation) if row["who"] == "organisation"]
    rows += await _seats(source, whose)
    return sorted(rows, key=_urgency)


async def _organisations(source: Source, whose: Address) -> list[int]:
    """Those that the account answers for."""
    found: list[int] = []
    cursor: str | None = None
    while True:
        page = await source.organisations(cursor)
        found += [int(one["id"]) for one in page["organisations"] if _answers(one, whose)]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def _answers(organisation: Mapping[str, Any], whose: Address) -> bool:
    operators: Sequence[Mapping[str, Any]] = organisation["operators"]
    return any(one["account"] == whose and one["roles"] & ROLE_ANSWER for one in operators)


async def _seats(source: Source, whose: Address) -> list[Row]:
    """Votes that an arbitrator owes: to be committed, or to be revealed."""
    owed = {}
    for seat in (await source.arbitrator(whose))["seats"]:
        if seat["vote"] is None and seat["leaked_at"] is None:
            owed[seat["complaint"], seat["round"]] = "reveal" if seat["commitment"] else "commit"
    for seat in await _foreseen(source, whose):
        owed[seat["complaint"], seat["round"]] = "commit"
    rows = []
    for (complaint, number), step in owed.items():
        case = (await source.case(complaint))["case"]
        current = case["rounds"][-1] if case["rounds"] else None
        if current is not None and current["number"] == number and _is_open(current, step):
            rows.append(
                {**_row(case, "arbitrator"), "awaits": [step], "until": _ends(current, step)}
            )
    return rows


async def _foreseen(source: Source, whose: Address) -> list[View]:
    """Seats in panels that nobody has drawn; none without the service's node."""
    try:
        return list((await source.foreseen(whose))["seats"])
    except RedressError:
        return []


def _is_open(current: Mapping[str, Any], step: str) -> bool:
    phases = ("drawable", "hand-over", "commit") if step == "commit" else ("commit", "reveal")
    return current["phase"] in phases


def _ends(current: Mapping[str, Any], step: str) -> View:
    found: View = current["commit_ends" if step == "commit" else "reveal_ends"]
    return found


def _row(case: Mapping[str, Any], role: str) -> Row:
    turn = case["turn"]
    until = turn["until"] or case["deadline"]
    owed = turn["acknowledge_until"]
    # A first reply that is late already is no longer a deadline.
    if role == "organisation" and owed is not None and owed["unix"] > time.time():
        until = owed
    return {
        "complaint": case["id"],
        "role": role,
        "who": turn["who"],
        "stands": case["round_phase"] or case["phase"],
        "awaits": turn["awaits"],
        "until": until,
        "then": turn["then"],
        "organisation": case["organisation"],
        "customer": case["customer"],
        "amount": case["amount"],
    }


def _urgency(row: Row) -> int:
    return int(row["until"]["unix"]) if row["until"] else _NEVER


def _show(rows: Sequence[Row], none: str) -> None:
    if not rows:
        print(none)
        return
    table(
        ("case", "as", "stands", "do", "until", "else", "amount"),
        [
            (
                one["complaint"],
                one["role"],
                one["stands"],
                " or ".join(one["awaits"]),
                one["until"]["iso"] if one["until"] else "",
                one["then"],
                ether(one["amount"]),
            )
            for one in rows
        ],
    )
