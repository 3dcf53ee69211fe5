"""Rows of what a complaint, or a public dispute, is made of: its facts and its seats."""

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from dapp.domain.case import Case
from dapp.domain.facts import CaseFacts, facts
from dapp.domain.rounds import Round

COLUMNS = tuple(field.name for field in fields(CaseFacts))
_values_of = attrgetter(*COLUMNS)


def fact_row(case: Case) -> dict[str, Any]:
    """By column of `case_fact`, which are named as the facts are."""
    found = dict(zip(COLUMNS, _values_of(facts(case)), strict=True))
    return {**found, "outcome": int(found["outcome"]), "appealed": int(found["appealed"])}


def seat_rows(dispute: int, rounds: Sequence[Round]) -> list[tuple[str, dict[str, Any]]]:
    """A row of table `seat` for each, with the table's name."""
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
                "vote": seat.vote,
                "leaked": seat.leaked_at is not None,
                # The first panel's bounty is spent; there is none for those after a void round.
                "has_bounty": round_.bounty_seat == seat.number and round_.voids == 0,
            },
        )
        for round_ in rounds
        for seat in round_.seats
    ]
